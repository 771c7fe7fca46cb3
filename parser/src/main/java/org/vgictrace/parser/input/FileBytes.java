package org.vgictrace.parser.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Random access to a file by positioned reads. Not mapped: resident memory stays that of the
 * buffers, however large the file is.
 */
final class FileBytes implements RandomBytes {
  /** One transfer at most, because the JDK keeps a native buffer of the size of the largest. */
  private static final int TRANSFER_BYTES = 256 << 10;

  private final FileChannel channel;
  private final long size;
  private final ByteBuffer transfer = ByteBuffer.allocateDirect(TRANSFER_BYTES);

  FileBytes(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] buffer, int offset, int length) throws IOException {
    int wanted = (int) Math.min(length, Math.max(0, size - position));
    int done = 0;
    while (done < wanted) {
      transfer.clear().limit(Math.min(TRANSFER_BYTES, wanted - done));
      int n = channel.read(transfer, position + done);
      if (n <= 0) {
        break;
      }
      transfer.flip().get(buffer, offset + done, n);
      done += n;
    }
    return done;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

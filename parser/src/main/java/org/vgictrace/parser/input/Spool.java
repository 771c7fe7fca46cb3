package org.vgictrace.parser.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Makes a stream randomly accessible: in memory up to {@value #MEMORY_BYTES} bytes, beyond that in
 * a temporary file that is gone when it is closed or the program ends.
 */
final class Spool {
  static final int MEMORY_BYTES = 4 << 20;

  private static final int BUFFER_BYTES = 256 << 10;

  private Spool() {}

  /** Reads the stream to its end, or to the damage in it. */
  static RandomBytes of(ByteStream stream) throws IOException {
    byte[] memory = new byte[BUFFER_BYTES];
    int used = 0;
    while (used < MEMORY_BYTES) {
      if (used == memory.length) {
        memory = Arrays.copyOf(memory, Math.min(MEMORY_BYTES, memory.length * 2));
      }
      int n = stream.read(memory, used, memory.length - used);
      if (n < 0) {
        return new MemoryBytes(memory, used);
      }
      used += n;
    }
    return toFile(memory, used, stream);
  }

  private static RandomBytes toFile(byte[] memory, int used, ByteStream stream) throws IOException {
    Path path = Files.createTempFile("vgictrace", ".spool");
    FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    try {
      write(file, memory, used);
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = stream.read(buffer, 0, buffer.length);
          n >= 0;
          n = stream.read(buffer, 0, buffer.length)) {
        write(file, buffer, n);
      }
      return new FileBytes(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void write(FileChannel file, byte[] bytes, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int n = Math.min(BUFFER_BYTES, length - done);
      ByteBuffer part = ByteBuffer.wrap(bytes, done, n);
      while (part.hasRemaining()) {
        file.write(part);
      }
      done += n;
    }
  }
}

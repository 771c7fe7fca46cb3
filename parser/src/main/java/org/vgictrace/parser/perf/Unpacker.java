package org.vgictrace.parser.perf;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.input.ExpansionLimit;

/**
 * Unpacks compressed records. The payloads of all of them are one zstd stream (RFC 8878), and a
 * record in it may go on in the payload of the next. After damage nothing can be unpacked until a
 * payload begins a new zstd frame. Not thread-safe.
 */
final class Unpacker implements Closeable {
  private static final int TARGET_BYTES = 128 << 10;
  private static final int FRAME_MAGIC = 0xfd2fb528;

  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final ByteBuffer source = ByteBuffer.allocateDirect(RecordType.RECORD_BYTES_MAX);
  private final ByteBuffer target = ByteBuffer.allocateDirect(TARGET_BYTES);
  private final RecordCutter cutter;
  private final Words littleEndian = new Words(false);
  private final DataPart part;
  private long packed;
  private long unpacked;
  private boolean broken;

  Unpacker(DataPart part, BlockPool pool, Words words) {
    this.part = part;
    this.cutter = new RecordCutter(pool, words);
  }

  /**
   * Unpacks a payload and hands the records on.
   *
   * @param fileOffset where it is in the file
   * @return null, or what is wrong with it
   */
  @Nullable String unpack(
      byte[] bytes, int start, int length, long fileOffset, RecordCutter.Sink sink)
      throws IOException {
    if (broken) {
      if (length < Integer.BYTES || littleEndian.s32(bytes, start) != FRAME_MAGIC) {
        return "cannot be unpacked because one before it is damaged";
      }
      context.reset();
      cutter.restart();
      broken = false;
    }
    packed += length;
    source.clear().put(bytes, start, length).flip();
    cutter.block().unpackedFrom(part, fileOffset);
    try {
      boolean full = false;
      while (source.hasRemaining() || full) {
        int before = source.position();
        target.clear();
        context.decompressDirectByteBufferStream(target, source);
        full = !target.hasRemaining();
        boolean progress = target.position() > 0 || source.position() > before;
        target.flip();
        unpacked += target.remaining();
        if (ExpansionLimit.exceeded(unpacked, packed)) {
          return broken("expands more than the limit of " + ExpansionLimit.TEXT);
        }
        if (!handOn(fileOffset, sink)) {
          return broken("holds a record with a size that cannot be");
        }
        if (!progress && source.hasRemaining()) {
          return broken("does not go on");
        }
      }
    } catch (ZstdException e) {
      return broken("damaged compressed data (" + e.getMessage() + ")");
    }
    return null;
  }

  /** Bytes of a record that has begun and was not continued. */
  int left() {
    return broken ? 0 : cutter.left();
  }

  @Override
  public void close() {
    context.close();
  }

  private String broken(String why) {
    broken = true;
    return why;
  }

  private boolean handOn(long fileOffset, RecordCutter.Sink sink) throws IOException {
    while (target.hasRemaining()) {
      Block before = cutter.block();
      cutter.makeRoom();
      if (cutter.block() != before) {
        cutter.block().unpackedFrom(part, fileOffset);
      }
      int n = Math.min(cutter.room(), target.remaining());
      target.get(cutter.block().bytes, cutter.fill(), n);
      cutter.filled(n);
      RecordCutter.State state = cutter.cut(sink);
      if (state != RecordCutter.State.HUNGRY) {
        return false;
      }
    }
    return true;
  }
}

package org.vgictrace.parser.tracedat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compression of sections and chunks. Each piece is a complete zstd frame or zlib stream. Contexts
 * are reused. Not thread-safe.
 */
interface Codec extends Closeable {

  /**
   * Uncompresses one piece.
   *
   * @param room bytes of the target that may be used
   * @return number of bytes, -1 if the target is too small
   * @throws DataFormatException if the piece is damaged
   */
  int uncompress(byte[] source, int length, byte[] target, int room) throws DataFormatException;

  @Override
  void close();

  /** The codec that a file's header names; null if there is none of that name. */
  static @Nullable Codec named(String name) {
    return switch (name) {
      case "zlib" -> new Zlib();
      case "zstd" -> new ZstdFrames();
      default -> null;
    };
  }

  /** zlib streams. */
  final class Zlib implements Codec {
    private final Inflater inflater = new Inflater();

    @Override
    public int uncompress(byte[] source, int length, byte[] target, int room)
        throws DataFormatException {
      inflater.reset();
      inflater.setInput(source, 0, length);
      int done = 0;
      while (!inflater.finished()) {
        int n = inflater.inflate(target, done, room - done);
        done += n;
        if (n == 0 && !inflater.finished()) {
          if (done == room) {
            return -1;
          }
          throw new DataFormatException("zlib stream ends early");
        }
      }
      return done;
    }

    @Override
    public void close() {
      inflater.end();
    }
  }

  /** zstd frames. */
  final class ZstdFrames implements Codec {
    private final ZstdDecompressCtx context = new ZstdDecompressCtx();

    @Override
    public int uncompress(byte[] source, int length, byte[] target, int room)
        throws DataFormatException {
      try {
        return context.decompressByteArray(target, 0, room, source, 0, length);
      } catch (ZstdException e) {
        if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
          return -1;
        }
        throw new DataFormatException(e.getMessage());
      }
    }

    @Override
    public void close() {
      context.close();
    }
  }
}

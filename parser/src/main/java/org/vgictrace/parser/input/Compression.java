package org.vgictrace.parser.input;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.tukaani.xz.XZInputStream;

/** Compression around a whole input, recognised by its magic number. */
enum Compression {
  NONE,
  /** RFC 1952; several members in a row are one content. */
  GZIP(0x1f, 0x8b),
  /** RFC 8878. */
  ZSTD(0x28, 0xb5, 0x2f, 0xfd),
  XZ(0xfd, '7', 'z', 'X', 'Z', 0),
  /** LZ4 frame format 1.6. */
  LZ4(0x04, 0x22, 0x4d, 0x18),
  /** What {@code atrace -z} writes: some text, and a zlib stream (RFC 1950) of the trace. */
  ATRACE;

  private static final byte[] ATRACE_NOTE = ascii("capturing trace... done");
  private static final byte[] ATRACE_MARK = ascii("TRACE:");

  /** Enough for every magic number. */
  private static final int MAGIC_BYTES = 8;

  private static final int BUFFER_BYTES = 64 << 10;

  /** {@code xz -9} needs 65 MiB. */
  private static final int XZ_MEMORY_KIB = 96 << 10;

  /** Largest window, as a power of two: 128 MiB, what {@code zstd --long} makes. */
  private static final int ZSTD_WINDOW_LOG = 27;

  private final byte[] magic;

  Compression(int... magic) {
    this.magic = new byte[magic.length];
    for (int i = 0; i < magic.length; i++) {
      this.magic[i] = (byte) magic[i];
    }
  }

  /** The compression an input has. Looks at no more of it than needed. */
  static Compression of(RawStream raw) throws IOException {
    byte[] beginning = raw.peek(MAGIC_BYTES);
    for (Compression compression : values()) {
      if (compression.magic.length > 0 && compression.matches(beginning)) {
        return compression;
      }
    }
    return atraceText(raw) > 0 ? ATRACE : NONE;
  }

  /**
   * Length of the text before a zlib stream, 0 if the input is something else.
   *
   * <pre>
   * capturing trace... done          (not where it went to another stream)
   * TRACE:
   * 78 9c ...
   * </pre>
   */
  private static int atraceText(RawStream raw) throws IOException {
    int mark = afterLine(raw, 0, ATRACE_NOTE);
    int after = afterLine(raw, mark, ATRACE_MARK);
    if (after == mark) {
      return 0;
    }
    byte[] b = raw.peek(after + 2);
    boolean zlib =
        b.length == after + 2
            && (b[after] & 0x0f) == 8
            && ((b[after] & 0xff) << 8 | b[after + 1] & 0xff) % 31 == 0;
    return zlib ? after : 0;
  }

  /** Position after a line of that text, the same position if there is none. */
  private static int afterLine(RawStream raw, int from, byte[] text) throws IOException {
    // Step by step, so that a live input of another kind is not waited for.
    byte[] b = raw.peek(Math.max(from + 1, MAGIC_BYTES));
    if (b.length <= from || b[from] != text[0]) {
      return from;
    }
    int end = from + text.length;
    b = raw.peek(end + 2);
    if (b.length < end + 2 || !Arrays.equals(b, from, end, text, 0, text.length)) {
      return from;
    }
    int lineEnd = b[end] == '\r' ? end + 1 : end;
    return b[lineEnd] == '\n' ? lineEnd + 1 : from;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private boolean matches(byte[] beginning) {
    if (beginning.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (beginning[i] != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** Name for messages. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The content behind this compression. */
  InputStream unwrap(RawStream raw) throws IOException {
    return switch (this) {
      case NONE -> raw;
      case GZIP -> new GZIPInputStream(raw, BUFFER_BYTES);
      case ZSTD -> {
        ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(raw);
        zstd.setLongMax(ZSTD_WINDOW_LOG);
        yield zstd;
      }
      case XZ -> new XZInputStream(raw, XZ_MEMORY_KIB);
      case LZ4 -> new Lz4Stream(raw);
      case ATRACE -> {
        raw.skipNBytes(atraceText(raw));
        yield new InflaterInputStream(raw);
      }
    };
  }
}

package org.vgictrace.parser.lines;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.input.ExpansionLimit;

/**
 * Text that a page holds as base64 (RFC 4648) of what atrace and Chrome hand over: {@code TRACE:}
 * and a line end, or nothing, before a zlib (RFC 1950) or gzip (RFC 1952) stream, or the text.
 *
 * <pre>
 *   VFJBQ0U6CnicKyjK... | TRACE:\n 78 9c ...
 *   eJwrKMpPT...        | 78 9c ...
 *   H4sIAAAA...         | 1f 8b 08 ...
 * </pre>
 *
 * Damage ends the text, and {@link #damage()} says what it is.
 */
final class PackedText implements ByteReader {
  private static final String[] BEGINNINGS = {"VFJBQ0U6", "H4sI", "eJ", "eA", "eF", "eN"};
  private static final byte[] MARK = "TRACE:".getBytes(StandardCharsets.US_ASCII);
  private static final int GZIP = 0x1f8b;
  private static final int LETTERS_LEAST = 16;

  private final Base64Bytes packed;
  private @Nullable InputStream text;
  private long produced;
  private @Nullable String damage;

  PackedText(ByteReader letters) {
    this.packed = new Base64Bytes(letters);
  }

  /** Whether a line is the beginning of such a text. */
  static boolean begins(byte[] b, int start, int end) {
    if (end - start < LETTERS_LEAST) {
      return false;
    }
    for (int p = start; p < start + LETTERS_LEAST; p++) {
      if (Base64Bytes.value(b[p]) < 0) {
        return false;
      }
    }
    String first = new String(b, start, LETTERS_LEAST, StandardCharsets.US_ASCII);
    return Arrays.stream(BEGINNINGS).anyMatch(first::startsWith);
  }

  @Override
  public @Nullable String damage() {
    return damage;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (damage != null) {
      return -1;
    }
    int n;
    try {
      if (text == null) {
        text = unpacked();
      }
      n = text.read(buffer, offset, length);
    } catch (IOException e) {
      IOException failure = packed.failure;
      if (failure != null) {
        throw failure;
      }
      String what = e.getMessage();
      damage = "packed trace is damaged: " + (what == null ? "ends early" : what);
      return -1;
    }
    produced += Math.max(0, n);
    if (ExpansionLimit.exceeded(produced, packed.count)) {
      damage = "packed trace expands more than the limit of " + ExpansionLimit.TEXT;
      return -1;
    }
    return n;
  }

  private InputStream unpacked() throws IOException {
    PushbackInputStream bytes = new PushbackInputStream(packed, MARK.length + 2);
    byte[] beginning = bytes.readNBytes(MARK.length + 2);
    int after = 0;
    if (beginning.length == MARK.length + 2
        && Arrays.equals(beginning, 0, MARK.length, MARK, 0, MARK.length)) {
      after = MARK.length + (beginning[MARK.length] == '\r' ? 2 : 1);
    }
    bytes.unread(beginning, after, beginning.length - after);
    byte[] magic = bytes.readNBytes(2);
    bytes.unread(magic);
    if (magic.length < 2) {
      return bytes;
    }
    int number = (magic[0] & 0xff) << 8 | magic[1] & 0xff;
    if (number == GZIP) {
      return new GZIPInputStream(bytes);
    }
    boolean zlib = (magic[0] & 0x0f) == 8 && number % 31 == 0;
    return zlib ? new InflaterInputStream(bytes) : bytes;
  }

  @Override
  public boolean ready() {
    return true;
  }

  /** What letters stand for; blanks and line ends between them count for nothing. */
  private static final class Base64Bytes extends InputStream {
    private final ByteReader letters;
    private final byte[] in = new byte[8 << 10];
    private int used;
    private int length;
    private int bits;
    private int held;
    private boolean ended;
    private boolean foreign;
    long count;

    /** What the system reported, if reading failed. */
    @Nullable IOException failure;

    Base64Bytes(ByteReader letters) {
      this.letters = letters;
    }

    @Override
    public int read() throws IOException {
      while (!ended) {
        int c = letter();
        if (c < 0 || c == '=') {
          ended = true;
          break;
        }
        int value = value((byte) c);
        if (value < 0 && c != ' ' && c != '\n' && c != '\r' && c != '\t') {
          foreign = true;
          ended = true;
          break;
        }
        if (value >= 0) {
          held = held << 6 | value;
          bits += 6;
          if (bits >= 8) {
            bits -= 8;
            count++;
            return held >> bits & 0xff;
          }
        }
      }
      return -1;
    }

    /** At least one byte, and no exception before all bytes that are there. */
    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
      int n = 0;
      while (n < wanted && (n == 0 || used < length)) {
        int c = read();
        if (c < 0) {
          if (n == 0 && foreign) {
            throw new IOException("not base64");
          }
          return n == 0 ? -1 : n;
        }
        buffer[offset + n++] = (byte) c;
      }
      return n;
    }

    private int letter() throws IOException {
      if (used == length) {
        used = 0;
        try {
          length = Math.max(0, letters.read(in, 0, in.length));
        } catch (IOException e) {
          failure = e;
          throw e;
        }
        if (length == 0) {
          return -1;
        }
      }
      return in[used++];
    }

    static int value(byte c) {
      if (c >= 'A' && c <= 'Z') {
        return c - 'A';
      } else if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
      } else if (c >= '0' && c <= '9') {
        return c - '0' + 52;
      }
      return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }
  }
}

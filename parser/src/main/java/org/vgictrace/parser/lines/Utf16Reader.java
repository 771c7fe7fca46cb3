package org.vgictrace.parser.lines;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns UTF-16 into UTF-8. Redirecting the output of a program to a file in Windows PowerShell
 * makes such files, with a byte order mark. What is malformed becomes U+FFFD.
 */
public final class Utf16Reader implements ByteReader {
  private static final int CHUNK_BYTES = 8 << 10;

  /** Most bytes of UTF-8 that one unit of UTF-16 can make. */
  private static final int UTF8_BYTES_PER_UNIT = 3;

  /** So much is looked at where there is no byte order mark. */
  private static final int UNMARKED_BYTES = 16;

  private final ByteReader source;
  private final CharsetDecoder decoder;
  private final CharsetEncoder encoder;
  private final ByteBuffer raw = ByteBuffer.allocate(CHUNK_BYTES);
  private final CharBuffer chars = CharBuffer.allocate(CHUNK_BYTES);
  private final ByteBuffer utf8 = ByteBuffer.allocate(CHUNK_BYTES * UTF8_BYTES_PER_UNIT);
  private boolean ended;

  private Utf16Reader(ByteReader source, Charset charset) {
    this.source = source;
    this.decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    this.encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    utf8.limit(0);
  }

  /**
   * The source as UTF-8 if its beginning says that it is UTF-16, else the source itself. Without a
   * byte order mark, ASCII characters say so.
   */
  public static ByteReader over(ByteReader source, byte[] beginning, int length) {
    if (length >= 2 && beginning[0] == (byte) 0xff && beginning[1] == (byte) 0xfe) {
      return new Utf16Reader(source, StandardCharsets.UTF_16LE);
    }
    if (length >= 2 && beginning[0] == (byte) 0xfe && beginning[1] == (byte) 0xff) {
      return new Utf16Reader(source, StandardCharsets.UTF_16BE);
    }
    if (length >= UNMARKED_BYTES && isAscii(beginning, 0)) {
      return new Utf16Reader(source, StandardCharsets.UTF_16LE);
    }
    if (length >= UNMARKED_BYTES && isAscii(beginning, 1)) {
      return new Utf16Reader(source, StandardCharsets.UTF_16BE);
    }
    return source;
  }

  /** Whether the beginning is UTF-16 of ASCII characters, whose lower bytes are at that offset. */
  private static boolean isAscii(byte[] beginning, int offset) {
    for (int p = 0; p < UNMARKED_BYTES; p++) {
      boolean low = (p & 1) == offset;
      if (low ? beginning[p] <= 0 : beginning[p] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (!utf8.hasRemaining()) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int n = Math.min(length, utf8.remaining());
    utf8.get(buffer, offset, n);
    return n;
  }

  @Override
  public boolean ready() throws IOException {
    return utf8.hasRemaining() || ended || source.ready();
  }

  private void fill() throws IOException {
    int n = source.read(raw.array(), raw.position(), raw.remaining());
    if (n < 0) {
      ended = true;
    } else {
      raw.position(raw.position() + n);
    }
    raw.flip();
    decoder.decode(raw, chars, ended);
    if (ended) {
      decoder.flush(chars);
    }
    raw.compact();
    chars.flip();
    utf8.clear();
    encoder.encode(chars, utf8, ended);
    if (ended) {
      encoder.flush(utf8);
    }
    chars.compact();
    utf8.flip();
  }
}

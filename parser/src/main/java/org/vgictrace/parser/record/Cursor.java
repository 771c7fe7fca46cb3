package org.vgictrace.parser.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.MemoryBytes;
import org.vgictrace.parser.input.RandomBytes;

/**
 * Reads metadata front to back within a range. Reading past the range is damage. Numbers are in the
 * file's byte order.
 */
public final class Cursor {
  /** Longest NUL-terminated text. */
  private static final int NAME_BYTES_MAX = 4_096;

  /** Longest text that fills a range. */
  private static final int TEXT_BYTES_MAX = 16 << 20;

  private static final int WINDOW_BYTES = 8 << 10;

  /** The part of the source that is in memory; shared by all cursors on it. */
  private static final class Window {
    final RandomBytes source;
    final byte[] bytes = new byte[WINDOW_BYTES];
    long start;
    int length;

    Window(RandomBytes source) {
      this.source = source;
    }
  }

  private final Window window;
  private final boolean bigEndian;
  private final long limit;
  private final long fixedPlace;
  private long at;

  private Cursor(Window window, boolean bigEndian, long at, long limit, long fixedPlace) {
    this.window = window;
    this.bigEndian = bigEndian;
    this.at = at;
    this.limit = limit;
    this.fixedPlace = fixedPlace;
  }

  /** From an offset to the end of a source. */
  public static Cursor of(RandomBytes source, boolean bigEndian, long at) {
    return new Cursor(new Window(source), bigEndian, at, source.size(), -1);
  }

  /**
   * Over uncompressed content.
   *
   * @param place where its compressed form is in the file
   */
  public static Cursor of(byte[] content, int length, boolean bigEndian, long place) {
    return new Cursor(new Window(new MemoryBytes(content, length)), bigEndian, 0, length, place);
  }

  /** The next bytes as a range of their own; this cursor goes on behind them. */
  public Cursor slice(long length) throws DamageException {
    require(length);
    Cursor slice = new Cursor(window, bigEndian, at, at + length, fixedPlace);
    at += length;
    return slice;
  }

  /** The rest of the range in another byte order. */
  public Cursor inOrder(boolean big) {
    return new Cursor(window, big, at, limit, fixedPlace);
  }

  /** The same source at another offset, up to its end. */
  public Cursor at(long offset) {
    return new Cursor(window, bigEndian, offset, window.source.size(), fixedPlace);
  }

  public long position() {
    return at;
  }

  public long remaining() {
    return limit - at;
  }

  /** Where this is in the file. */
  public Place place() {
    return Place.at(fixedPlace >= 0 ? fixedPlace : at);
  }

  public int u8() throws IOException, DamageException {
    return (int) number(1);
  }

  public int u16() throws IOException, DamageException {
    return (int) number(2);
  }

  public long u32() throws IOException, DamageException {
    return number(4);
  }

  /** A 64-bit number; those beyond the signed range are negative. */
  public long u64() throws IOException, DamageException {
    return number(8);
  }

  public void skip(long length) throws DamageException {
    require(length);
    at += length;
  }

  /** A copy of the next bytes. Their number must have been limited. */
  public byte[] bytes(long length) throws IOException, DamageException {
    require(length);
    byte[] copy = new byte[Math.toIntExact(length)];
    if (window.source.read(at, copy, 0, copy.length) < copy.length) {
      throw new DamageException(place(), "file ends early");
    }
    at += length;
    return copy;
  }

  /** All that is left, of a text that may be long. Can be asked for again. */
  public byte[] allBytes() throws IOException, DamageException {
    long start = at;
    if (remaining() > LateText.BYTES_MAX) {
      throw new DamageException(place(), "text of more than " + LateText.BYTES_MAX + " bytes");
    }
    byte[] all = bytes(remaining());
    at = start;
    return all;
  }

  /** All that is left, as text up to its first NUL. */
  public String rest() throws IOException, DamageException {
    byte[] bytes = bytes(Math.min(remaining(), TEXT_BYTES_MAX));
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /** A NUL-terminated text. */
  public String string() throws IOException, DamageException {
    byte[] name = new byte[NAME_BYTES_MAX];
    for (int length = 0; length < name.length; length++) {
      byte b = (byte) u8();
      if (b == 0) {
        return new String(name, 0, length, StandardCharsets.UTF_8);
      }
      name[length] = b;
    }
    throw new DamageException(place(), "text of more than " + NAME_BYTES_MAX + " bytes");
  }

  private long number(int length) throws IOException, DamageException {
    require(length);
    if (at < window.start || at + length > window.start + window.length) {
      window.start = at;
      window.length = window.source.read(at, window.bytes, 0, WINDOW_BYTES);
      if (window.length < length) {
        throw new DamageException(place(), "file ends early");
      }
    }
    int from = (int) (at - window.start);
    long value = 0;
    for (int i = 0; i < length; i++) {
      int b = window.bytes[from + (bigEndian ? i : length - 1 - i)] & 0xff;
      value = value << 8 | b;
    }
    at += length;
    return value;
  }

  private void require(long length) throws DamageException {
    if (length < 0 || length > limit - at) {
      throw new DamageException(
          place(),
          "needs " + Long.toUnsignedString(length) + " bytes where " + (limit - at) + " are");
    }
  }
}

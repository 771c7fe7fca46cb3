package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.lines.Swar;

/**
 * Reads numbers out of a range of bytes. A method that fails leaves the position where it was.
 *
 * <p>Hot code: one cursor is reused for all lines; nothing is allocated. Not thread-safe.
 */
final class AsciiCursor {
  /** So many decimal digits cannot overflow. */
  private static final int DIGITS_SAFE = 18;

  private static final long UNSIGNED_TENTH = Long.divideUnsigned(-1L, 10);

  private static final boolean[] WORD = new boolean[256];

  static {
    for (int b = 0; b < WORD.length; b++) {
      WORD[b] = b == '_' || b < 0x80 && Character.isLetterOrDigit(b);
    }
  }

  byte[] bytes = new byte[0];
  int pos;
  int end;

  /** What the latest successful method read. */
  long value;

  void set(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.pos = from;
    this.end = to;
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** Whether a C identifier may contain the byte. */
  static boolean isWord(byte b) {
    return WORD[b & 0xff];
  }

  /** Value of a hexadecimal digit, -1 for other bytes. */
  static int hexDigit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  void skipBlanks() {
    while (pos < end && isBlank(bytes[pos])) {
      pos++;
    }
  }

  /** Reads {@code 0x} and up to 16 significant hexadecimal digits, or a decimal with sign. */
  boolean number() {
    int p = pos;
    if (p < end && bytes[p] == '-') {
      pos = p + 1;
      if (decimal() && Long.compareUnsigned(value, Long.MIN_VALUE) <= 0) {
        value = -value;
        return true;
      }
      pos = p;
      return false;
    }
    return isHexMark(p) ? hexAfterMark() : decimal();
  }

  /** Reads up to 16 significant hexadecimal digits; {@code 0x} before them is accepted. */
  boolean hex() {
    return isHexMark(pos) ? hexAfterMark() : hexDigits(pos, pos);
  }

  /** Reads an unsigned decimal of up to 64 bits. */
  boolean decimal() {
    byte[] b = bytes;
    int start = pos;
    int last = Math.min(end, start + DIGITS_SAFE);
    int p = start;
    long v = 0;
    while (p < last && isDigit(b[p])) {
      v = v * 10 + (b[p++] - '0');
    }
    if (p == start) {
      return false;
    }
    while (p < end && isDigit(b[p])) {
      int digit = b[p++] - '0';
      if (overflows(v, digit)) {
        return false;
      }
      v = v * 10 + digit;
    }
    value = v;
    pos = p;
    return true;
  }

  private static boolean overflows(long v, int digit) {
    int order = Long.compareUnsigned(v, UNSIGNED_TENTH);
    return order > 0 || order == 0 && digit > 5;
  }

  private boolean isHexMark(int p) {
    return p + 1 < end && bytes[p] == '0' && (bytes[p + 1] | 0x20) == 'x';
  }

  private boolean hexAfterMark() {
    return hexDigits(pos, pos + 2);
  }

  private boolean hexDigits(int start, int from) {
    int p = from;
    long v = 0;
    if (bytes.length - from >= Long.BYTES) {
      long word = Swar.word(bytes, from);
      int n = Math.min(Swar.hexDigits(word), end - from);
      if (n > 0) {
        v = Swar.hexValue(word, n);
        p += n;
      }
    }
    while (p < end) {
      int digit = hexDigit(bytes[p]);
      if (digit < 0) {
        break;
      }
      if (v >>> 60 != 0) {
        pos = start;
        return false;
      }
      v = v << 4 | digit;
      p++;
    }
    if (p == from) {
      pos = start;
      return false;
    }
    value = v;
    pos = p;
    return true;
  }
}

package org.vgictrace.parser.rows;

import org.jspecify.annotations.Nullable;

/**
 * Numbers as scripts print them: decimal, with a sign or with 64 bits and none, or hexadecimal
 * after {@code 0x}.
 */
final class Numbers {
  private static final int ELEMENTS_MAX = 1024;
  private static final int HEX_DIGITS_MAX = 16;
  private static final long UNSIGNED_TENTH = Long.divideUnsigned(-1L, 10);

  private Numbers() {}

  /** Whether a text is a number of at most 64 bits. */
  static boolean isNumber(String text) {
    int length = text.length();
    if (isHex(text)) {
      if (length > 2 + HEX_DIGITS_MAX) {
        return false;
      }
      for (int i = 2; i < length; i++) {
        if (hexDigit(text.charAt(i)) < 0) {
          return false;
        }
      }
      return true;
    }
    boolean negative = length > 0 && text.charAt(0) == '-';
    int first = negative ? 1 : 0;
    long value = 0;
    for (int i = first; i < length; i++) {
      int digit = text.charAt(i) - '0';
      int order = Long.compareUnsigned(value, UNSIGNED_TENTH);
      if (digit < 0 || digit > 9 || order > 0 || order == 0 && digit > 5) {
        return false;
      }
      value = value * 10 + digit;
    }
    return length > first && (!negative || Long.compareUnsigned(value, Long.MIN_VALUE) <= 0);
  }

  /** The value of a text that {@link #isNumber}. */
  static long parse(String text) {
    long value = 0;
    if (isHex(text)) {
      for (int i = 2; i < text.length(); i++) {
        value = value << 4 | hexDigit(text.charAt(i));
      }
      return value;
    }
    boolean negative = text.charAt(0) == '-';
    for (int i = negative ? 1 : 0; i < text.length(); i++) {
      value = value * 10 + (text.charAt(i) - '0');
    }
    return negative ? -value : value;
  }

  /** The numbers in {@code [1,2]} or <code>{0x1,0x2}</code>, null if the text is something else. */
  static long @Nullable [] array(String text) {
    int last = text.length() - 1;
    if (last < 1
        || !(text.charAt(0) == '[' && text.charAt(last) == ']')
            && !(text.charAt(0) == '{' && text.charAt(last) == '}')) {
      return null;
    }
    String[] parts = text.substring(1, last).split(",", ELEMENTS_MAX + 1);
    if (parts.length > ELEMENTS_MAX) {
      return null;
    }
    long[] numbers = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      if (!isNumber(part)) {
        return null;
      }
      numbers[i] = parse(part);
    }
    return numbers;
  }

  private static boolean isHex(String text) {
    return text.length() > 2 && text.charAt(0) == '0' && (text.charAt(1) | 0x20) == 'x';
  }

  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}

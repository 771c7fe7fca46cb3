package org.vgictrace.parser.printfmt;

import java.util.Locale;

/**
 * One conversion of a printf format, such as {@code %-8lx} (lib/vsprintf.c, Linux 7.2).
 *
 * @param flags those of {@code -+ #0} that it has
 * @param width least width, {@link #NONE} or {@link #ARGUMENT}
 * @param precision least digits or most characters, {@link #NONE} or {@link #ARGUMENT}
 * @param bits size of the number, 8 to 64
 * @param letter what it makes: {@code d u x X o c s p}
 * @param suffix what follows {@code %p}: the sort of pointer
 */
record Conversion(String flags, int width, int precision, int bits, char letter, String suffix) {
  static final int NONE = -1;

  /** The number comes from an argument. */
  static final int ARGUMENT = -2;

  /** Widest; what is more is a mistake or an attack. */
  static final int WIDTH_MAX = 1024;

  private boolean has(char flag) {
    return flags.indexOf(flag) >= 0;
  }

  /** Whether the value is a number that is shown as one. */
  boolean isNumber() {
    return letter != 's' && letter != 'p';
  }

  /**
   * A number.
   *
   * @param value taken as far as the size of the conversion goes
   * @param givenWidth width in force, {@link #NONE} for none
   * @param givenPrecision precision in force
   */
  void number(long value, int givenWidth, int givenPrecision, StringBuilder out) {
    boolean signed = letter == 'd';
    long cut = CType.cut(value, bits, signed);
    String digits =
        switch (letter) {
          case 'x' -> Long.toHexString(cut);
          case 'X' -> Long.toHexString(cut).toUpperCase(Locale.ROOT);
          case 'o' -> Long.toOctalString(cut);
          default -> signed ? magnitude(cut) : Long.toUnsignedString(cut);
        };
    String prefix = "";
    if (signed) {
      prefix = cut < 0 ? "-" : has('+') ? "+" : has(' ') ? " " : "";
    } else if (has('#') && (letter == 'x' || letter == 'X')) {
      // Unlike in C, zero has the prefix too.
      prefix = letter == 'x' ? "0x" : "0X";
    } else if (has('#') && letter == 'o' && cut != 0) {
      prefix = "0";
    }
    int width = width(givenWidth);
    boolean left = has('-') || givenWidth < NONE;
    int zeros = Math.min(WIDTH_MAX, givenPrecision) - digits.length();
    if (has('0') && !left) {
      zeros = Math.max(zeros, width - prefix.length() - digits.length());
    }
    int start = out.length();
    out.append(prefix).append("0".repeat(Math.max(0, zeros))).append(digits);
    pad(start, width, left, out);
  }

  private static String magnitude(long value) {
    return value < 0 ? Long.toUnsignedString(-value) : Long.toString(value);
  }

  private static int width(int given) {
    return given == NONE ? 0 : Math.min(WIDTH_MAX, Math.abs(given));
  }

  /**
   * Fits what was appended as a text.
   *
   * @param start where it begins in {@code out}
   */
  void text(int start, int givenWidth, int givenPrecision, StringBuilder out) {
    if (givenPrecision >= 0 && out.length() - start > givenPrecision) {
      out.setLength(start + givenPrecision);
    }
    pad(start, width(givenWidth), has('-') || givenWidth < NONE, out);
  }

  private static void pad(int start, int width, boolean left, StringBuilder out) {
    int missing = width - (out.length() - start);
    if (missing > 0) {
      String blanks = " ".repeat(missing);
      if (left) {
        out.append(blanks);
      } else {
        out.insert(start, blanks);
      }
    }
  }
}

package org.vgictrace.parser.printfmt;

import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.format.FormatException;

/**
 * A printf format taken apart.
 *
 * @param literals texts before, between and behind the conversions, one more than these
 * @param conversions the conversions in order
 */
record FormatString(List<String> literals, List<Conversion> conversions) {
  private static final int CONVERSIONS_MAX = 1024;
  private static final String FLAGS = "-+ #0";
  private static final String LENGTHS = "hlLqjzt";

  FormatString {
    literals = List.copyOf(literals);
    conversions = List.copyOf(conversions);
  }

  /** Takes a format apart. */
  static FormatString parse(String format, int longBytes) throws FormatException {
    return new Parser(format, longBytes).parse();
  }

  /** How many arguments it needs. */
  int arguments() {
    int count = 0;
    for (Conversion conversion : conversions) {
      count += 1;
      count += conversion.width() == Conversion.ARGUMENT ? 1 : 0;
      count += conversion.precision() == Conversion.ARGUMENT ? 1 : 0;
    }
    return count;
  }

  /** Goes over the text once. */
  private static final class Parser {
    private final String format;
    private final int longBytes;
    private int at;

    Parser(String format, int longBytes) {
      this.format = format;
      this.longBytes = longBytes;
    }

    FormatString parse() throws FormatException {
      List<String> literals = new ArrayList<>();
      List<Conversion> conversions = new ArrayList<>();
      StringBuilder literal = new StringBuilder();
      while (at < format.length()) {
        char c = format.charAt(at++);
        if (c != '%') {
          literal.append(c);
        } else if (at < format.length() && format.charAt(at) == '%') {
          literal.append('%');
          at++;
        } else {
          literals.add(literal.toString());
          literal.setLength(0);
          conversions.add(conversion());
          if (conversions.size() > CONVERSIONS_MAX) {
            throw new FormatException("print fmt has more than " + CONVERSIONS_MAX + " values");
          }
        }
      }
      literals.add(literal.toString());
      return new FormatString(literals, conversions);
    }

    private Conversion conversion() throws FormatException {
      int start = at;
      while (FLAGS.indexOf(peek()) >= 0) {
        at++;
      }
      String flags = format.substring(start, at);
      int width = size();
      int precision = Conversion.NONE;
      if (peek() == '.') {
        at++;
        precision = Math.max(0, size());
        precision = format.charAt(at - 1) == '*' ? Conversion.ARGUMENT : precision;
      }
      int bits = bits();
      char letter = peek();
      at++;
      switch (letter) {
        case 'd', 'i' -> {
          return new Conversion(flags, width, precision, bits, 'd', "");
        }
        case 'u', 'x', 'X', 'o', 'c', 's' -> {
          return new Conversion(flags, width, precision, bits, letter, "");
        }
        case 'p' -> {
          int from = at;
          while (Character.isLetterOrDigit(peek()) && peek() < 0x7f) {
            at++;
          }
          return new Conversion(
              flags, width, precision, longBytes * Byte.SIZE, 'p', format.substring(from, at));
        }
        default -> throw new FormatException("print fmt has a conversion that is none");
      }
    }

    /** A number, or an asterisk. */
    private int size() {
      if (peek() == '*') {
        at++;
        return Conversion.ARGUMENT;
      }
      int size = Conversion.NONE;
      while (peek() >= '0' && peek() <= '9') {
        size = Math.min(Conversion.WIDTH_MAX, Math.max(0, size) * 10 + peek() - '0');
        at++;
      }
      return size;
    }

    private int bits() {
      int start = at;
      while (LENGTHS.indexOf(peek()) >= 0) {
        at++;
      }
      return switch (format.substring(start, at)) {
        case "hh" -> Byte.SIZE;
        case "h" -> Short.SIZE;
        case "" -> Integer.SIZE;
        case "l", "z", "t" -> longBytes * Byte.SIZE;
        default -> Long.SIZE;
      };
    }

    /** The next character, NUL at the end. */
    private char peek() {
      return at < format.length() ? format.charAt(at) : 0;
    }
  }
}

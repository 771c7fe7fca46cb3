package org.vgictrace.parser.printfmt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.vgictrace.parser.format.FormatException;

/** Cuts the C of a print fmt into tokens. Stands at one token; {@link #next()} goes on. */
final class Lexer {
  /** Sorts of tokens. */
  enum Sort {
    NAME,
    NUMBER,
    CHARACTER,
    STRING,
    SIGN,
    END
  }

  private static final String[] LONG_SIGNS = {"->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||"};

  private final String source;
  private int at;
  private int tokenStart;
  private Sort sort = Sort.END;
  private String text = "";

  Lexer(String source) throws FormatException {
    this.source = source;
    next();
  }

  Sort sort() {
    return sort;
  }

  /** The token as written; for strings and characters what it stands for. */
  String text() {
    return text;
  }

  /** Where the token begins. */
  int mark() {
    return tokenStart;
  }

  /** Goes back to a token. */
  void reset(int mark) throws FormatException {
    at = mark;
    next();
  }

  boolean is(String sign) {
    return (sort == Sort.SIGN || sort == Sort.NAME) && text.equals(sign);
  }

  /** Goes on if this is that sign. */
  boolean take(String sign) throws FormatException {
    if (!is(sign)) {
      return false;
    }
    next();
    return true;
  }

  void expect(String sign) throws FormatException {
    if (!take(sign)) {
      throw new FormatException("print fmt has " + shown() + " where " + sign + " should be");
    }
  }

  /** The token in a form fit for a message. */
  String shown() {
    if (sort == Sort.END) {
      return "its end";
    }
    StringBuilder shown = new StringBuilder();
    for (char c : text.substring(0, Math.min(30, text.length())).toCharArray()) {
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.toString();
  }

  /** Goes to the next token. */
  void next() throws FormatException {
    while (at < source.length() && source.charAt(at) <= ' ') {
      at++;
    }
    tokenStart = at;
    if (at == source.length()) {
      sort = Sort.END;
      text = "";
      return;
    }
    char c = source.charAt(at);
    if (isNameStart(c)) {
      token(Sort.NAME, wordEnd());
    } else if (c >= '0' && c <= '9') {
      token(Sort.NUMBER, wordEnd());
    } else if (c == '"' || c == '\'') {
      quoted(c);
    } else {
      for (String sign : LONG_SIGNS) {
        if (source.startsWith(sign, at)) {
          token(Sort.SIGN, at + sign.length());
          return;
        }
      }
      token(Sort.SIGN, at + 1);
    }
  }

  private void token(Sort found, int end) {
    sort = found;
    text = source.substring(at, end);
    at = end;
  }

  private int wordEnd() {
    int end = at;
    while (end < source.length()) {
      char c = source.charAt(end);
      if (!isNameStart(c) && (c < '0' || c > '9')) {
        break;
      }
      end++;
    }
    return end;
  }

  private static boolean isNameStart(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$';
  }

  /** A string or character. Its escapes stand for bytes, which together may be UTF-8. */
  private void quoted(char quote) throws FormatException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    at++;
    while (true) {
      if (at >= source.length()) {
        throw new FormatException("print fmt has a string without an end");
      }
      int c = source.codePointAt(at);
      at += Character.charCount(c);
      if (c == quote) {
        break;
      }
      if (c == '\\' && at < source.length()) {
        bytes.write(escape());
      } else {
        bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    sort = quote == '"' ? Sort.STRING : Sort.CHARACTER;
    text = bytes.toString(StandardCharsets.UTF_8);
  }

  private int escape() {
    char c = source.charAt(at++);
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> 11;
      case 'e' -> 27;
      case 'x' -> digits(16, 2);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        yield digits(8, 3);
      }
      default -> c;
    };
  }

  private int digits(int radix, int count) {
    int value = 0;
    for (int i = 0; i < count && at < source.length(); i++) {
      int digit = Character.digit(source.charAt(at), radix);
      if (digit < 0) {
        break;
      }
      value = value * radix + digit;
      at++;
    }
    return value;
  }
}

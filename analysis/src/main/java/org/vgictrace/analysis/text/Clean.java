package org.vgictrace.analysis.text;

/**
 * Makes text from a capture harmless: what could move the cursor, reorder or hide other characters,
 * or is illegal in XML is shown as an escape ({@code \x1b}, {@code \u202e}, {@code \U000e0001}).
 * Every string that comes from a capture or a file name passes through here before it is written.
 *
 * <p>The ranges are listed rather than asked of {@link Character}, whose answers change with the
 * Unicode version of the JDK.
 */
public final class Clean {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private Clean() {}

  /** The text with every harmful character escaped; the same object if there is none. */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        StringBuilder out = new StringBuilder(text.length() + 16);
        append(out, text);
        return out.toString();
      }
    }
    return text;
  }

  /** Appends the text with every harmful character escaped. */
  public static void append(StringBuilder out, String text) {
    int i = 0;
    while (i < text.length()) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (isHarmful(codePoint)) {
        escape(out, codePoint);
      } else {
        out.appendCodePoint(codePoint);
      }
    }
  }

  /** Whether a character must not reach an output as it is. */
  static boolean isHarmful(int c) {
    if (c < 0x7f) {
      return c < ' ';
    }
    if (c <= 0x9f || c == 0xad || c == 0x61c || c == 0x180e) {
      return true;
    }
    if (c < 0x200b) {
      return false;
    }
    return c <= 0x200f // zero width, direction marks
        || (c >= 0x2028 && c <= 0x202e) // separators, direction embeddings
        || (c >= 0x2060 && c <= 0x206f) // invisible operators, direction isolates
        || (c >= 0xd800 && c <= 0xdfff) // half a pair
        || (c >= 0xfdd0 && c <= 0xfdef) // no characters
        || c == 0xfeff
        || (c >= 0xfff0 && c <= 0xfffb)
        || (c & 0xfffe) == 0xfffe // no characters, in each plane
        || (c >= 0xe0000 && c <= 0xe0fff); // tags, variation selectors
  }

  private static void escape(StringBuilder out, int c) {
    if (c < 0x100) {
      hex(out.append("\\x"), c, 2);
    } else if (c < 0x10000) {
      hex(out.append("\\u"), c, 4);
    } else {
      hex(out.append("\\U"), c, 8);
    }
  }

  private static void hex(StringBuilder out, int value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      out.append(HEX[value >>> shift & 15]);
    }
  }
}

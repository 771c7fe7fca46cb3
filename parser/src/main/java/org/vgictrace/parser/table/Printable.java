package org.vgictrace.parser.table;

/** Tells characters that are safe to show from those that steer a terminal or reorder text. */
final class Printable {
  private Printable() {}

  /**
   * Whether a character may be shown as it is: not a control character, line or paragraph
   * separator, invisible or direction mark. The ranges are listed here because the tables of the
   * Java machine differ between its versions.
   */
  static boolean isPlain(int c) {
    if (c < 0x7f) {
      return c >= ' ';
    }
    return c >= 0xa0
        && !(c >= 0x200b && c <= 0x200f)
        && !(c >= 0x2028 && c <= 0x202e)
        && !(c >= 0x2060 && c <= 0x206f)
        && !(c >= 0xfff9 && c <= 0xfffb)
        && c != 0xad
        && c != 0x61c
        && c != 0xfeff
        && !(c >= 0xe0000 && c <= 0xe007f);
  }

  /** A text for a message: one line, at most 80 characters, anything unsafe as {@code ?}. */
  static String of(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(80)
        .forEach(c -> shown.appendCodePoint(isPlain(c) && !isSurrogate(c) ? c : '?'));
    return shown.toString();
  }

  private static boolean isSurrogate(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }
}

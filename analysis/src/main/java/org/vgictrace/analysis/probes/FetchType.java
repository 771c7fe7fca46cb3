package org.vgictrace.analysis.probes;

/**
 * How a value is read and shown, in the kernel's notation such as {@code u32}, {@code x64[4]}.
 *
 * @param sign {@code u} unsigned, {@code s} signed, {@code x} unsigned and shown in hexadecimal
 * @param bits 8, 16, 32 or 64
 * @param count number of elements of an array, 0 for a single value
 */
public record FetchType(char sign, int bits, int count) {
  static FetchType parse(String text) {
    int bracket = text.indexOf('[');
    int end = bracket < 0 ? text.length() : bracket;
    return new FetchType(
        text.charAt(0),
        Integer.parseInt(text, 1, end, 10),
        bracket < 0 ? 0 : Integer.parseInt(text, bracket + 1, text.length() - 1, 10));
  }

  int bytes() {
    return bits / 8;
  }

  /** One element of it. */
  FetchType element() {
    return new FetchType(sign, bits, 0);
  }

  @Override
  public String toString() {
    return "" + sign + bits + (count == 0 ? "" : "[" + count + "]");
  }
}

package org.vgictrace.parser.printfmt;

import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Term.Array;
import org.vgictrace.parser.printfmt.Term.Num;
import org.vgictrace.parser.printfmt.Term.Value;

/**
 * The sorts of {@code %p} (Documentation/core-api/printk-formats.rst, Linux 7.2). What points out
 * of the record shows as its address, in as many digits as the kernel's.
 */
final class Pointers {
  private static final int MAC_BYTES = 6;
  private static final int UUID_BYTES = 16;

  private final KernelTexts texts;
  private final int longBytes;

  Pointers(KernelTexts texts, int longBytes) {
    this.texts = texts;
    this.longBytes = longBytes;
  }

  /** What shows a term as such a pointer. */
  Slot.Content content(Conversion conversion, Term term) throws FormatException {
    if (term instanceof Array array) {
      return array(conversion.suffix(), array);
    }
    Num number = Terms.number(term);
    Value address = number.value();
    String suffix = conversion.suffix();
    char sort = suffix.isEmpty() ? 0 : suffix.charAt(0);
    return switch (sort) {
      case 'S', 'F', 'B' ->
          (record, width, precision, out) -> texts.appendSymbol(address.of(record), true, out);
      case 's', 'f' ->
          (record, width, precision, out) -> texts.appendSymbol(address.of(record), false, out);
      default -> {
        Conversion hex = new Conversion("0", 0, 0, longBytes * Byte.SIZE, 'x', "");
        yield (record, width, precision, out) ->
            hex.number(address.of(record), 2 * longBytes, Conversion.NONE, out);
      }
    };
  }

  private Slot.Content array(String suffix, Array array) throws FormatException {
    return switch (suffix) {
      case "I4", "I4h", "I4n", "I4b", "I4l" ->
          sized(array, Integer.BYTES, (record, out) -> Bytes.inet4(record, 0, false, out));
      case "i4" -> sized(array, Integer.BYTES, (record, out) -> Bytes.inet4(record, 0, true, out));
      case "I6" ->
          sized(array, UUID_BYTES, (record, out) -> Bytes.inet6(record, 0, ":", false, out));
      case "i6" ->
          sized(array, UUID_BYTES, (record, out) -> Bytes.inet6(record, 0, "", false, out));
      case "I6c" ->
          sized(array, UUID_BYTES, (record, out) -> Bytes.inet6(record, 0, ":", true, out));
      case "ISc", "ISpc", "ISp", "IS", "ISpfc", "ISpfsc" -> sized(array, 0, Bytes::socketAddress);
      case "M" -> sized(array, MAC_BYTES, (record, out) -> Bytes.hex(record, MAC_BYTES, ":", out));
      case "MF" -> sized(array, MAC_BYTES, (record, out) -> Bytes.hex(record, MAC_BYTES, "-", out));
      case "m" -> sized(array, MAC_BYTES, (record, out) -> Bytes.hex(record, MAC_BYTES, "", out));
      case "U", "Ub", "UB", "Ul", "UL" -> {
        boolean little = suffix.endsWith("l") || suffix.endsWith("L");
        boolean upper = suffix.endsWith("B") || suffix.endsWith("L");
        yield sized(array, UUID_BYTES, (record, out) -> Bytes.uuid(record, little, upper, out));
      }
      case "h", "hC", "hD", "hN" -> {
        String delimiter =
            suffix.endsWith("C")
                ? ":"
                : suffix.endsWith("D") ? "-" : suffix.endsWith("N") ? "" : " ";
        yield counted(array, 1, (record, count, out) -> Bytes.hex(record, count, delimiter, out));
      }
      case "b" ->
          counted(
              array, Byte.SIZE, (record, bits, out) -> Bytes.bitmask(record, bits, longBytes, out));
      case "bl" ->
          counted(
              array, Byte.SIZE, (record, bits, out) -> Bytes.bitList(record, bits, longBytes, out));
      default ->
          throw new FormatException(
              "print fmt shows an array as %p" + suffix.substring(0, Math.min(8, suffix.length())));
    };
  }

  /** Writes so much of an array. */
  @FunctionalInterface
  private interface Counted {
    void append(RecordView record, int count, StringBuilder out);
  }

  private static Slot.Content sized(Array array, int bytes, Term.Text text) {
    return (record, width, precision, out) -> {
      array.span().find(record);
      if (record.spanLength() < bytes) {
        record.fault("outside");
      } else {
        text.append(record, out);
      }
    };
  }

  /** For conversions whose width says how much of the array is meant. */
  private Slot.Content counted(Array array, int perByte, Counted text) {
    return (record, width, precision, out) -> {
      int count = Math.max(width, perByte == 1 ? 1 : 0);
      array.span().find(record);
      int unit = perByte == 1 ? 1 : longBytes * Byte.SIZE;
      long needed = (count + unit - 1L) / unit * (perByte == 1 ? 1 : longBytes);
      if (needed > record.spanLength()) {
        record.fault("outside");
      } else {
        text.append(record, count, out);
      }
    };
  }
}

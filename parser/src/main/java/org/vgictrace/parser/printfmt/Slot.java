package org.vgictrace.parser.printfmt;

import org.vgictrace.parser.printfmt.Term.Num;
import org.vgictrace.parser.printfmt.Term.Str;

/**
 * One conversion of a print fmt with what it shows.
 *
 * @param literal the text in front of it
 * @param width width, {@link Conversion#NONE} for none
 * @param precision precision, {@link Conversion#NONE} for none
 * @param content writes the value
 */
record Slot(String literal, Num width, Num precision, Content content) {

  /** Writes a value. */
  @FunctionalInterface
  interface Content {
    /**
     * @param width width in force, {@link Conversion#NONE} for none
     * @param precision precision in force
     */
    void append(RecordView record, int width, int precision, StringBuilder out);
  }

  static Content number(Conversion conversion, Num number) {
    Term.Value value = number.value();
    if (conversion.letter() == 'c') {
      return (record, width, precision, out) -> {
        int start = out.length();
        out.append((char) (value.of(record) & 0xff));
        conversion.text(start, width, Conversion.NONE, out);
      };
    }
    return (record, width, precision, out) ->
        conversion.number(value.of(record), width, precision, out);
  }

  static Content text(Conversion conversion, Str text) {
    return (record, width, precision, out) -> {
      int start = out.length();
      text.text().append(record, out);
      conversion.text(start, width, precision, out);
    };
  }

  void append(RecordView record, StringBuilder out) {
    out.append(literal);
    int start = out.length();
    record.clearFault();
    content.append(record, limited(width, record), limited(precision, record), out);
    String fault = record.fault();
    if (fault != null) {
      out.setLength(start);
      out.append('<').append(fault).append('>');
    }
  }

  private static int limited(Num size, RecordView record) {
    long value = size.value().of(record);
    return (int) Math.max(-Conversion.WIDTH_MAX, Math.min(Conversion.WIDTH_MAX, value));
  }
}

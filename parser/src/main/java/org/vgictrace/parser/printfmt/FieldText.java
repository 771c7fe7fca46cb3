package org.vgictrace.parser.printfmt;

import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FieldFormat;
import org.vgictrace.parser.format.FieldFormat.Storage;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Term.Array;
import org.vgictrace.parser.printfmt.Term.Num;

/** The fields of a record as {@code name=value}, for events whose print fmt cannot be evaluated. */
final class FieldText {
  /** Most bytes of an array that are shown. */
  private static final int BYTES_MAX = 64;

  private final EventFormat format;
  private final RecordView record;

  FieldText(EventFormat format, boolean bigEndian) {
    this.format = format;
    this.record = new RecordView(bigEndian);
  }

  void append(byte[] bytes, int start, int length, StringBuilder out) {
    record.set(bytes, start, length);
    Fields fields = new Fields(format);
    String separator = "";
    for (FieldFormat field : format.fields()) {
      out.append(separator).append(field.name()).append('=');
      separator = " ";
      record.clearFault();
      int from = out.length();
      try {
        value(field, fields.term(field.name()), out);
      } catch (FormatException e) {
        throw new AssertionError("the field is one of the format", e);
      }
      if (record.fault() != null) {
        out.setLength(from);
        out.append('<').append(record.fault()).append('>');
      }
    }
  }

  private void value(FieldFormat field, Term term, StringBuilder out) {
    if (term instanceof Num number) {
      long value = number.value().of(record);
      if (field.signed()) {
        out.append(value);
      } else {
        out.append("0x").append(Long.toHexString(value));
      }
    } else if (term instanceof Array array) {
      if (field.isText() || field.storage() == Storage.TAIL && field.elementBytes() == 1) {
        array.append(record, out);
        return;
      }
      array.span().find(record);
      int shown = Math.min(BYTES_MAX, record.spanLength());
      Bytes.hex(record, shown, " ", out);
      out.append(shown < record.spanLength() ? " ..." : "");
    }
  }
}

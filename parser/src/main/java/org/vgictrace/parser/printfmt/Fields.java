package org.vgictrace.parser.printfmt;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.FieldFormat;
import org.vgictrace.parser.format.FieldFormat.Storage;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.printfmt.Term.Array;
import org.vgictrace.parser.printfmt.Term.Cost;
import org.vgictrace.parser.printfmt.Term.Num;

/** The fields of an event as terms. */
final class Fields {
  private static final String DATA_LOC = "__data_loc_";
  private static final String REL_LOC = "__rel_loc_";

  private final EventFormat format;

  Fields(EventFormat format) {
    this.format = format;
  }

  /** {@code REC->name}. */
  Term term(String name) throws FormatException {
    FieldFormat field = format.field(name);
    if (field == null && (name.startsWith(DATA_LOC) || name.startsWith(REL_LOC))) {
      FieldFormat located =
          format.field(
              name.substring(name.startsWith(DATA_LOC) ? DATA_LOC.length() : REL_LOC.length()));
      if (located != null && isDynamic(located)) {
        return number(located, Integer.BYTES, false);
      }
    }
    FieldFormat found = field != null ? field : named(name);
    return found.storage() == Storage.NUMBER
        ? number(found, (int) found.size(), found.signed())
        : array(found);
  }

  /** The bytes of a field, or what a dynamic one leads to. */
  Array bytes(String name) throws FormatException {
    return array(named(name));
  }

  /** Bytes that a field takes, null if there is no such field. */
  @Nullable Long size(String name) {
    FieldFormat field = format.field(name);
    return field == null ? null : Long.valueOf(field.size());
  }

  private FieldFormat named(String name) throws FormatException {
    FieldFormat field = format.field(name);
    if (field == null) {
      throw new FormatException("print fmt uses field " + shown(name) + ", which is not there");
    }
    return field;
  }

  private static String shown(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "...";
  }

  private static boolean isDynamic(FieldFormat field) {
    return field.storage() == Storage.DATA_LOC || field.storage() == Storage.REL_LOC;
  }

  private static Num number(FieldFormat field, int width, boolean signed) {
    long offset = field.offset();
    int bits = Math.max(Integer.SIZE, width * Byte.SIZE);
    CType type = new CType(bits, signed || width < Integer.BYTES);
    return new Num(type, record -> record.number(offset, width, signed), null, Cost.LEAF);
  }

  private static Array array(FieldFormat field) {
    long offset = field.offset();
    long size = field.size();
    Term.Span span =
        switch (field.storage()) {
          case NUMBER, ARRAY, OPAQUE -> record -> record.span(offset, size);
          case TAIL -> record -> record.span(offset, record.length() - offset);
          case DATA_LOC -> record -> located(record, offset, 0);
          case REL_LOC -> record -> located(record, offset, offset + Integer.BYTES);
        };
    return new Array(span, field.elementBytes(), field.signed(), Cost.LEAF);
  }

  /** An array whose length and offset are in the upper and lower half of a locator. */
  private static void located(RecordView record, long offset, long base) {
    long locator = record.number(offset, Integer.BYTES, false);
    record.span(base + (locator & 0xffff), locator >>> 16);
  }
}

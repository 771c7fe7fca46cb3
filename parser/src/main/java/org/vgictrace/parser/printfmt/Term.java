package org.vgictrace.parser.printfmt;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.format.FormatException;

/** A compiled expression. It has one of three sorts of values. */
sealed interface Term {
  /** What evaluating it takes. */
  Cost cost();

  /**
   * How large an expression is. Variables of statement expressions are put in where they are used,
   * so that an expression may be larger than its text.
   *
   * @param depth how deeply it is nested
   * @param size how many parts it has
   */
  record Cost(int depth, int size) {
    static final Cost LEAF = new Cost(1, 1);

    private static final int DEPTH_MAX = 400;
    private static final int SIZE_MAX = 100_000;

    /** The cost of a term over others. */
    static Cost over(Term... operands) throws FormatException {
      int depth = 0;
      long size = 1;
      for (Term operand : operands) {
        depth = Math.max(depth, operand.cost().depth);
        size += operand.cost().size;
      }
      if (depth >= DEPTH_MAX || size > SIZE_MAX) {
        throw new FormatException("print fmt has an expression that is too large");
      }
      return new Cost(depth + 1, (int) size);
    }
  }

  /** Computes a number of the record. */
  @FunctionalInterface
  interface Value {
    long of(RecordView record);
  }

  /** Writes a text. */
  @FunctionalInterface
  interface Text {
    void append(RecordView record, StringBuilder out);
  }

  /** Finds an array in the record; see {@link RecordView#span}. */
  @FunctionalInterface
  interface Span {
    void find(RecordView record);
  }

  /**
   * A number.
   *
   * @param constant its value if that is the same for all records
   */
  record Num(CType type, Value value, @Nullable Long constant, Cost cost) implements Term {
    static Num constant(CType type, long value) {
      long wrapped = type.wrap(value);
      return new Num(type, record -> wrapped, wrapped, Cost.LEAF);
    }
  }

  /**
   * A text that is none of the record.
   *
   * @param constant the text if it is the same for all records
   */
  record Str(Text text, @Nullable String constant, Cost cost) implements Term {
    static Str constant(String text) {
      return new Str((record, out) -> out.append(text), text, Cost.LEAF);
    }

    static Str of(Text text, Cost cost) {
      return new Str(text, null, cost);
    }
  }

  /**
   * An array of the record.
   *
   * @param elementBytes size of an element, 1, 2, 4 or 8; 0 if it is not a number
   * @param signed whether elements are signed
   */
  record Array(Span span, int elementBytes, boolean signed, Cost cost) implements Term {

    /** The array as text up to its first NUL. */
    void append(RecordView record, StringBuilder out) {
      span.find(record);
      int end = 0;
      while (end < record.spanLength() && record.u8(record.spanStart() + end) != 0) {
        end++;
      }
      out.append(
          new String(
              record.bytes(), record.position(record.spanStart()), end, StandardCharsets.UTF_8));
    }
  }
}

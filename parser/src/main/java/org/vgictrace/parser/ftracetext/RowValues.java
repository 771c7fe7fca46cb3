package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.event.Names;

/**
 * The values of one row before it is known whether there will be one. Reused from line to line.
 *
 * <p>Hot code.
 */
final class RowValues {
  private final long[] numbers;
  private final int[] starts;
  private final int[] ends;
  private long present;
  private long texts;

  /**
   * @param columns how many columns the row has at most
   */
  RowValues(int columns) {
    numbers = new long[columns];
    starts = new int[columns];
    ends = new int[columns];
  }

  void clear() {
    present = 0;
    texts = 0;
  }

  /** Sets a number that is known to fit its column. */
  void number(int column, long value) {
    numbers[column] = value;
    present |= 1L << column;
  }

  /** Sets a column to its part of a field's value if it can hold it. */
  void number(Target target, long field) {
    if (target.fits(field)) {
      number(target.column, target.held(field));
    }
  }

  /** Sets a name to a range of the line's bytes. */
  void text(int column, int start, int end) {
    starts[column] = start;
    ends[column] = end;
    texts |= 1L << column;
  }

  /** The set of columns that have a value. */
  long columns() {
    return present | texts;
  }

  /** The values by column as a table holds them. */
  long[] resolve(byte[] bytes, Names names) {
    for (long left = texts; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      numbers[column] = names.intern(bytes, starts[column], ends[column] - starts[column]);
    }
    return numbers;
  }
}

package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
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

  /**
   * Where one column gets its value from a field, and which values it can hold.
   *
   * <p>A number that the column cannot hold leaves it null. Text prints unsigned fields as signed
   * numbers at times ({@code %d} of a u32), so a negative number counts by its bits.
   */
  static final class Target {
    final int column;

    /** Index in an array field, -1 for a field that is none. */
    final int element;

    private final boolean isText;
    private final boolean isBool;
    private final int shift;
    private final long mask;
    private final long least;
    private final long most;

    /** How far a value is shifted up and down again to cut it to the column's width. */
    private final int cut;

    private final boolean signed;

    Target(int column, Column declared, int element, int shift, int bits) {
      ColumnType type = declared.type();
      this.column = column;
      this.element = element;
      this.shift = shift;
      this.mask = bits == Long.SIZE ? -1L : (1L << bits) - 1;
      this.isText = type == ColumnType.NAME;
      this.isBool = type == ColumnType.BOOL;
      this.signed = type == ColumnType.INT32;
      int width =
          switch (type) {
            case UINT8 -> 8;
            case UINT16 -> 16;
            case UINT32, INT32, HEX32 -> 32;
            case BOOL, INT64, HEX64, ENUM, NAME, BYTES -> 64;
          };
      this.cut = Long.SIZE - width;
      if (type == ColumnType.ENUM) {
        least = 0;
        most = declared.labels().size() - 1L;
      } else if (type == ColumnType.NAME || type == ColumnType.BYTES) {
        least = 0;
        most = -1;
      } else {
        least = Long.MIN_VALUE >> cut;
        most = width == Long.SIZE ? Long.MAX_VALUE : (1L << width) - 1;
      }
    }

    boolean isText() {
      return isText;
    }

    /** Sets the column to its part of the field's value if it can hold it. */
    void number(RowValues row, long field) {
      if (fits(field)) {
        row.number(column, held(field));
      }
    }

    /** Whether the column can hold its part of the field's value. */
    boolean fits(long field) {
      long value = field >>> shift & mask;
      return value >= least && value <= most;
    }

    /** The column's part of the field's value as a table holds it. */
    long held(long field) {
      long value = field >>> shift & mask;
      if (isBool) {
        return value == 0 ? 0 : 1;
      }
      return signed ? value << cut >> cut : value << cut >>> cut;
    }
  }
}

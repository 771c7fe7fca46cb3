package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * The values of one row before it is known whether there will be one. Reused from line to line.
 *
 * <p>A number that its column cannot hold leaves the column null. Text prints unsigned fields as
 * signed numbers at times ({@code %d} of a u32), so a negative number counts by its bits.
 */
final class RowValues {
  private final long[] numbers = new long[Long.SIZE];
  private final int[] starts = new int[Long.SIZE];
  private final int[] ends = new int[Long.SIZE];
  private long present;
  private long texts;

  void clear() {
    present = 0;
    texts = 0;
  }

  /** Sets a number if the column can hold it. */
  void number(int column, ColumnType type, int labels, long value) {
    long v = value;
    boolean fits =
        switch (type) {
          case BOOL -> {
            v = value == 0 ? 0 : 1;
            yield true;
          }
          case UINT8 -> (v = value & 0xff) == value || value == (byte) value;
          case UINT16 -> (v = value & 0xffff) == value || value == (short) value;
          case UINT32, HEX32 -> (v = value & 0xffffffffL) == value || value == (int) value;
          case INT32 -> (v = (int) value) == value || value >>> 32 == 0;
          case INT64, HEX64 -> true;
          case ENUM -> value >= 0 && value < labels;
          case NAME, BYTES -> false;
        };
    if (fits) {
      numbers[column] = v;
      present |= 1L << column;
    }
  }

  /** Sets a constant, which is known to fit. */
  void constant(int column, long value) {
    numbers[column] = value;
    present |= 1L << column;
  }

  /** Sets a name to a range of the line's bytes. */
  void text(int column, int start, int end) {
    starts[column] = start;
    ends[column] = end;
    texts |= 1L << column;
  }

  /** Writes the values into a table's newest row. */
  void writeTo(KindTable table, byte[] bytes, Names names) {
    for (long left = present; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      table.put(column, numbers[column]);
    }
    for (long left = texts; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      table.put(column, names.intern(bytes, starts[column], ends[column] - starts[column]));
    }
  }

  /** Where one column gets its value from a field. */
  static final class Target {
    final int column;
    final ColumnType type;
    final int labels;
    final int element;
    private final int shift;
    private final long mask;

    Target(int column, Column declared, int element, int shift, int bits) {
      this.column = column;
      this.type = declared.type();
      this.labels = declared.labels().size();
      this.element = element;
      this.shift = shift;
      this.mask = bits == Long.SIZE ? -1L : (1L << bits) - 1;
    }

    boolean isText() {
      return type == ColumnType.NAME;
    }

    void number(RowValues row, long value) {
      row.number(column, type, labels, mask == -1L ? value : value >>> shift & mask);
    }
  }
}

package org.vgictrace.parser.qemulog;

import org.vgictrace.parser.event.Kind;

/** The values of one event before they become a row. Reused for every line. */
final class LogRow {
  /** CPU that the line does not name. */
  static final int NO_CPU = -1;

  /** Largest CPU number, and affinity, that is believed. */
  static final int CPU_MAX = 65_535;

  /** What the values are columns of. */
  Kind kind = Kind.OTHER;

  /** Values by column. */
  final long[] values = new long[Long.SIZE];

  /** The columns that have a value, as bits. */
  long columns;

  /** CPU the line names, {@link #NO_CPU} if it names none. */
  int cpu;

  /** Whether the text is about the virtual interface. */
  boolean virtualSide;

  /** Whether it is about a FIQ. */
  boolean fastLine;

  void clear(Kind newKind) {
    kind = newKind;
    columns = 0;
    cpu = NO_CPU;
  }

  void put(int column, long value) {
    values[column] = value;
    columns |= 1L << column;
  }

  long get(int column) {
    return values[column];
  }

  void copyFrom(LogRow other) {
    kind = other.kind;
    columns = other.columns;
    cpu = other.cpu;
    for (long left = columns; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      values[column] = other.values[column];
    }
  }
}

package org.vgictrace.replay.engine;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.KindTable;

/**
 * The event being replayed: a movable view of one row. Reused for every event; whoever needs a
 * value later copies it.
 */
public final class Event {
  private @Nullable KindTable table;
  private int row;
  private long present;

  /** Position in the merged order. */
  public long seq;

  /** Time stamp, units of the trace clock. */
  public long ts;

  public int cpu;

  /** Thread, -1 if unknown. */
  public int pid;

  /** Makes this the view of a row. */
  public void moveTo(KindTable newTable, int newRow) {
    table = newTable;
    row = newRow;
    present = newTable.present()[newRow];
    seq = newTable.seq()[newRow];
    ts = newTable.ts()[newRow];
    cpu = newTable.cpu()[newRow];
    pid = newTable.pid()[newRow];
  }

  /** Whether the recording carries a value for the column. */
  public boolean has(int column) {
    return (present >>> column & 1) != 0;
  }

  /** The set of columns that carry a value. */
  public long present() {
    return present;
  }

  /** The value of the column, or {@code ifNull}. */
  public long get(int column, long ifNull) {
    KindTable t = table;
    return t != null && has(column) ? t.values(column)[row] : ifNull;
  }

  /** The value of the column as a small number, or {@code ifNull}. */
  public int getInt(int column, int ifNull) {
    return (int) get(column, ifNull);
  }
}

package org.vgictrace.replay.engine;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.KindTable;

/**
 * The event being replayed: a movable view of one row. Reused for every event; whoever needs a
 * value later copies it.
 */
public final class Event {
  private static final int PREEMPT_DEPTH = 0xf;

  /** Hardirq, softirq and NMI in common_flags. */
  private static final int INTERRUPT_FLAGS = 0x08 | 0x10 | 0x40;

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

  /** Raw flags byte: 1 interrupts off, 8 hardirq, 16 softirq, 64 NMI; -1 if not recorded. */
  public int flags() {
    KindTable t = table;
    return t == null ? -1 : t.flags()[row];
  }

  /** Depth to which preemption was disabled, 15 for that or more; -1 if not recorded. */
  public int preemptDepth() {
    KindTable t = table;
    int preempt = t == null ? -1 : t.preempt()[row];
    return preempt < 0 ? -1 : preempt & PREEMPT_DEPTH;
  }

  /** Whether the recording carries a value for the column. */
  public boolean has(int column) {
    return (present >>> column & 1) != 0;
  }

  /** Whether the CPU was handling an interrupt, of any kind; false if that is not recorded. */
  public boolean isInInterrupt() {
    KindTable t = table;
    return t != null && t.flags()[row] > 0 && (t.flags()[row] & INTERRUPT_FLAGS) != 0;
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

package org.vgictrace.parser.event;

import java.util.EnumMap;
import java.util.Map;

/**
 * A bounded, time-ordered slice of a capture: the kind of every event in order, and one table per
 * kind with that slice's rows in the same order. A consumer walks the order and keeps one cursor
 * per kind.
 *
 * <p>A batch belongs to whoever was handed it until it is given back with {@link
 * BatchPool#recycle}.
 */
public final class Batch {
  /** Most events in a batch: few enough that the batches in flight stay in a processor's cache. */
  public static final int EVENTS_MAX = 2048;

  private final KindTable[] tables = new KindTable[Kind.values().length];
  private final byte[] order = new byte[EVENTS_MAX];
  private final Names names;
  private int size;

  Batch(Names names) {
    this.names = names;
    for (Kind kind : Kind.values()) {
      tables[kind.ordinal()] = new KindTable(kind);
    }
  }

  /** Number of events in the batch. */
  public int size() {
    return size;
  }

  /** {@link Kind#ordinal()} of each event, in order, up to {@link #size()}. */
  public byte[] order() {
    return order;
  }

  public KindTable table(Kind kind) {
    return tables[kind.ordinal()];
  }

  /** The table of the kind with that ordinal. */
  public KindTable table(int ordinal) {
    return tables[ordinal];
  }

  /** The dictionary of {@link ColumnType#NAME} values; shared by all batches of a capture. */
  public Names names() {
    return names;
  }

  /** Rows per kind, for tests and statistics. */
  public Map<Kind, Integer> counts() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (KindTable table : tables) {
      if (table.rows() > 0) {
        counts.put(table.kind(), table.rows());
      }
    }
    return counts;
  }

  KindTable append(
      Kind kind,
      long seq,
      long ts,
      int cpu,
      int pid,
      int comm,
      int flags,
      int preempt,
      int buffer) {
    order[size++] = (byte) kind.ordinal();
    KindTable table = tables[kind.ordinal()];
    table.append(seq, ts, cpu, pid, comm, flags, preempt, buffer);
    return table;
  }

  void extend(byte[] kinds, int count) {
    System.arraycopy(kinds, 0, order, size, count);
    size += count;
    int[] rows = new int[tables.length];
    for (int i = 0; i < count; i++) {
      rows[kinds[i]]++;
    }
    for (int ordinal = 0; ordinal < rows.length; ordinal++) {
      tables[ordinal].extend(rows[ordinal]);
    }
  }

  void clear() {
    size = 0;
    for (KindTable table : tables) {
      table.clear();
    }
  }
}

package org.vgictrace.parser.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one kind in one batch, column by column.
 *
 * <p>Consumers on a hot path read the arrays returned by {@link #values(int)}, {@link #present()},
 * {@link #ts()} and so on directly, up to {@link #rows()}. A value counts only if bit {@code
 * column} of {@code present()[row]} is set; otherwise it is null and the array holds garbage. The
 * arrays are reused: they hold good until the batch is recycled. Not thread-safe.
 */
public final class KindTable {
  private static final int ROWS_FIRST = 64;

  private final Kind kind;
  private final long[][] values;
  private int rows;
  private long[] seq = new long[0];
  private long[] ts = new long[0];
  private int[] cpu = new int[0];
  private int[] pid = new int[0];
  private int[] comm = new int[0];
  private int[] flags = new int[0];
  private int[] preempt = new int[0];
  private int[] buffer = new int[0];
  private long[] present = new long[0];
  private byte[] arena = new byte[0];
  private int arenaUsed;

  KindTable(Kind kind) {
    this.kind = kind;
    this.values = new long[kind.columns().size()][0];
  }

  public Kind kind() {
    return kind;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  public long[] seq() {
    return seq;
  }

  public long[] ts() {
    return ts;
  }

  /** CPU per row, -1 for unknown. */
  public int[] cpu() {
    return cpu;
  }

  /** Thread per row, -1 for unknown. */
  public int[] pid() {
    return pid;
  }

  /** Thread name per row, as {@link Names} identifier, -1 for unknown. */
  public int[] comm() {
    return comm;
  }

  /** Raw flags byte per row, -1 for not recorded. */
  public int[] flags() {
    return flags;
  }

  /** Raw preempt count byte per row, -1 for not recorded. */
  public int[] preempt() {
    return preempt;
  }

  /** Trace instance per row, as {@link Names} identifier. */
  public int[] buffer() {
    return buffer;
  }

  /** Per row the set of columns that have a value. */
  public long[] present() {
    return present;
  }

  /** The values of one column. */
  public long[] values(int column) {
    return values[column];
  }

  public boolean has(int row, int column) {
    return (present[row] >>> column & 1) != 0;
  }

  /** The value, or {@code ifNull}. */
  public long get(int row, int column, long ifNull) {
    return has(row, column) ? values[column][row] : ifNull;
  }

  /** Storage behind {@link ColumnType#BYTES} values. */
  public byte[] arena() {
    return arena;
  }

  /** The text of a {@link ColumnType#BYTES} value, or null. */
  public @Nullable String text(int row, int column) {
    if (!has(row, column)) {
      return null;
    }
    long v = values[column][row];
    return new String(arena, (int) (v >>> 32), (int) v, StandardCharsets.UTF_8);
  }

  /** Sets a value of the newest row. Called by decoders. */
  public void put(int column, long value) {
    int row = rows - 1;
    values[column][row] = value;
    present[row] |= 1L << column;
  }

  /**
   * Sets several values of the newest row. Called by decoders.
   *
   * @param row values by column
   * @param columns the set of columns to take from them
   */
  public void putAll(long[] row, long columns) {
    int newest = rows - 1;
    for (long left = columns; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      values[column][newest] = row[column];
    }
    present[newest] |= columns;
  }

  /** Sets a {@link ColumnType#BYTES} value of the newest row to a copy of the given bytes. */
  public void putBytes(int column, byte[] source, int offset, int length) {
    putBytes(rows - 1, column, source, offset, length);
  }

  /** Sets a {@link ColumnType#BYTES} value of any row to a copy of the given bytes. */
  public void putBytes(int row, int column, byte[] source, int offset, int length) {
    if (arena.length - arenaUsed < length) {
      arena = Arrays.copyOf(arena, Math.max(Math.addExact(arenaUsed, length), arena.length * 2));
    }
    System.arraycopy(source, offset, arena, arenaUsed, length);
    values[column][row] = (long) arenaUsed << 32 | length;
    present[row] |= 1L << column;
    arenaUsed += length;
  }

  void append(long seq, long ts, int cpu, int pid, int comm, int flags, int preempt, int buffer) {
    int row = rows;
    if (row == this.seq.length) {
      grow(row + 1);
    }
    this.seq[row] = seq;
    this.ts[row] = ts;
    this.cpu[row] = cpu;
    this.pid[row] = pid;
    this.comm[row] = comm;
    this.flags[row] = flags;
    this.preempt[row] = preempt;
    this.buffer[row] = buffer;
    present[row] = 0;
    rows = row + 1;
  }

  void extend(int count) {
    if (seq.length - rows < count) {
      grow(rows + count);
    }
    rows += count;
  }

  void clear() {
    rows = 0;
    arenaUsed = 0;
  }

  private void grow(int needed) {
    int capacity = Math.max(ROWS_FIRST, Math.max(needed, seq.length * 2));
    seq = Arrays.copyOf(seq, capacity);
    ts = Arrays.copyOf(ts, capacity);
    cpu = Arrays.copyOf(cpu, capacity);
    pid = Arrays.copyOf(pid, capacity);
    comm = Arrays.copyOf(comm, capacity);
    flags = Arrays.copyOf(flags, capacity);
    preempt = Arrays.copyOf(preempt, capacity);
    buffer = Arrays.copyOf(buffer, capacity);
    present = Arrays.copyOf(present, capacity);
    for (int i = 0; i < values.length; i++) {
      values[i] = Arrays.copyOf(values[i], capacity);
    }
  }
}

package org.vgictrace.parser.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The beginnings of some records of one event, one behind the other, and the rows they belong to.
 * Copying numbers column by column from many records costs a third of copying them record by
 * record, whose loops are short and of another length each time.
 *
 * <p>Room grows with the records that come, up to {@value #ROWS_MAX} of {@value #STRIDE_MAX} bytes.
 */
final class StagedRecords {
  /** Most records; few enough that those of all events stay in a processor's cache. */
  static final int ROWS_MAX = 128;

  /** Longest beginning of a record that is staged. */
  static final int STRIDE_MAX = 512;

  private static final int ROWS_FIRST = 8;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int stride;
  private byte[] bytes = new byte[0];
  private int[] rows = new int[0];
  private int count;

  /**
   * @param wanted how much of each record is wanted, at most {@link #STRIDE_MAX} bytes
   */
  StagedRecords(int wanted) {
    this.stride = wanted + Long.BYTES - 1 & -Long.BYTES;
  }

  /**
   * Adds a record.
   *
   * @param source an array with {@link NumberCopies#SLACK_BYTES} behind the record
   */
  void add(int row, byte[] source, int start) {
    if (count == rows.length) {
      grow();
    }
    int at = count * stride;
    for (int i = 0; i < stride; i += Long.BYTES) {
      LONG.set(bytes, at + i, (long) LONG.get(source, start + i));
    }
    rows[count++] = row;
  }

  boolean isFull() {
    return count == ROWS_MAX;
  }

  int count() {
    return count;
  }

  /** Row of each record. */
  int[] rows() {
    return rows;
  }

  /** The records, {@link #stride()} bytes each, with {@link NumberCopies#SLACK_BYTES} behind. */
  byte[] bytes() {
    return bytes;
  }

  int stride() {
    return stride;
  }

  void clear() {
    count = 0;
  }

  private void grow() {
    int capacity = Math.max(ROWS_FIRST, rows.length * 2);
    rows = Arrays.copyOf(rows, capacity);
    bytes = Arrays.copyOf(bytes, capacity * stride + NumberCopies.SLACK_BYTES);
  }
}

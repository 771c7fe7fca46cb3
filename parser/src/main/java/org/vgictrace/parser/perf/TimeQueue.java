package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Brings records into the order of time. perf empties the buffers of the CPUs one after the other
 * and marks the end of every such round. What comes after the end of a round is later than anything
 * that had been written when the round before it ended (struct ordered_events of perf, and
 * perf_event__process_finished_round):
 *
 * <pre>
 *   | round 1  max = t1 | round 2  max = t2 | round 3 ...
 *                                           ^ everything up to t1 is complete
 * </pre>
 *
 * <p>A round is a few runs, each in order: one per CPU. They are merged two by two. Records of
 * equal time keep their order. Records wait in the blocks they were read into. If more wait than
 * the limits allow, the earlier half goes without waiting for its round. Not thread-safe.
 */
final class TimeQueue {
  /** Takes records in order. */
  interface Sink {
    /**
     * Takes one.
     *
     * @param tag what was given with it
     */
    void next(long ts, Block block, int at, int tag) throws IOException;
  }

  /** Bits of a reference, from the lowest: tag plus one, place in the block, block. */
  private static final int TAG_BITS = 20;

  private static final int AT_BITS = 20;
  private static final int TAG_MASK = (1 << TAG_BITS) - 1;
  private static final int AT_MASK = (1 << AT_BITS) - 1;

  private static final int FIRST_RECORDS = 1 << 12;
  private static final int RUNS_FIRST = 64;

  private final BlockPool pool;
  private final Sink sink;
  private final int recordsMax;
  private final long bytesMax;

  private int size;
  private long[] times = new long[FIRST_RECORDS];
  private long[] refs = new long[FIRST_RECORDS];
  private long[] otherTimes = new long[0];
  private long[] otherRefs = new long[0];
  private int[] runs = new int[RUNS_FIRST];
  private @Nullable Block newest;

  private long latest = Long.MIN_VALUE;
  private long complete = Long.MIN_VALUE;
  private boolean overflowed;

  TimeQueue(BlockPool pool, Sink sink) {
    this(pool, sink, Limits.WAITING_RECORDS, Limits.WAITING_BYTES);
  }

  /**
   * @param recordsMax most records that may wait, at least 2
   * @param bytesMax most bytes of blocks that may be held
   */
  TimeQueue(BlockPool pool, Sink sink, int recordsMax, long bytesMax) {
    this.pool = pool;
    this.sink = sink;
    this.recordsMax = recordsMax;
    this.bytesMax = bytesMax;
  }

  /** Whether records had to go before their round was complete. */
  boolean overflowed() {
    return overflowed;
  }

  /** The latest time so far, 0 if there is none. */
  long latest() {
    return latest == Long.MIN_VALUE ? 0 : latest;
  }

  /**
   * Adds a record, which holds its block until it is handed on.
   *
   * @param tag -1 to {@link Limits#ATTRS}
   */
  void add(long ts, Block block, int at, int tag) throws IOException {
    if (size == times.length) {
      grow();
    }
    times[size] = ts;
    refs[size] = (long) block.number << AT_BITS + TAG_BITS | (long) at << TAG_BITS | tag + 1;
    size++;
    block.holders++;
    latest = Math.max(latest, ts);
    if (size == recordsMax || block != newest && pool.heldBytes() > bytesMax) {
      overflow();
    }
    newest = block;
  }

  /** Notes the end of a round. */
  void round() throws IOException {
    sort();
    handOn(complete);
    complete = latest;
  }

  /** Number of records that wait. */
  int size() {
    return size;
  }

  /** Hands on what is earlier than a time, which all later records have or exceed. */
  void handOnBefore(long time) throws IOException {
    if (time > Long.MIN_VALUE) {
      sort();
      handOn(time - 1);
    }
  }

  /** Hands on all that is left. */
  void finish() throws IOException {
    sort();
    handOn(Long.MAX_VALUE);
  }

  private void overflow() throws IOException {
    overflowed = true;
    sort();
    handOn(times[size / 2]);
    if (size > 0 && pool.heldBytes() > bytesMax) {
      // Late records, few in number, hold a block each.
      handOn(Long.MAX_VALUE);
    }
  }

  private void handOn(long upTo) throws IOException {
    int count = 0;
    while (count < size && times[count] <= upTo) {
      long ref = refs[count];
      Block block = pool.get((int) (ref >>> AT_BITS + TAG_BITS));
      int at = (int) (ref >>> TAG_BITS) & AT_MASK;
      sink.next(times[count], block, at, ((int) ref & TAG_MASK) - 1);
      pool.release(block);
      count++;
    }
    size -= count;
    System.arraycopy(times, count, times, 0, size);
    System.arraycopy(refs, count, refs, 0, size);
  }

  private void grow() {
    int capacity = Math.min(recordsMax, size * 2);
    times = Arrays.copyOf(times, capacity);
    refs = Arrays.copyOf(refs, capacity);
  }

  /** Merge sort of the runs that are there. */
  private void sort() {
    int count = findRuns();
    if (count > 1 && otherTimes.length < size) {
      otherTimes = new long[times.length];
      otherRefs = new long[times.length];
    }
    while (count > 1) {
      int merged = 0;
      for (int i = 0; i < count; i += 2) {
        int from = runs[i];
        int middle = i + 1 < count ? runs[i + 1] : size;
        int to = i + 2 < count ? runs[i + 2] : size;
        merge(from, middle, to);
        runs[merged++] = from;
      }
      count = merged;
      swap();
    }
  }

  private int findRuns() {
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || times[i] < times[i - 1]) {
        if (count == runs.length) {
          runs = Arrays.copyOf(runs, count * 2);
        }
        runs[count++] = i;
      }
    }
    return count;
  }

  private void merge(int from, int middle, int to) {
    int a = from;
    int b = middle;
    for (int i = from; i < to; i++) {
      int source = b >= to || a < middle && times[a] <= times[b] ? a++ : b++;
      otherTimes[i] = times[source];
      otherRefs[i] = refs[source];
    }
  }

  private void swap() {
    long[] sortedTimes = otherTimes;
    long[] sortedRefs = otherRefs;
    otherTimes = times;
    otherRefs = refs;
    times = sortedTimes;
    refs = sortedRefs;
  }
}

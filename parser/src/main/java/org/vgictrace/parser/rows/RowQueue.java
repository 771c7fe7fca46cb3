package org.vgictrace.parser.rows;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * Brings rows into order. Scripts hand over what happened on the CPUs one buffer after the other,
 * so rows are nearly in order: so many of the latest are held back that a row finds its place
 * before those that came before it and are later.
 *
 * <pre>
 *   text   5 6 7 | 2 3 4 | 9 ...        CPU 1, CPU 0, ...
 *   held   2 3 4 5 6 7 9                passed on from the left when there are too many
 * </pre>
 *
 * A row that comes too late even so is passed on at once, behind later ones, and reported. Not
 * thread-safe.
 */
final class RowQueue {
  /** Rows that are held back. */
  static final int ROWS_MAX = 1 << 16;

  /** Bytes of payloads that are held back. */
  private static final long PAYLOAD_BYTES_MAX = 16L << 20;

  /** Takes the rows in order. */
  interface Sink {
    /**
     * Takes one.
     *
     * @param late whether a later one was taken before
     */
    void next(HeldRow row, boolean late) throws IOException;
  }

  private final Sink sink;
  private final int rowsMax;
  private final PriorityQueue<HeldRow> held =
      new PriorityQueue<>(
          (a, b) ->
              a.key != b.key ? Long.compare(a.key, b.key) : Long.compare(a.arrival, b.arrival));
  private final Deque<HeldRow> free = new ArrayDeque<>();
  private long payloadBytes;
  private long passed = Long.MIN_VALUE;
  private long latest = Long.MIN_VALUE;
  private long moved;
  private long arrivals;

  RowQueue(Sink sink) {
    this(sink, ROWS_MAX);
  }

  RowQueue(Sink sink, int rowsMax) {
    this.sink = sink;
    this.rowsMax = rowsMax;
  }

  /** A row to be filled and added. */
  HeldRow take() {
    HeldRow row = free.poll();
    return row == null ? new HeldRow() : row;
  }

  /** Takes back a row that was not added. */
  void giveBack(HeldRow row) {
    free.push(row);
  }

  /** What the latest row so far is ordered by, 0 if there is none. */
  long latest() {
    return latest == Long.MIN_VALUE ? 0 : latest;
  }

  /** Rows that came after later ones. */
  long moved() {
    return moved;
  }

  /** Adds a row, which is the queue's from now on. */
  void add(HeldRow row) throws IOException {
    row.arrival = arrivals++;
    if (row.key < latest) {
      moved++;
    }
    latest = Math.max(latest, row.key);
    held.add(row);
    payloadBytes += row.payloadBytes();
    while (held.size() > rowsMax || payloadBytes > PAYLOAD_BYTES_MAX) {
      passOn();
    }
  }

  /** Passes on all rows that are left. */
  void finish() throws IOException {
    while (!held.isEmpty()) {
      passOn();
    }
  }

  private void passOn() throws IOException {
    HeldRow row = held.remove();
    payloadBytes -= row.payloadBytes();
    sink.next(row, row.key < passed);
    passed = Math.max(passed, row.key);
    free.push(row);
  }
}

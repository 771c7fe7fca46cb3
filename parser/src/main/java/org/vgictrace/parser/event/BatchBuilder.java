package org.vgictrace.parser.event;

import java.io.IOException;

/**
 * Numbers the events of a capture and collects them into batches for a consumer. Readers call
 * {@link #append} for an event whose kind is wanted and {@link #skip} for one that is only counted;
 * both advance {@code seq}.
 *
 * <p>Usage: {@code KindTable row = builder.append(...); row.put(column, value); ...}. The batch is
 * handed over when the next event would not fit, or by {@link #flush()}. Not thread-safe.
 */
public final class BatchBuilder {
  private final BatchPool pool;
  private final BatchConsumer consumer;
  private Batch batch;
  private long seq;

  public BatchBuilder(BatchPool pool, BatchConsumer consumer) {
    this.pool = pool;
    this.consumer = consumer;
    this.batch = pool.take();
  }

  public Names names() {
    return pool.names();
  }

  /** Number of events so far, which is the {@code seq} of the next one. */
  public long seq() {
    return seq;
  }

  /**
   * Adds an event.
   *
   * @param ts nanoseconds (or raw units) of the trace clock
   * @param cpu CPU, -1 for unknown
   * @param pid thread, -1 for unknown
   * @param comm name of the thread, -1 for unknown
   * @param flags raw flags byte, -1 for not recorded
   * @param preempt raw preempt count byte, -1 for not recorded
   * @param buffer name of the trace instance
   * @return the table whose newest row is the event; valid until the next call
   */
  public KindTable append(
      Kind kind, long ts, int cpu, int pid, int comm, int flags, int preempt, int buffer)
      throws IOException {
    return appendAt(seq, kind, ts, cpu, pid, comm, flags, preempt, buffer);
  }

  /**
   * Adds an event that has a number already, as in a converted capture. Numbers may leave gaps.
   *
   * @param number at least {@link #seq()}
   * @return the table whose newest row is the event; valid until the next call
   */
  public KindTable appendAt(
      long number,
      Kind kind,
      long ts,
      int cpu,
      int pid,
      int comm,
      int flags,
      int preempt,
      int buffer)
      throws IOException {
    if (number < seq) {
      throw new IllegalArgumentException("event " + number + " after event " + (seq - 1));
    }
    if (batch.size() == Batch.EVENTS_MAX) {
      flush();
    }
    seq = number + 1;
    return batch.append(kind, number, ts, cpu, pid, comm, flags, preempt, buffer);
  }

  /**
   * Adds events in bulk, as a batch of their own. Their rows exist when this returns but hold
   * garbage: the caller fills rows 0 to {@link KindTable#rows()} of every table in the order of
   * {@code kinds}, the common columns, {@code present} and values included, before the next call.
   * The events carry their own numbers; {@link #seq()} stays.
   *
   * @param kinds {@link Kind#ordinal()} of each event
   * @param count number of events, 0 to {@link Batch#EVENTS_MAX}
   * @return the batch to fill; {@link #flush()} hands it over
   */
  public Batch appendAll(byte[] kinds, int count) throws IOException {
    flush();
    batch.extend(kinds, count);
    return batch;
  }

  /** Counts an event that nobody wants as a row. */
  public void skip() {
    seq++;
  }

  /** Hands over what has been collected. */
  public void flush() throws IOException {
    if (batch.size() > 0) {
      Batch full = batch;
      batch = pool.take();
      consumer.accept(full, pool);
    }
  }
}

package org.vgictrace.parser.event;

import java.io.IOException;

/**
 * Numbers the events of a capture and collects them into batches for a consumer. Readers call {@link #append} for an
 * event whose kind is wanted and {@link #skip} for one that is only counted; both advance {@code seq}.
 *
 * <p>Usage: {@code KindTable row = builder.append(...); row.put(column, value); ...}. The batch is handed over when
 * the next event would not fit, or by {@link #flush()}. Not thread-safe.
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
    if (batch.size() == Batch.EVENTS_MAX) {
      flush();
    }
    return batch.append(kind, seq++, ts, cpu, pid, comm, flags, preempt, buffer);
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

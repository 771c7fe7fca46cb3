package org.vgictrace.parser.record;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Makes rows of records, in the order they are given. Values that decoders hold back are filled in
 * before a batch is handed over. Not thread-safe.
 */
public final class RecordRows {
  private static final int LOST_COUNT = Kind.LOST.column("count");

  private final BatchBuilder builder;
  private final boolean wantsLost;
  private final List<RecordDecoder> waiting = new ArrayList<>();

  /**
   * @param wantsLost whether marks of lost events become rows
   */
  public RecordRows(BatchPool pool, BatchConsumer consumer, boolean wantsLost) {
    this.wantsLost = wantsLost;
    this.builder =
        new BatchBuilder(
            pool,
            (batch, batches) -> {
              settle();
              consumer.accept(batch, batches);
            });
  }

  /** The capture's dictionary. */
  public Names names() {
    return builder.names();
  }

  /**
   * Adds a record whose kind is wanted.
   *
   * @param reader stands at the record
   * @param bytes an array with {@link NumberCopies#SLACK_BYTES} behind the record
   * @param cpu CPU, -1 for unknown
   * @param pid thread, -1 for unknown
   * @param comm name of the thread, -1 for unknown
   * @param buffer name of the trace instance
   */
  public void add(
      RecordDecoder decoder,
      Placed reader,
      byte[] bytes,
      int start,
      int length,
      long ts,
      int cpu,
      int pid,
      int comm,
      int buffer)
      throws IOException {
    KindTable row =
        builder.append(
            decoder.kind(),
            ts,
            cpu,
            pid,
            comm,
            decoder.flags(bytes, start, length),
            decoder.preempt(bytes, start, length),
            buffer);
    boolean waited = decoder.isWaiting();
    if (!decoder.fill(row, bytes, start, length)) {
      decoder.noteOutside(reader);
    }
    if (!waited && decoder.isWaiting()) {
      waiting.add(decoder);
    }
  }

  /**
   * Adds a row that no decoder fills.
   *
   * @return the table whose newest row it is; valid until the next call
   */
  public KindTable add(Kind kind, long ts, int cpu, int pid, int comm) throws IOException {
    return builder.append(kind, ts, cpu, pid, comm, -1, -1, 0);
  }

  /** Counts a record that nobody wants as a row. */
  public void skip() {
    builder.skip();
  }

  /**
   * Adds a mark of lost events.
   *
   * @param count how many, -1 for unknown
   */
  public void lost(long ts, int cpu, long count, int buffer) throws IOException {
    if (!wantsLost) {
      builder.skip();
      return;
    }
    KindTable row = builder.append(Kind.LOST, ts, cpu, -1, -1, -1, -1, buffer);
    if (count >= 0) {
      row.put(LOST_COUNT, count);
    }
  }

  /** Hands over what is left. */
  public void flush() throws IOException {
    builder.flush();
  }

  private void settle() {
    waiting.forEach(RecordDecoder::settle);
    waiting.clear();
  }
}

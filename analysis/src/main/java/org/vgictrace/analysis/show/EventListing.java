package org.vgictrace.analysis.show;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.EventText;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vcpus;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Lists events, one per line: position, time, CPU, thread, kind, the trace instance if it has a
 * name, and the event decoded. Stops reading when no further event can pass the filter.
 */
public final class EventListing {
  /** Ends the reading of a capture from inside; never leaves this class. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;

    Enough() {
      super("enough");
    }
  }

  private static final int KIND_WIDTH = 12;
  private static final int THREAD_WIDTH = 20;

  /** Takes the lines of a listing. */
  interface LineSink {
    /**
     * Takes a line.
     *
     * @param ts when the event was, on the listing's time line
     * @param line the line without its end; valid during the call
     */
    void line(long ts, CharSequence line) throws IOException;
  }

  private final LineSink out;
  private final LongUnaryOperator clock;
  private final EventFilter filter;
  private final boolean nanoseconds;
  private final PayloadText payloads;
  private final Vcpus vcpus = new Vcpus();
  private final int[] cursors = new int[Kind.values().length];
  private final StringBuilder line = new StringBuilder(256);

  private EventListing(
      LineSink out,
      LongUnaryOperator clock,
      boolean nanoseconds,
      EventFilter filter,
      Capture capture) {
    this.out = out;
    this.clock = clock;
    this.filter = filter;
    this.nanoseconds = nanoseconds;
    this.payloads = capture.payloadText();
  }

  /**
   * Writes the events that pass.
   *
   * @param capture opened and not yet read
   */
  public static void write(Capture capture, EventFilter filter, Appendable out) throws IOException {
    write(
        capture,
        filter,
        LongUnaryOperator.identity(),
        capture.meta().nanoseconds(),
        (ts, line) -> out.append(line).append('\n'));
  }

  /**
   * Gives the lines of the events that pass to a sink.
   *
   * @param clock time on the listing's time line of a time stamp
   * @param nanoseconds whether that is in nanoseconds
   */
  static void write(
      Capture capture,
      EventFilter filter,
      LongUnaryOperator clock,
      boolean nanoseconds,
      LineSink out)
      throws IOException {
    EventListing listing = new EventListing(out, clock, nanoseconds, filter, capture);
    try {
      capture.read(wanted(filter), listing::accept);
    } catch (Enough enough) {
      // Nothing behind this point was asked for.
    }
  }

  /**
   * Beside the kinds asked for, those that tell who is who; an event without a kind costs text, so
   * only on demand.
   */
  private static Set<Kind> wanted(EventFilter filter) {
    Set<Kind> wanted = EnumSet.complementOf(EnumSet.of(Kind.OTHER));
    wanted.addAll(filter.kinds());
    return wanted;
  }

  private void accept(Batch batch, BatchPool pool) throws IOException {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    EventText text = new EventText(batch.names(), vcpus, payloads);
    for (int i = 0; i < batch.size(); i++) {
      KindTable table = batch.table(order[i]);
      int row = cursors[order[i]]++;
      Vcpu about = vcpus.of(table, row);
      if (filter.isPast(table.seq()[row], table.ts()[row])) {
        throw new Enough();
      }
      if (filter.matches(table, row, about)) {
        write(table, row, batch.names(), text);
      }
    }
    pool.recycle(batch);
  }

  private void write(KindTable table, int row, Names names, EventText text) throws IOException {
    line.setLength(0);
    right(Long.toString(table.seq()[row]), 8);
    line.append(' ');
    long ts = clock.applyAsLong(table.ts()[row]);
    right(Figures.time(ts, nanoseconds), 17);
    line.append(" [");
    int cpu = table.cpu()[row];
    String number = cpu < 0 ? "?" : Integer.toString(cpu);
    for (int i = number.length(); i < 3; i++) {
      line.append(cpu < 0 ? ' ' : '0');
    }
    line.append(number);
    line.append("] ");
    int column = line.length() + THREAD_WIDTH;
    int comm = table.comm()[row];
    if (comm >= 0 && comm < names.size()) {
      Clean.append(line, names.text(comm));
    }
    if (table.pid()[row] >= 0) {
      line.append('-').append(table.pid()[row]);
    }
    padTo(column);
    column = line.length() + 1 + KIND_WIDTH;
    line.append(' ').append(table.kind().tableName());
    padTo(column);
    line.append(' ');
    int buffer = table.buffer()[row];
    if (buffer >= 0 && !names.text(buffer).isEmpty()) {
      Clean.append(line.append('<'), names.text(buffer));
      line.append("> ");
    }
    text.append(line, table, row);
    out.line(ts, line);
  }

  private void right(String text, int width) {
    for (int i = text.length(); i < width; i++) {
      line.append(' ');
    }
    line.append(text);
  }

  private void padTo(int column) {
    while (line.length() < column) {
      line.append(' ');
    }
  }
}

package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Turns tokenized events into rows and counts them.
 *
 * <p>Hot code: nothing is allocated per event whose name and layout were seen before.
 */
final class TextDecoder {
  /** Events without a name of their own. */
  private static final String UNNAMED = "(unnamed)";

  private static final int OTHER_NAME = Kind.OTHER.column("name");
  private static final int OTHER_PAYLOAD = Kind.OTHER.column("payload");
  private static final long[] NO_VALUES = {};
  private static final int LOST_COUNT = Kind.LOST.column("count");

  private final BatchBuilder builder;
  private final Names names;
  private final EventTable events;
  private final boolean lostWanted;
  private final AsciiCursor cursor = new AsciiCursor();
  private final TextFields found = new TextFields();

  private int[] lostCpus = new int[4];
  private long[] lostCounts = new long[4];
  private int lostPending;

  private final EventTally tally = new EventTally();
  private boolean paddedNames;

  TextDecoder(BatchBuilder builder, Function<String, List<Binding>> bindings, Set<Kind> wanted) {
    this.builder = builder;
    this.names = builder.names();
    this.events = new EventTable(names, bindings, wanted);
    this.lostWanted = wanted.contains(Kind.LOST);
  }

  EventTable events() {
    return events;
  }

  /** Lets blanks before an event's text be padding of its name, as trace-cmd prints it. */
  void padNames() {
    paddedNames = true;
  }

  /** Whether there was any event so far. */
  boolean seenAny() {
    return tally.count() > 0;
  }

  /** Whether an event's text, as far as it is known, is what one of its bindings describes. */
  boolean fits(byte[] b, TextRecord r) {
    EventText event = named(b, r);
    return event.isBound() && event.find(b, r.payloadStart, r.payloadEnd, cursor, found) != null;
  }

  /** Whether some binding is for events of this name. */
  boolean isBound(byte[] b, TextRecord r) {
    return named(b, r).isBound();
  }

  /** Whether an event's text is what somebody wrote, line breaks included. */
  boolean isFreeText(byte[] b, TextRecord r) {
    EventText event = named(b, r);
    return !event.isBound() && FreeForm.system(event.text()) != null
        || event.text().equals(UNNAMED);
  }

  /** The events so far. */
  EventTally tally() {
    return tally;
  }

  /**
   * Adds an event.
   *
   * @return false if its time is before that of the event before it
   */
  boolean event(byte[] b, TextRecord r, FlagColumns flags) throws IOException {
    emitLost(r.time);
    boolean ordered = tally.event(r.time);
    tally.cpu(r.cpu);
    EventText event = named(b, r);
    event.counted();
    if (!event.textMatters()) {
      if (event.isBound()) {
        tally.modelled();
      }
      if (event.isBound() || !event.otherWanted()) {
        builder.skip();
      } else {
        other(b, r, flags, event);
      }
      return ordered;
    }
    TextShape shape = event.shapes().match(b, r.payloadStart, r.payloadEnd);
    if (shape == null) {
      newShape(b, r, flags, event);
      return ordered;
    }
    tally.modelled();
    shape.alternative.applied();
    if (shape.alternative.wanted()) {
      shape.writeTo(append(shape.alternative.kind, b, r, flags));
    } else {
      builder.skip();
    }
    return ordered;
  }

  /** Adds an event whose text is unlike those seen before. */
  private void newShape(byte[] b, TextRecord r, FlagColumns flags, EventText event)
      throws IOException {
    Alternative alternative = event.decode(b, r.payloadStart, r.payloadEnd, cursor, found);
    if (alternative == null) {
      if (event.otherWanted()) {
        other(b, r, flags, event);
      } else {
        builder.skip();
      }
      return;
    }
    tally.modelled();
    RowValues values = event.row();
    long[] row = NO_VALUES;
    if (alternative.wanted()) {
      KindTable table = append(alternative.kind, b, r, flags);
      row = values.resolve(b, names);
      table.putAll(row, values.columns());
    } else {
      builder.skip();
    }
    event
        .shapes()
        .learn(b, r.payloadStart, r.payloadEnd, alternative, row, values.columns(), found.spans);
  }

  private void other(byte[] b, TextRecord r, FlagColumns flags, EventText event)
      throws IOException {
    KindTable table = append(Kind.OTHER, b, r, flags);
    table.put(OTHER_NAME, event.nameId);
    int start = paddedNames ? afterPadding(b, r) : r.payloadStart;
    table.putBytes(OTHER_PAYLOAD, b, start, r.payloadEnd - start);
  }

  private KindTable append(Kind kind, byte[] b, TextRecord r, FlagColumns flags)
      throws IOException {
    int comm = comm(b, r);
    int instance = r.bufferEnd - r.bufferStart;
    int buffer = instance == 0 ? 0 : names.intern(b, r.bufferStart, instance);
    int flagBits = r.rawFlags >= 0 ? r.rawFlags : flags.flags();
    int preempt = r.rawPreempt >= 0 ? r.rawPreempt : flags.preempt();
    return builder.append(kind, r.time, r.cpu, r.pid, comm, flagBits, preempt, buffer);
  }

  /** Counts an event of which only the name is known. */
  void bare(byte[] b, TextRecord r) {
    named(b, r).counted();
    tally.untimed();
    builder.skip();
  }

  /** Notes that events were lost before the next event; -1 for an unknown number. */
  void lost(int cpu, long lost) {
    if (lostPending == lostCpus.length) {
      lostCpus = Arrays.copyOf(lostCpus, lostPending * 2);
      lostCounts = Arrays.copyOf(lostCounts, lostPending * 2);
    }
    lostCpus[lostPending] = cpu;
    lostCounts[lostPending++] = lost;
  }

  /** Adds a mark of lost events that has a time of its own; -1 for an unknown number. */
  void lostAt(long time, int cpu, long lost) throws IOException {
    lost(cpu, lost);
    emitLost(time);
  }

  /** Adds what was held back. */
  void end() throws IOException {
    emitLost(tally.previousTime());
    builder.flush();
  }

  /** Hands over what has been collected so far. */
  void flush() throws IOException {
    builder.flush();
  }

  private void emitLost(long time) throws IOException {
    if (lostPending == 0) {
      return;
    }
    for (int i = 0; i < lostPending; i++) {
      if (!lostWanted) {
        builder.skip();
        continue;
      }
      KindTable table = builder.append(Kind.LOST, time, lostCpus[i], -1, -1, -1, -1, 0);
      if (lostCounts[i] >= 0) {
        table.put(LOST_COUNT, lostCounts[i]);
      }
    }
    lostPending = 0;
  }

  private static int afterPadding(byte[] b, TextRecord r) {
    int last = Math.min(r.nameStart + TextHead.PADDED_NAME_WIDTH, r.payloadEnd);
    int p = r.payloadStart;
    while (p < last && b[p] == ' ') {
      p++;
    }
    return p;
  }

  private int comm(byte[] b, TextRecord r) {
    TaskCache.Task task = r.task;
    if (task != null) {
      if (task.nameId < 0) {
        task.nameId = names.intern(b, r.commStart, r.commEnd - r.commStart);
      }
      return task.nameId;
    }
    if (r.commStart < 0) {
      return -1;
    }
    int length = r.commEnd - r.commStart;
    if (r.commBefore.length == 0) {
      return names.intern(b, r.commStart, length);
    }
    byte[] whole = Arrays.copyOf(r.commBefore, r.commBefore.length + length);
    System.arraycopy(b, r.commStart, whole, r.commBefore.length, length);
    return names.intern(whole, 0, whole.length);
  }

  /**
   * The event by its name. Some have none in the text: the function tracer prints {@code callee
   * <-caller}, system calls {@code sys_openat(...)} and {@code sys_openat -> 0x3}, a stack trace
   * {@code <stack trace>}, raw markers {@code # 1 buf: 62 69}.
   */
  private EventText named(byte[] b, TextRecord r) {
    NameCache.Name name = r.name;
    if (name != null && name.event != null) {
      return name.event;
    }
    if (r.nameEnd > r.nameStart) {
      EventText event = events.of(b, r.nameStart, r.nameEnd);
      if (!event.isMarker()) {
        if (name != null) {
          name.event = event;
        }
        return event;
      }
      r.payloadStart = r.nameStart;
      return events.of(FreeForm.PRINT);
    }
    if (r.implied != null) {
      return events.of(r.implied);
    }
    return events.of(FreeForm.name(b, r.payloadStart, r.payloadEnd, UNNAMED));
  }
}

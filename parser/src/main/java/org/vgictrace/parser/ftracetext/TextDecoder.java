package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.event.BatchBuilder;
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

  private long[] byCpu = new long[16];
  private boolean paddedNames;
  private long count;
  private long modelled;
  private long firstTime;
  private long lastTime;
  private long previousTime;

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
    return count > 0;
  }

  /** Whether an event's text, as far as it is known, is what one of its bindings describes. */
  boolean fits(byte[] b, TextRecord r) {
    EventText event = named(b, r);
    return event.isBound() && event.find(b, r.payloadStart, r.payloadEnd, cursor, found) != null;
  }

  /** Number of events. */
  long count() {
    return count;
  }

  /** Number of events whose kind is not {@code other}. */
  long modelled() {
    return modelled;
  }

  long firstTime() {
    return firstTime;
  }

  /** The latest time, which need not be the last. */
  long lastTime() {
    return lastTime;
  }

  /** Adds the number of events per CPU. */
  void addByCpu(Map<Integer, Long> counts) {
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      if (byCpu[cpu] > 0) {
        counts.put(cpu, byCpu[cpu]);
      }
    }
  }

  /**
   * Adds an event.
   *
   * @return false if its time is before that of the event before it
   */
  boolean event(byte[] b, TextRecord r, FlagColumns flags) throws IOException {
    emitLost(r.time);
    boolean ordered = count == 0 || r.time >= previousTime;
    firstTime = count == 0 ? r.time : firstTime;
    lastTime = count == 0 ? r.time : Math.max(lastTime, r.time);
    previousTime = r.time;
    countCpu(r.cpu);
    count++;
    EventText event = named(b, r);
    event.counted();
    Alternative alternative = null;
    if (event.textMatters()) {
      alternative = event.decode(b, r.payloadStart, r.payloadEnd, cursor, found);
      modelled += alternative == null ? 0 : 1;
    } else if (event.isBound()) {
      modelled++;
      builder.skip();
      return ordered;
    }
    if (alternative == null ? !event.otherWanted() : !alternative.wanted()) {
      builder.skip();
      return ordered;
    }
    Kind kind = alternative == null ? Kind.OTHER : alternative.kind;
    int comm = comm(b, r);
    int instance = r.bufferEnd - r.bufferStart;
    int buffer = instance == 0 ? 0 : names.intern(b, r.bufferStart, instance);
    int flagBits = r.rawFlags >= 0 ? r.rawFlags : flags.flags();
    int preempt = r.rawPreempt >= 0 ? r.rawPreempt : flags.preempt();
    KindTable table = builder.append(kind, r.time, r.cpu, r.pid, comm, flagBits, preempt, buffer);
    if (alternative != null) {
      event.row().writeTo(table, b, names);
    } else {
      table.put(OTHER_NAME, event.nameId);
      int start = paddedNames ? afterPadding(b, r) : r.payloadStart;
      table.putBytes(OTHER_PAYLOAD, b, start, r.payloadEnd - start);
    }
    return ordered;
  }

  /** Counts an event of which only the name is known. */
  void bare(byte[] b, TextRecord r) {
    events.of(b, r.nameStart, r.nameEnd).counted();
    count++;
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

  /** Adds what was held back. */
  void end() throws IOException {
    emitLost(previousTime);
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

  private void countCpu(int cpu) {
    if (cpu >= byCpu.length) {
      byCpu = Arrays.copyOf(byCpu, Integer.highestOneBit(cpu) * 2);
    }
    byCpu[cpu]++;
  }

  private int comm(byte[] b, TextRecord r) {
    TaskCache.Task task = r.task;
    if (task != null) {
      if (task.nameId < 0) {
        task.nameId = names.intern(b, r.commStart, r.commEnd - r.commStart);
      }
      return task.nameId;
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
    if (r.nameEnd > r.nameStart) {
      EventText event = events.of(b, r.nameStart, r.nameEnd);
      if (!event.isMarker()) {
        return event;
      }
      r.payloadStart = r.nameStart;
      return events.of(FreeForm.PRINT);
    }
    return events.of(FreeForm.name(b, r.payloadStart, r.payloadEnd, UNNAMED));
  }
}

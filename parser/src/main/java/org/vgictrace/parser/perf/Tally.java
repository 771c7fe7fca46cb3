package org.vgictrace.parser.perf;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.record.Placed;

/** Counts what is read. */
final class Tally {
  private static final int ENTRIES_PER_CODE = 100;

  /** What records of context switches are counted as. */
  private static final String CONTEXT_SWITCH = "perf:context_switch";

  private final Diagnostics diagnostics;
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private final EventTally events = new EventTally();
  private long unparsed;
  private long lostMarks;
  private long steppedBack;
  private long contextSwitches;
  private @Nullable Place firstStepBack;

  Tally(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /**
   * Counts an event.
   *
   * @param reader stands at it
   */
  void event(long ts, int cpu, Placed reader) {
    if (!events.event(ts)) {
      steppedBack++;
      if (firstStepBack == null) {
        firstStepBack = reader.place();
      }
    }
    events.cpu(cpu);
  }

  /**
   * Counts a context switch, which is an event.
   *
   * @param reader stands at it
   */
  void contextSwitch(long ts, int cpu, Placed reader) {
    event(ts, cpu, reader);
    contextSwitches++;
  }

  /** Notes a loss; a negative number is unknown. */
  void lost(int cpu, long count) {
    lostMarks++;
    lostByCpu.merge(
        cpu, Math.max(0, count), (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
  }

  /** Number of events lost so far. */
  long lost() {
    long sum = 0;
    for (long count : lostByCpu.values()) {
      sum = sum > Long.MAX_VALUE - count ? Long.MAX_VALUE : sum + count;
    }
    return sum;
  }

  /** Time of the latest event. */
  long lastTs() {
    return events.lastTime();
  }

  /** Notes a record that could not be read. */
  void unparsed(String code, Place place, String what) {
    unparsed++;
    add(code, Severity.ERROR, place, what);
  }

  /** Notes one of many alike. */
  void add(String code, Severity severity, Place place, String what) {
    diagnostics.addLimited(new Diagnostic(code, severity, place, what), ENTRIES_PER_CODE);
  }

  /**
   * What was read.
   *
   * @param moreUnparsed what others could not read
   */
  CaptureCounts counts(Events found, long moreUnparsed) {
    SortedMap<String, Long> byName = new TreeMap<>();
    long modelled = found.addCounts(byName, diagnostics) + contextSwitches;
    if (contextSwitches > 0) {
      byName.put(CONTEXT_SWITCH, contextSwitches);
    }
    Place back = firstStepBack;
    if (back != null) {
      diagnostics.warning("time-back", back, "time goes back " + steppedBack + " times");
    }
    return new CaptureCounts(
        events.count(),
        modelled,
        byName,
        events.byCpu(),
        lostByCpu,
        lostMarks,
        -1,
        unparsed + moreUnparsed,
        events.firstTime(),
        events.lastTime(),
        diagnostics.entries(),
        diagnostics.counts());
  }
}

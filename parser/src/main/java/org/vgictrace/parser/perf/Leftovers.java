package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Place;

/** What is to be said when all data have been read. Not thread-safe. */
final class Leftovers {
  private final SortedMap<String, Long> throttled = new TreeMap<>();
  private long timelessLosses;
  private long switches;
  private boolean untimed;

  /** Notes a loss without a time; a negative number is unknown. */
  void lost(long count) {
    long lost = Math.max(0, count);
    timelessLosses =
        timelessLosses > Long.MAX_VALUE - lost ? Long.MAX_VALUE : timelessLosses + lost;
  }

  /** Notes that the kernel took no samples of an event for a while. */
  void throttled(String event) {
    throttled.merge(event, 1L, Long::sum);
  }

  /** Notes a context switch that becomes no row. */
  void leftOutSwitch() {
    switches++;
  }

  /** Notes a sample without a time stamp. */
  void untimed() {
    untimed = true;
  }

  /**
   * Says it.
   *
   * @param overflowed whether records had to go before all earlier ones were known
   */
  void report(SampleReader samples, Tally tally, boolean overflowed) throws IOException {
    Place end = Place.at(0);
    long surplus = timelessLosses - tally.lost();
    if (surplus > 0) {
      samples.lost(tally.lastTs(), -1, surplus);
    }
    throttled.forEach(
        (event, times) ->
            tally.add(
                "throttled",
                Severity.WARNING,
                end,
                "the kernel throttled "
                    + event
                    + " "
                    + times
                    + " times; samples of it are missing"));
    if (switches > 0) {
      tally.add(
          "switch-records",
          Severity.INFO,
          end,
          switches
              + " records of context switches (perf record --switch-events) say what others say"
              + " too, or lack a time, and are left out");
    }
    if (untimed) {
      tally.add(
          "no-time",
          Severity.WARNING,
          end,
          "samples without a time stamp have that of the latest before them");
    }
    if (overflowed) {
      tally.add(
          "long-rounds",
          Severity.WARNING,
          end,
          "more records between two rounds than can wait; some may be out of order");
    }
  }
}

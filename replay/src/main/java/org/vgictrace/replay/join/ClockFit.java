package org.vgictrace.replay.join;

import java.util.Arrays;

/**
 * How the clock of the hardware's log relates to the trace clock.
 *
 * @param origin trace time at which the offset holds, nanoseconds
 * @param offset nanoseconds to add to trace time to get the log's, at the origin
 * @param driftPpb by how much the offset grows, nanoseconds a second
 * @param pairs writes it was computed from
 * @param residualMedian how far writes are from it, half of them, nanoseconds
 * @param residual99 99 of 100 of them
 * @param residualMax the worst
 */
public record ClockFit(
    long origin,
    long offset,
    long driftPpb,
    long pairs,
    long residualMedian,
    long residual99,
    long residualMax) {
  private static final long NS = 1_000_000_000L;

  /** The line of a single difference. */
  static ClockFit of(long offset) {
    return new ClockFit(0, offset, 0, 0, 0, 0, 0);
  }

  /**
   * The line through pairs of times: the median of all, and the drift from the medians of the first
   * and last third. A few bad pairs do not move it.
   *
   * @param ts trace times, in any order; at least one
   * @param differences log time less trace time of each
   */
  static ClockFit through(long[] ts, long[] differences) {
    int n = ts.length;
    long begin = Arrays.stream(ts).min().orElse(0);
    long span = Arrays.stream(ts).max().orElse(0) - begin;
    long drift = 0;
    if (span >= NS) {
      boolean[] early = new boolean[n];
      boolean[] late = new boolean[n];
      for (int i = 0; i < n; i++) {
        early[i] = ts[i] <= begin + span / 3;
        late[i] = ts[i] >= begin + span / 3 * 2;
      }
      double rise = (double) median(differences, late) - median(differences, early);
      drift = Math.round(rise * NS / (median(ts, late) - median(ts, early)));
    }
    long origin = begin + span / 2;
    ClockFit slope = new ClockFit(origin, 0, drift, 0, 0, 0, 0);
    long[] rest = new long[n];
    for (int i = 0; i < n; i++) {
      rest[i] = differences[i] - slope.at(ts[i]);
    }
    long offset = median(rest.clone());
    for (int i = 0; i < n; i++) {
      rest[i] = Math.abs(rest[i] - offset);
    }
    Arrays.sort(rest);
    return new ClockFit(origin, offset, drift, n, rest[n / 2], rest[(int) (n * 0.99)], rest[n - 1]);
  }

  /** The median of those values, at least one, that are chosen. */
  private static long median(long[] values, boolean[] chosen) {
    long[] some = new long[values.length];
    int n = 0;
    for (int i = 0; i < values.length; i++) {
      if (chosen[i]) {
        some[n++] = values[i];
      }
    }
    return median(Arrays.copyOf(some, n));
  }

  private static long median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** Time in the log of a trace time. */
  public long toLog(long ts) {
    return ts + at(ts);
  }

  /** The difference of the clocks at a trace time. */
  long at(long ts) {
    return offset + Math.round((double) (ts - origin) / NS * driftPpb);
  }
}

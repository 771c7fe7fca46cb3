package org.vgictrace.analysis.stat;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A distribution of time spans, in nanoseconds. Percentiles have two significant digits; the
 * maximum is exact. Takes some 2 to 20 KiB from the first span on and grows no further. Spans
 * beyond one hour count as one hour.
 */
final class Latency {
  private static final long LONGEST_NS = 3_600_000_000_000L;
  private static final int DIGITS = 2;

  private @Nullable Histogram spans;
  private long longest;

  void add(long ns) {
    if (spans == null) {
      spans = new Histogram(DIGITS);
      spans.setAutoResize(true);
    }
    // Clocks of two CPUs may disagree by a little.
    long span = Math.min(Math.max(ns, 0), LONGEST_NS);
    spans.recordValue(span);
    longest = Math.max(longest, span);
  }

  /** Adds all spans of another distribution. */
  void addAll(Latency other) {
    if (other.spans == null) {
      return;
    }
    if (spans == null) {
      spans = new Histogram(DIGITS);
      spans.setAutoResize(true);
    }
    spans.add(other.spans);
    longest = Math.max(longest, other.longest);
  }

  LatencyFigures figures() {
    if (spans == null) {
      return LatencyFigures.NONE;
    }
    return new LatencyFigures(
        spans.getTotalCount(),
        percentile(spans, 50),
        percentile(spans, 90),
        percentile(spans, 99),
        longest);
  }

  private long percentile(Histogram histogram, double percentile) {
    return Math.min(histogram.getValueAtPercentile(percentile), longest);
  }
}

package org.vgictrace.analysis.stat;

/**
 * A distribution of time spans in nanoseconds. Percentiles are upper bounds within one percent; the
 * maximum is exact.
 *
 * @param count number of spans; without any the others are 0
 */
public record LatencyFigures(long count, long p50, long p90, long p99, long max) {
  /** No span at all. */
  public static final LatencyFigures NONE = new LatencyFigures(0, 0, 0, 0, 0);
}

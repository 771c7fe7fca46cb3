package org.vgictrace.replay.both;

import java.util.Arrays;

/**
 * How fast a clock counts, from spans that were measured with it and in nanoseconds: the slope of
 * the line through them, which is free of what both measurements miss at the ends. Spans far off
 * the line are left out of a second one.
 */
final class ClockRate {
  /** Spans that are kept, the first ones. */
  private static final int SPANS_MAX = 4096;

  /** Spans without which nothing is concluded. */
  private static final int SPANS_MIN = 16;

  /** How many times as far off as half of the spans are is too far. */
  private static final double FAR = 6;

  private static final int ROUNDS = 3;

  private final long[] units = new long[SPANS_MAX];
  private final long[] ns = new long[SPANS_MAX];
  private int size;

  void add(long newUnits, long newNs) {
    if (size < SPANS_MAX) {
      units[size] = newUnits;
      ns[size++] = newNs;
    }
  }

  /** Nanoseconds of a unit, 0 if the spans do not tell. */
  double nsPerUnit() {
    if (size < SPANS_MIN) {
      return 0;
    }
    double[] off = new double[size];
    double limit = Double.POSITIVE_INFINITY;
    Slope line = new Slope();
    for (int round = 0; round < ROUNDS; round++) {
      Slope next = new Slope();
      for (int i = 0; i < size; i++) {
        if (off[i] <= limit) {
          next.add((double) units[i], (double) ns[i]);
        }
      }
      line = next;
      for (int i = 0; i < size; i++) {
        off[i] = Math.abs(ns[i] - line.atZero() - line.slope() * units[i]);
      }
      double[] sorted = off.clone();
      Arrays.sort(sorted);
      limit = FAR * sorted[size / 2];
    }
    return Math.max(0, line.slope());
  }
}

package org.vgictrace.replay.both;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * All lines that a clock may follow, and how far they lead from the one that was chosen.
 *
 * <p>Each record allows corrections from a low to a high one at its time. A correction that grows
 * with time is a line between all of the lows and all of the highs; the chosen clock, which needs
 * none, is one of them.
 *
 * <pre>
 *   high    '   '        '  .  -  '        the steepest lines that fit are off most
 *           .........  -  ...........      at the beginning and at the end
 *   low     '  .    .        .
 * </pre>
 */
final class ClockBounds {
  /** Stretches of time of which only the closest bounds are kept; what is left out only widens. */
  private static final int SLOTS = 512;

  private static final int STEPS = 60;

  /** As much as a clock can be wrong if nothing bounds it; sums of some of it are still numbers. */
  static final long UNBOUNDED = Long.MAX_VALUE / 16;

  private final long from;
  private final long to;
  private final double[] lowAt = new double[SLOTS];
  private final double[] low = new double[SLOTS];
  private final double[] highAt = new double[SLOTS];
  private final double[] high = new double[SLOTS];

  /**
   * @param from when the first record is
   * @param to when the last one is
   */
  ClockBounds(long from, long to) {
    this.from = from;
    this.to = to;
    Arrays.fill(low, Double.NEGATIVE_INFINITY);
    Arrays.fill(high, Double.POSITIVE_INFINITY);
  }

  /** A record allows corrections from {@code least}, not above 0, to {@code most}, not below. */
  void add(long at, long least, long most) {
    double x = at - from;
    double place = x * SLOTS / Math.max(1, to - from);
    int slot = (int) Math.max(0, Math.min(SLOTS - 1, place));
    if (least > low[slot]) {
      low[slot] = least;
      lowAt[slot] = x;
    }
    if (most < high[slot]) {
      high[slot] = most;
      highAt[slot] = x;
    }
  }

  /** The least value at time 0 of a line of that slope that is above all lows. */
  private double floor(double slope) {
    double floor = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < SLOTS; i++) {
      floor = Math.max(floor, low[i] - slope * lowAt[i]);
    }
    return floor;
  }

  /** The greatest value at time 0 of a line of that slope that is below all highs. */
  private double ceiling(double slope) {
    double ceiling = Double.POSITIVE_INFINITY;
    for (int i = 0; i < SLOTS; i++) {
      ceiling = Math.min(ceiling, high[i] - slope * highAt[i]);
    }
    return ceiling;
  }

  /** The farthest that any of the lines is from 0, up to the rates that are at all possible. */
  long farthest(double slopeMax) {
    double steepest = steepest(slopeMax);
    double flattest = steepest(-slopeMax);
    double span = to - from;
    double farthest = 0;
    for (double x : new double[] {0, span}) {
      farthest =
          Math.max(farthest, greatest(flattest, steepest, slope -> ceiling(slope) + slope * x));
      farthest =
          Math.max(farthest, greatest(flattest, steepest, slope -> -floor(slope) - slope * x));
    }
    return farthest < UNBOUNDED ? (long) Math.ceil(farthest) : UNBOUNDED;
  }

  /** The slope farthest towards a limit that still has a line; slope 0 has one. */
  private double steepest(double limit) {
    double good = 0;
    double bad = limit;
    for (int i = 0; i < STEPS; i++) {
      double middle = (good + bad) / 2;
      if (floor(middle) <= ceiling(middle)) {
        good = middle;
      } else {
        bad = middle;
      }
    }
    return good;
  }

  /** The greatest value of a function that rises to one place and falls behind it. */
  private static double greatest(double from, double to, DoubleUnaryOperator function) {
    double left = from;
    double right = to;
    for (int i = 0; i < STEPS; i++) {
      double third = (right - left) / 3;
      if (function.applyAsDouble(left + third) < function.applyAsDouble(right - third)) {
        left += third;
      } else {
        right -= third;
      }
    }
    return Math.max(
        function.applyAsDouble((left + right) / 2),
        Math.max(function.applyAsDouble(from), function.applyAsDouble(to)));
  }
}

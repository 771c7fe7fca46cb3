package org.vgictrace.parser.tracedat;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How a guest's clock maps to its host's, on one CPU (option TIME_SHIFT): samples of the offset
 * between the clocks, taken now and then. Between two samples the offset is that of the first, or a
 * straight line if the file asks for it.
 *
 * <pre>
 *   host = ((guest * scaling) &gt;&gt; fraction) + offset at guest
 * </pre>
 */
final class TimeShift {
  private final long[] times;
  private final long[] offsets;
  private final long[] scalings;
  private final long[] fractions;
  private final boolean interpolate;

  private TimeShift(
      long[] times, long[] offsets, long[] scalings, long[] fractions, boolean interpolate) {
    this.times = times;
    this.offsets = offsets;
    this.scalings = scalings;
    this.fractions = fractions;
    this.interpolate = interpolate;
  }

  /**
   * Orders the samples by time and leaves out all but the first of those with equal times. The
   * arrays have equal lengths, at least 1; fractions are 0 to 63.
   */
  static TimeShift of(
      long[] times, long[] offsets, long[] scalings, long[] fractions, boolean interpolate) {
    int[] order =
        IntStream.range(0, times.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> times[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] kept =
        IntStream.range(0, order.length)
            .filter(i -> i == 0 || times[order[i]] != times[order[i - 1]])
            .map(i -> order[i])
            .toArray();
    return new TimeShift(
        pick(times, kept),
        pick(offsets, kept),
        pick(scalings, kept),
        pick(fractions, kept),
        interpolate);
  }

  /** Number of samples with different times. */
  int samples() {
    return times.length;
  }

  /** Time on the host's clock. */
  long apply(long time) {
    if (times.length == 1) {
      return scaled(time, 0) + offsets[0];
    }
    int found = Arrays.binarySearch(times, time);
    int low = found >= 0 ? found : -found - 2;
    low = Math.max(0, Math.min(times.length - 2, low));
    long shift = offsets[low];
    if (interpolate) {
      shift +=
          ratio(time - times[low], offsets[low + 1] - offsets[low], times[low + 1] - times[low]);
    }
    return scaled(time, low) + shift;
  }

  private long scaled(long time, int sample) {
    long scaling = scalings[sample];
    int fraction = (int) fractions[sample];
    if (scaling == 1 && fraction == 0) {
      return time;
    }
    long high = Math.multiplyHigh(time, scaling);
    long low = time * scaling;
    return fraction == 0 ? low : high << (Long.SIZE - fraction) | low >>> fraction;
  }

  /** {@code a * b / c}, rounded to the nearest, with a 128-bit product where it is needed. */
  private static long ratio(long a, long b, long c) {
    long product = a * b;
    if (Math.multiplyHigh(a, b) == product >> 63 && product < Long.MAX_VALUE - c) {
      return Math.floorDiv(product + c / 2, c);
    }
    return BigInteger.valueOf(a)
        .multiply(BigInteger.valueOf(b))
        .add(BigInteger.valueOf(c / 2))
        .divide(BigInteger.valueOf(c))
        .longValue();
  }

  private static long[] pick(long[] values, int[] indexes) {
    return Arrays.stream(indexes).mapToLong(i -> values[i]).toArray();
  }
}

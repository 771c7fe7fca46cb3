package org.vgictrace.replay.both;

import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/**
 * Ranges of shifts, each of which puts one record of the guest into one stretch in which its vCPU
 * runs, and the shift that most of them have in common.
 *
 * <pre>
 *   |-----------|
 *        |-------------|
 *                |--------|
 *          |-----|            most overlap here: the clocks are apart by something in this range
 * </pre>
 */
final class Overlap {
  /**
   * Where most ranges overlap.
   *
   * @param low least shift
   * @param high greatest shift
   * @param ranges how many ranges have it
   */
  record Range(long low, long high, int ranges) {
    long middle() {
      return low + (high - low) / 2;
    }
  }

  private final LongArrayList lows = new LongArrayList();
  private final LongArrayList highs = new LongArrayList();

  void add(long low, long high) {
    lows.addLong(low);
    highs.addLong(high);
  }

  int size() {
    return lows.size();
  }

  /** Where most of them overlap, the earliest such place; one range must have been added. */
  Range densest() {
    long[] low = lows.toLongArray();
    long[] high = highs.toLongArray();
    Arrays.sort(low);
    Arrays.sort(high);
    int open = 0;
    int most = 0;
    long from = low[0];
    long to = high[0];
    int ended = 0;
    for (long next : low) {
      while (high[ended] < next) {
        ended++;
        open--;
      }
      open++;
      if (open > most) {
        most = open;
        from = next;
        to = high[ended];
      }
    }
    return new Range(from, to, most);
  }

  /** The shifts around one, as far as so many ranges have them. */
  Range around(long shift, int least) {
    long[] low = lows.toLongArray();
    long[] high = highs.toLongArray();
    Arrays.sort(low);
    Arrays.sort(high);
    int begun = 0;
    int ended = 0;
    while (begun < low.length && low[begun] <= shift) {
      begun++;
    }
    while (ended < high.length && high[ended] < shift) {
      ended++;
    }
    return new Range(
        left(low, high, begun, ended, least), right(low, high, begun, ended, least), least);
  }

  private static long right(long[] low, long[] high, int begun, int ended, int least) {
    int i = begun;
    int j = ended;
    while (j < high.length) {
      if (i < low.length && low[i] <= high[j]) {
        i++;
      } else {
        j++;
        if (i - j < least) {
          return high[j - 1];
        }
      }
    }
    return Long.MAX_VALUE / 4;
  }

  private static long left(long[] low, long[] high, int begun, int ended, int least) {
    int i = begun;
    int j = ended;
    while (i > 0) {
      if (j > 0 && high[j - 1] >= low[i - 1]) {
        j--;
      } else {
        i--;
        if (i - j < least) {
          return low[i];
        }
      }
    }
    return Long.MIN_VALUE / 4;
  }

  /** How many have a shift in them. */
  int at(long shift) {
    int count = 0;
    for (int i = 0; i < lows.size(); i++) {
      count += lows.getLong(i) <= shift && shift <= highs.getLong(i) ? 1 : 0;
    }
    return count;
  }
}

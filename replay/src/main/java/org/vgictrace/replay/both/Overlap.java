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

  /** How many have a shift in them. */
  int at(long shift) {
    int count = 0;
    for (int i = 0; i < lows.size(); i++) {
      count += lows.getLong(i) <= shift && shift <= highs.getLong(i) ? 1 : 0;
    }
    return count;
  }
}

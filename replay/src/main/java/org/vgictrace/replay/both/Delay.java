package org.vgictrace.replay.both;

import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/**
 * How long a step from one side to the other took.
 *
 * @param step what it leads from and to, in words
 * @param count how often it was seen
 * @param median half of them took no longer, units of the hypervisor's clock
 * @param p99 99 of 100 did not
 * @param max the longest
 * @param unsure by how much all of them may be wrong, because two clocks were read
 */
public record Delay(String step, long count, long median, long p99, long max, long unsure) {
  static Delay of(String step, LongArrayList delays, long unsure) {
    long[] sorted = delays.toLongArray();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n == 0
        ? new Delay(step, 0, 0, 0, 0, unsure)
        : new Delay(step, n, sorted[n / 2], sorted[(int) (n * 99L / 100)], sorted[n - 1], unsure);
  }
}

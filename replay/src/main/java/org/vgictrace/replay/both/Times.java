package org.vgictrace.replay.both;

import org.agrona.collections.LongArrayList;

/** Times in ascending order. */
final class Times {
  private Times() {}

  /** Position of the first that is not before a time; how many there are if all are. */
  static int firstFrom(LongArrayList sorted, long time) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = low + high >>> 1;
      if (sorted.getLong(middle) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

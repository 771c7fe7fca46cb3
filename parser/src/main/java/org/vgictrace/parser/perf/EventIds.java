package org.vgictrace.parser.perf;

import java.util.Arrays;

/** Finds the attribute that an event id belongs to. Not thread-safe. */
final class EventIds {
  /** What {@link #attr} gives for an id that no attribute has. */
  static final int UNKNOWN = -1;

  private long[] ids = new long[64];

  /** Attribute per slot, plus one; 0 for free slots. */
  private int[] attrs = new int[64];

  private int size;

  int size() {
    return size;
  }

  /** Notes an id; one that is known already stays what it is. */
  void add(long id, int attr) {
    if (size * 2 >= ids.length) {
      grow();
    }
    int slot = slot(id);
    if (attrs[slot] == 0) {
      ids[slot] = id;
      attrs[slot] = attr + 1;
      size++;
    }
  }

  /** Number of the attribute of an id, or {@link #UNKNOWN}. */
  int attr(long id) {
    return attrs[slot(id)] - 1;
  }

  private int slot(long id) {
    int mask = ids.length - 1;
    long h = id * 0x9e37_79b9_7f4a_7c15L;
    int i = (int) (h >>> 32) & mask;
    while (attrs[i] != 0 && ids[i] != id) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private void grow() {
    long[] oldIds = ids;
    int[] oldAttrs = attrs;
    ids = new long[oldIds.length * 2];
    attrs = new int[ids.length];
    Arrays.fill(attrs, 0);
    for (int i = 0; i < oldIds.length; i++) {
      if (oldAttrs[i] != 0) {
        int slot = slot(oldIds[i]);
        ids[slot] = oldIds[i];
        attrs[slot] = oldAttrs[i];
      }
    }
  }
}

package org.vgictrace.replay.kvmxen;

import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/**
 * Where events of lines or timers go, as user space sets it.
 *
 * <p>Whether setting it succeeds is not recorded, and what was set before the recording is unknown:
 * only once an event has gone where the latest setting says do the others not count any more. A
 * target is a port and the number of a vCPU, see {@link #pack}.
 */
final class Targets {
  /** Followed at a time, and settings of one that may count. */
  private static final int MOST = 1 << 14;

  private static final int SETTINGS_MOST = 16;

  /** What a target is found to be. */
  enum Verdict {
    /** As set. */
    SET,
    /** As it may have been before the recording, or since a record that is missing. */
    OPEN,
    /** Never set so. */
    ELSEWHERE
  }

  private static final class Settings {
    /** In the order in which they were made. */
    final LongArrayList targets = new LongArrayList();

    /** Seen without having been set. */
    final LongArrayList unset = new LongArrayList();

    /** Whether it may be set otherwise since before the recording. */
    boolean open = true;
  }

  private final Long2ObjectHashMap<Settings> byKey = new Long2ObjectHashMap<>();

  static long pack(long port, int vcpuId) {
    return port << 32 | vcpuId & 0xffffffffL;
  }

  /** User space sets where the events of a line or a timer go. */
  void set(long key, long target) {
    Settings known = byKey.get(key);
    if (known == null) {
      if (byKey.size() >= MOST) {
        byKey.clear();
      }
      known = new Settings();
      byKey.put(key, known);
    }
    if (known.targets.size() >= SETTINGS_MOST) {
      known.targets.clear();
      known.open = true;
    }
    known.targets.removeLong(target);
    known.targets.addLong(target);
  }

  /** An event of a line or a timer goes somewhere. */
  Verdict goes(long key, long target) {
    Settings known = byKey.get(key);
    if (known == null) {
      return Verdict.OPEN;
    }
    int latest = known.targets.size() - 1;
    if (known.targets.containsLong(target)) {
      if (known.targets.getLong(latest) == target) {
        known.targets.clear();
        known.targets.addLong(target);
        known.unset.clear();
        known.open = false;
      }
      return Verdict.SET;
    }
    if (known.open || known.unset.containsLong(target) || known.unset.size() >= SETTINGS_MOST) {
      return Verdict.OPEN;
    }
    known.unset.addLong(target);
    return Verdict.ELSEWHERE;
  }

  /** What was set last, to say what was expected. */
  long latest(long key) {
    Settings known = byKey.get(key);
    int size = known == null ? 0 : known.targets.size();
    return known == null || size == 0 ? -1 : known.targets.getLong(size - 1);
  }

  /** Settings may have been missed. */
  void forget() {
    byKey.clear();
  }
}

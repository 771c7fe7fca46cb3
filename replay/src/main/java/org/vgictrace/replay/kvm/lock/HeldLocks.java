package org.vgictrace.replay.kvm.lock;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;

/** The vGIC's locks that one context holds, in the order in which it took them. */
final class HeldLocks {
  /** More than any path of the kernel holds; all vCPUs' mutexes of the largest VM are 512. */
  private static final int MOST = 1024;

  private HeldLock[] locks = new HeldLock[4];
  private int count;

  HeldLocks() {
    fill(0);
  }

  private void fill(int from) {
    for (int i = from; i < locks.length; i++) {
      locks[i] = new HeldLock();
    }
  }

  int count() {
    return count;
  }

  HeldLock get(int index) {
    return locks[index];
  }

  void clear() {
    count = 0;
  }

  void add(LockClass type, long address, Event e) {
    if (count == MOST) {
      return;
    }
    if (count == locks.length) {
      locks = Arrays.copyOf(locks, count * 2);
      fill(count);
    }
    locks[count++].take(type, address, e);
  }

  /** Takes a lock out; the result is valid until the next {@link #add}. Null if it is not held. */
  @Nullable HeldLock remove(LockClass type, long address) {
    for (int i = count - 1; i >= 0; i--) {
      HeldLock lock = locks[i];
      if (lock.address == address && lock.type == type) {
        System.arraycopy(locks, i + 1, locks, i, count - i - 1);
        count--;
        locks[count] = lock;
        return lock;
      }
    }
    return null;
  }

  /** The latest lock of a class, or null. */
  @Nullable HeldLock latest(LockClass type) {
    for (int i = count - 1; i >= 0; i--) {
      if (locks[i].type == type) {
        return locks[i];
      }
    }
    return null;
  }

  /** How many locks of a class are held. */
  int count(LockClass type) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += locks[i].type == type ? 1 : 0;
    }
    return found;
  }

  /** Whether the request for another lock shows that the recording misses a release. */
  boolean isMissingRelease(LockClass next, long nextAddress, Event e) {
    for (int i = 0; i < count; i++) {
      if (locks[i].isGone(next, nextAddress, e)) {
        return true;
      }
    }
    return false;
  }
}

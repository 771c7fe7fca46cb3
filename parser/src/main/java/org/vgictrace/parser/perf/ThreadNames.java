package org.vgictrace.parser.perf;

import java.util.Arrays;
import org.vgictrace.parser.event.Names;

/**
 * Names of threads as the records tell them in the order of time. A thread keeps its name beyond
 * its end, for it goes on in the kernel for a while. Looking up does not allocate. Not thread-safe.
 */
final class ThreadNames {
  /** Threads with a name; beyond, new ones have none. */
  private static final int THREADS_MAX = 1 << 20;

  private static final int FREE = -1;
  private static final String IDLE = "swapper";

  private final Names names;
  private int[] pids = new int[256];
  private int[] ids = new int[256];
  private int size;

  ThreadNames(Names names) {
    this.names = names;
    Arrays.fill(pids, FREE);
    put(0, names.intern(IDLE));
  }

  /** Names a thread. */
  void name(int pid, byte[] bytes, int start, int length) {
    put(pid, names.intern(bytes, start, length));
  }

  /** Notes a new thread, which has the name of the one that made it until it gets its own. */
  void fork(int pid, int parent) {
    int slot = slot(parent);
    if (parent >= 0 && pids[slot] != FREE && pid > 0) {
      put(pid, ids[slot]);
    }
  }

  /** Identifier of the name of a thread, -1 if it has none; numbers below 0 stand for unknown. */
  int name(int pid) {
    if (pid < 0) {
      return -1;
    }
    int slot = slot(pid);
    return pids[slot] == FREE ? -1 : ids[slot];
  }

  private void put(int pid, int id) {
    if (pid < 0) {
      return;
    }
    int slot = slot(pid);
    if (pids[slot] == FREE) {
      if (size == THREADS_MAX) {
        return;
      }
      if (++size * 2 > pids.length) {
        grow();
        slot = slot(pid);
      }
      pids[slot] = pid;
    }
    ids[slot] = id;
  }

  /** Numbers in a row, as threads have them, are spread without a collision by the highest bits. */
  private int slot(int pid) {
    int mask = pids.length - 1;
    int i = pid * 0x9e37_79b9 >>> Integer.numberOfLeadingZeros(mask);
    while (pids[i] != FREE && pids[i] != pid) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private void grow() {
    int[] oldPids = pids;
    int[] oldIds = ids;
    pids = new int[oldPids.length * 2];
    ids = new int[pids.length];
    Arrays.fill(pids, FREE);
    for (int i = 0; i < oldPids.length; i++) {
      if (oldPids[i] != FREE) {
        int slot = slot(oldPids[i]);
        pids[slot] = oldPids[i];
        ids[slot] = oldIds[i];
      }
    }
  }
}

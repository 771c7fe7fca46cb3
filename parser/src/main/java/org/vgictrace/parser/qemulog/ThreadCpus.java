package org.vgictrace.parser.qemulog;

import java.util.Arrays;

/**
 * Which CPU each of the emulator's threads runs, as far as it is known from lines that name both.
 * With {@code -accel tcg,thread=multi} every CPU is one thread; where one thread runs several, a
 * thread says nothing.
 */
final class ThreadCpus {
  /** Most threads that are told apart. */
  private static final int THREADS_MAX = 4096;

  private static final int SHARED = -2;

  private int[] threads = new int[64];
  private int[] cpus = new int[64];
  private int used;

  ThreadCpus() {
    Arrays.fill(threads, -1);
  }

  /** Takes note that a thread made an access on a CPU. */
  void learn(int thread, int cpu) {
    if (thread < 0) {
      return;
    }
    int slot = slot(thread);
    if (threads[slot] == thread) {
      if (cpus[slot] != cpu) {
        cpus[slot] = SHARED;
      }
    } else if (used < THREADS_MAX) {
      threads[slot] = thread;
      cpus[slot] = cpu;
      if (++used * 2 > threads.length) {
        grow();
      }
    }
  }

  /** The only CPU the thread runs, {@link LogRow#NO_CPU} if it is not known. */
  int cpu(int thread) {
    if (thread < 0) {
      return LogRow.NO_CPU;
    }
    int slot = slot(thread);
    return threads[slot] == thread && cpus[slot] >= 0 ? cpus[slot] : LogRow.NO_CPU;
  }

  private int slot(int thread) {
    int mask = threads.length - 1;
    int i = thread * 0x9e3779b1 >>> 16 & mask;
    while (threads[i] >= 0 && threads[i] != thread) {
      i = i + 1 & mask;
    }
    return i;
  }

  private void grow() {
    int[] oldThreads = threads;
    int[] oldCpus = cpus;
    threads = new int[oldThreads.length * 2];
    cpus = new int[threads.length];
    Arrays.fill(threads, -1);
    for (int i = 0; i < oldThreads.length; i++) {
      if (oldThreads[i] >= 0) {
        int slot = slot(oldThreads[i]);
        threads[slot] = oldThreads[i];
        cpus[slot] = oldCpus[i];
      }
    }
  }
}

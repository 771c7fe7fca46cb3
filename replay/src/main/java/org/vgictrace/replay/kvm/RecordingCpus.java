package org.vgictrace.replay.kvm;

import java.util.Arrays;
import org.agrona.collections.IntHashSet;
import org.vgictrace.replay.engine.Event;

/** Which CPUs record at present, and up to where each is recorded. */
final class RecordingCpus {
  /** More CPUs than any host of today has. */
  private static final int CPUS_MAX = 1 << 13;

  private final IntHashSet dark = new IntHashSet();

  /** Positions of the latest events of CPUs, plus one. */
  private long[] latest = new long[8];

  /** A CPU records. */
  void stamp(Event e) {
    int cpu = e.cpu;
    if (cpu >= latest.length && cpu < CPUS_MAX) {
      latest = Arrays.copyOf(latest, Math.max(cpu + 1, latest.length * 2));
    }
    if (cpu >= 0 && cpu < latest.length) {
      latest[cpu] = e.seq + 1;
    }
  }

  /** Position of the latest event of a CPU, -1 if none is known. */
  long latestOf(int cpu) {
    return cpu >= 0 && cpu < latest.length ? latest[cpu] - 1 : -1;
  }

  /** A CPU lost events. */
  void goDark(int cpu) {
    dark.add(cpu);
  }

  /** A CPU records again; says whether it was dark. */
  boolean goLight(int cpu) {
    return dark.remove(cpu);
  }

  /** Whether some CPU's events are missing at present. */
  boolean isAnyDark() {
    return !dark.isEmpty();
  }
}

package org.vgictrace.replay.runstate;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;

/** What is known of one physical CPU. */
final class CpuRun {
  static final int UNKNOWN = -1;
  static final int OUTSIDE = 0;
  static final int INSIDE = 1;

  /** Changes from one vCPU to another that show that vCPUs are scheduled one by one here. */
  private static final int SINGLE_CHANGES_MIN = 3;

  /** The vCPU that runs; null if none does or if it is not known. */
  @Nullable VcpuRun running;

  /** Whether {@link #running} is the truth: null then means that none runs. */
  boolean known;

  /** When {@link #running} began or went on to run. */
  long since;

  long sinceSeq;

  /** Where the CPU is: {@link #OUTSIDE} or {@link #INSIDE} of a guest, or {@link #UNKNOWN}. */
  int guest = UNKNOWN;

  long guestSeq;
  long guestTs;

  private int singleChanges;

  /** A vCPU begins or goes on to run. */
  void runs(VcpuRun v, Event e) {
    running = v;
    known = true;
    since = e.ts;
    sinceSeq = e.seq;
  }

  /** A vCPU stops running. */
  void left(VcpuRun v) {
    if (running == v) {
      singleChanges++;
    } else if (running != null && !isSingle()) {
      singleChanges = 0;
    }
    running = null;
    known = true;
  }

  /**
   * Whether vCPUs are scheduled one by one here. With core scheduling those of a core are switched
   * by one of its CPUs, and several begin before the first of them leaves.
   */
  boolean isSingle() {
    return singleChanges >= SINGLE_CHANGES_MIN;
  }

  /** Records of this CPU are missing. */
  void forget() {
    running = null;
    known = false;
    guest = UNKNOWN;
  }
}

package org.vgictrace.replay.kvm.gicv4;

import org.vgictrace.replay.verdict.EventRef;

/** What is known of one vPE, by its own address or by that of its vCPU. */
final class Vpe {
  /** Stretch of gapless recording the rest was learned in. */
  int stretch;

  /** 1 resident, 0 not, -1 unknown. */
  int resident = -1;

  /** CPU that it became resident on. */
  int cpu = -1;

  /** The vCPU loaded it and has not committed it since. */
  boolean uncommitted;

  /** The vCPU executes WFI. */
  boolean inWfi;

  /** The vPE was made non-resident since: 1 with a doorbell, 0 without, -1 not at all. */
  int doorbell = -1;

  /** Its interrupt was freed and not requested again. */
  boolean freed;

  long seq;
  long ts;
  int seenCpu;

  void forget(int newStretch) {
    stretch = newStretch;
    resident = -1;
    uncommitted = false;
    inWfi = false;
    doorbell = -1;
    freed = false;
  }

  void seen(long newSeq, long newTs, int newCpu) {
    seq = newSeq;
    ts = newTs;
    seenCpu = newCpu;
  }

  EventRef ref(String text) {
    return new EventRef(seq, ts, seenCpu, text);
  }
}

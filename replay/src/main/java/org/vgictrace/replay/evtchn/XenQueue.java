package org.vgictrace.replay.evtchn;

/** A queue of the FIFO ABI: one of the sixteen of a vCPU. */
final class XenQueue {
  static final int UNKNOWN = -1;

  final XenVcpu vcpu;
  final int priority;

  /** Port that was linked last; 0 if that is not on it any more. */
  int tail = UNKNOWN;

  /** When the guest was last known to have taken all of it. */
  long drainedSeq = -1;

  XenQueue(XenVcpu vcpu, int priority) {
    this.vcpu = vcpu;
    this.priority = priority;
  }
}

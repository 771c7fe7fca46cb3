package org.vgictrace.replay.evtchn;

import org.jspecify.annotations.Nullable;

/** What is known of one port of a domain. */
final class XenPort {
  static final int UNKNOWN = -1;
  static final int FREE = 0;
  static final int RESERVED = 1;
  static final int UNBOUND = 2;
  static final int INTERDOMAIN = 3;
  static final int PIRQ = 4;
  static final int VIRQ = 5;
  static final int IPI = 6;

  private static final String[] NAMES = {
    "free", "reserved", "unbound", "interdomain", "PIRQ", "VIRQ", "IPI"
  };

  final int port;
  int state = UNKNOWN;

  /** vCPU it is bound to, and the one before until an event went to the new one. */
  int vcpu = UNKNOWN;

  int vcpuBefore = UNKNOWN;
  long movedSeq;

  /** Whether it is bound to a virtual interrupt, and to which. */
  int virq = UNKNOWN;

  /** Other end of an interdomain channel. */
  int remoteDomain = UNKNOWN;

  int remotePort = UNKNOWN;

  /** The other end was closed: this one has to become unbound. */
  boolean peerClosed;

  /** Queue it was linked in last, and where in the recording. */
  @Nullable XenQueue queue;

  long linkedSeq;

  /** Since when its word is known to be linked nowhere, but for the queue; -1 for unknown. */
  long unlinkedSince = UNKNOWN;

  /** Whether it was bound while its word may still have been linked. */
  boolean reused;

  XenPort(int port) {
    this.port = port;
  }

  void forget() {
    state = UNKNOWN;
    vcpu = UNKNOWN;
    vcpuBefore = UNKNOWN;
    virq = UNKNOWN;
    remoteDomain = UNKNOWN;
    remotePort = UNKNOWN;
    peerClosed = false;
    queue = null;
    unlinkedSince = UNKNOWN;
    reused = false;
  }

  /** Whether its word is known not to be on a queue from that record on. */
  boolean isUnlinked(long seq) {
    XenQueue last = queue;
    boolean bound = unlinkedSince >= 0 && unlinkedSince <= seq;
    return bound || last != null && last.drainedSeq > linkedSeq && last.drainedSeq <= seq;
  }

  static String name(int state) {
    return state >= 0 && state < NAMES.length ? NAMES[state] : "state " + state;
  }
}

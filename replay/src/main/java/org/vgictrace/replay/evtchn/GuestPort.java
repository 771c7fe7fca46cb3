package org.vgictrace.replay.evtchn;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** What is known of one port of a Linux guest. */
final class GuestPort {
  static final int UNKNOWN = -1;
  static final int SETTLED = -2;
  static final int NO = 0;
  static final int YES = 1;

  final int port;

  /** Linux interrupt that handled it last, and the one it was bound to last. */
  int irq = UNKNOWN;

  int bound = UNKNOWN;

  /** Interrupt other than the bound one that handled it, until the next handling tells more. */
  int stranger = UNKNOWN;

  /** CPU it is bound to and the one before. */
  int cpu = UNKNOWN;

  /** {@link #SETTLED} once it was handled where it is bound to. */
  int cpuBefore = UNKNOWN;

  long movedSeq;

  /** Whether the guest has masked it. */
  int masked = UNKNOWN;

  /** A record after the mask was in place, the first of those of its CPU. */
  long maskedSeq;

  /** Whether an event was acknowledged and not ended yet, with a chip that ends late. */
  int ending = UNKNOWN;

  /** Whether the end was asked for since the acknowledgement; it may come later. */
  boolean endAsked;

  private long ackSeq;
  private long ackTs;
  private int ackCpu;

  GuestPort(int port) {
    this.port = port;
  }

  /** Events were lost, or the port is somebody else's now. */
  void forget() {
    irq = UNKNOWN;
    bound = UNKNOWN;
    stranger = UNKNOWN;
    cpu = UNKNOWN;
    cpuBefore = UNKNOWN;
    masked = UNKNOWN;
    ending = UNKNOWN;
    endAsked = false;
  }

  void acknowledged(Event e) {
    ending = YES;
    endAsked = false;
    ackSeq = e.seq;
    ackTs = e.ts;
    ackCpu = e.cpu;
  }

  EventRef acknowledgement() {
    return new EventRef(ackSeq, ackTs, ackCpu, "port " + port + " acknowledged, to be ended late");
  }
}

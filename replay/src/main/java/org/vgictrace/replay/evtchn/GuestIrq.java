package org.vgictrace.replay.evtchn;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** An interrupt that a Linux guest has made of an event channel. */
final class GuestIrq {
  final int irq;

  /** Port it handled last. */
  int port;

  /** How often a handler of it followed the acknowledgement of that port. */
  int confirmed;

  /** CPU its handler runs on, -1 for none. */
  int runsOn = GuestCpu.NONE;

  private long runSeq;
  private long runTs;

  /** A second CPU that entered the handler meanwhile. */
  @Nullable EventRef rival;

  GuestIrq(int irq) {
    this.irq = irq;
  }

  void entered(Event e) {
    runsOn = e.cpu;
    runSeq = e.seq;
    runTs = e.ts;
    rival = null;
  }

  void forget() {
    runsOn = GuestCpu.NONE;
    rival = null;
  }

  EventRef entry() {
    return new EventRef(runSeq, runTs, runsOn, "handler of irq " + irq + " entered");
  }
}

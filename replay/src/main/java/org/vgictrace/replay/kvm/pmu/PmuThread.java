package org.vgictrace.replay.kvm.pmu;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** A thread that runs a vCPU, as the events of its performance monitors show it. */
final class PmuThread {
  final int pid;

  /** Stretch of gapless recording that the knowledge is from. */
  int stretch = -1;

  /** Interrupt of its performance monitors, -1 if unknown. */
  int intid = -1;

  /** Whether a probe named it. */
  boolean intidIsSure;

  /** What it may be by the injections seen, and how often they were. */
  int guess = -1;

  int sightings;

  /** Level of their line, -1 if unknown. */
  int level = -1;

  /** Whether something that explains a rise happened since the line was last seen to fall. */
  boolean mayRise;

  /** Whether user space ran since, which may write registers unseen. */
  boolean ranUserSpace;

  /** Whether the thread is between entry and exit. */
  boolean isInGuest;

  /** A timer's output whose injection is due; -1 for none. */
  long timerIntid = -1;

  /** A line that user space sets; -1 for none. */
  long userIntid = -1;

  /** An injection by an in-kernel device that the stock event is due for; -1 for none. */
  long ownedIntid = -1;

  /** A counter overflowed and KVM kicked the vCPU; the line must be high at the next entry. */
  boolean riseDue;

  /** A counter overflowed; the kick tells whether the line is to rise. */
  boolean overflowed;

  long overflowSeq;
  long overflowTs;
  int overflowCpu;

  /** Whether the thread is in the handler of the host's performance monitor interrupt. */
  boolean inHandler;

  boolean handlerSeen;
  long handlerSeq;
  long handlerTs;
  int handlerCpu;

  PmuThread(int pid) {
    this.pid = pid;
  }

  /** Forgets what missing events may have changed. */
  void forget() {
    level = -1;
    mayRise = true;
    isInGuest = false;
    timerIntid = -1;
    userIntid = -1;
    ownedIntid = -1;
    riseDue = false;
    overflowed = false;
    inHandler = false;
    handlerSeen = false;
  }

  void overflow(Event e) {
    overflowed = true;
    mayRise = true;
    handlerSeen &= !inHandler;
    overflowSeq = e.seq;
    overflowTs = e.ts;
    overflowCpu = e.cpu;
  }

  void handler(Event e) {
    inHandler = true;
    handlerSeen = true;
    handlerSeq = e.seq;
    handlerTs = e.ts;
    handlerCpu = e.cpu;
  }

  EventRef overflowRef() {
    return new EventRef(
        overflowSeq, overflowTs, overflowCpu, "overflow of a guest counter, and a kick");
  }

  /** The latest run of the host's handler; only after {@link #handler}. */
  EventRef handlerRef() {
    return new EventRef(
        handlerSeq,
        handlerTs,
        handlerCpu,
        "host's performance monitor interrupt without an overflow of a guest counter");
  }
}

package org.vgictrace.replay.kvm.lock;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** One lock that is held, or being waited for. Reused. */
final class HeldLock {
  /** A lock was taken under this one that belongs outside of it. */
  record Suspicion(EventRef at, int pid, LockClass taken) {}

  private static final int DEPTH_MOST = 15;

  LockClass type = LockClass.IRQ;
  long address;
  long seq;
  long ts;
  int cpu;

  /** Preemption depth when it was taken, this lock included; -1 if unknown. */
  int depth;

  boolean interruptsOff;

  /** Interrupt locks taken while it was held. */
  int inside;

  /** Stands once this lock is seen to be given back, which shows that it was held. */
  @Nullable Suspicion suspicion;

  void take(LockClass newType, long newAddress, Event e) {
    type = newType;
    address = newAddress;
    seq = e.seq;
    ts = e.ts;
    cpu = e.cpu;
    depth = e.preemptDepth();
    interruptsOff = Context.interrupts(e) == Context.OFF;
    inside = 0;
    suspicion = null;
  }

  EventRef ref() {
    return new EventRef(seq, ts, cpu, LockChecks.text(type, address));
  }

  /**
   * Whether a lock that is now asked for in the same context shows that this one is still held: a
   * spinning lock keeps preemption off, one level deeper for each.
   */
  boolean isHeldFor(Event e) {
    return !type.isMutex()
        && cpu == e.cpu
        && depth > 0
        && depth < DEPTH_MOST
        && e.preemptDepth() > depth;
  }

  /** Whether it cannot be held any more when that lock is asked for in the same context. */
  boolean isGone(LockClass next, long nextAddress, Event e) {
    if (type.isMutex()) {
      return address == nextAddress && type == next;
    }
    boolean moved = cpu != e.cpu;
    boolean interruptible = interruptsOff && Context.interrupts(e) == Context.ON;
    int least = next.isRaw() ? depth + 1 : depth;
    boolean shallow =
        depth > 0 && depth < DEPTH_MOST && e.preemptDepth() >= 0 && e.preemptDepth() < least;
    return moved || interruptible || shallow;
  }
}

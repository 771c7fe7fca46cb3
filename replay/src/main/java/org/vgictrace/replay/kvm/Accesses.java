package org.vgictrace.replay.kvm;

import org.agrona.collections.Long2LongHashMap;
import org.vgictrace.replay.engine.Event;

/**
 * Accesses to devices that threads are in the middle of. An access is recorded before it takes
 * effect; it is over with the thread's next step that no access contains.
 */
final class Accesses {
  /** Position of the event that began the access a thread is in, by thread. */
  private final Long2LongHashMap open = new Long2LongHashMap(-1);

  /** A thread begins an access that may change anything of an interrupt but its line. */
  void begin(IrqState irq, Event e) {
    boolean alone = irq.writerPid == e.pid || !isChanging(irq);
    irq.writerPid = alone ? e.pid : IrqState.SEVERAL;
    irq.writtenSeq = e.seq;
    PruneChecks.Leaving leaving = irq.leaving;
    if (leaving != null && !leaving.accessed()) {
      irq.leaving = null;
    }
    open.put(e.pid, e.seq);
  }

  /** A thread begins a write to some device, which may be the interrupt controller. */
  void begin(Event e) {
    open.put(e.pid, e.seq);
  }

  /** Whether any thread may be in the middle of a write. */
  boolean isAnyOpen() {
    return !open.isEmpty();
  }

  /** A thread does something that no access contains: its latest one is over. */
  void end(int pid) {
    if (!open.isEmpty()) {
      open.remove(pid);
    }
  }

  /** Whether some thread may be about to change the interrupt. */
  boolean isChanging(IrqState irq) {
    return irq.writerPid == IrqState.SEVERAL
        || irq.writerPid != IrqState.NOBODY && open.get(irq.writerPid) == irq.writtenSeq;
  }

  /** Whether a thread is still in the access that began at that position. */
  boolean isOpen(int pid, long seq) {
    return open.get(pid) == seq;
  }
}

package org.vgictrace.replay.kvm.lpi;

import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** What is known of one LPI structure ({@code struct vgic_irq}) while it keeps its number. */
final class Lpi {
  /** No pointer has this value. */
  static final long UNKNOWN = -1;

  static final int TARGET_UNKNOWN = -2;
  static final int TARGET_NONE = -1;

  final long address;
  final int intid;
  final LpiVm vm;

  /** Stretch of gapless recording the rest was learned in. */
  int stretch;

  /** vCPU on whose ap_list it is, 0 for none. */
  long own;

  /** References before the latest recorded drop. */
  long refs;

  /** The last reference was dropped. */
  boolean dead;

  /** Another structure with the same number was seen after this one. */
  boolean superseded;

  /** When it became dead or superseded. */
  long endedTs;

  /** Number of the vCPU that ITS commands made it target. */
  int expected;

  /** Number of the vCPU it targets instead if MOVALL moves every LPI of the VM. */
  int movedTo;

  /** Most translations that may be cached for it, -1 for unknown. */
  int cached;

  /** vCPU that was told to unlist it, 0 if it was queued since. */
  long unlistedFrom;

  /** The event that did. */
  long unlistedSeq;

  long unlistedTs;
  int unlistedCpu;

  /** The hardware delivers it. */
  boolean hw;

  long seenSeq;
  long seenTs;
  int seenCpu;
  private String seenText = "";

  Lpi(long address, int intid, LpiVm vm, int stretch) {
    this.address = address;
    this.intid = intid;
    this.vm = vm;
    forget(stretch);
  }

  /** Drops what a lost event may have changed. */
  void forget(int newStretch) {
    stretch = newStretch;
    own = UNKNOWN;
    refs = UNKNOWN;
    dead = false;
    superseded = false;
    expected = TARGET_UNKNOWN;
    movedTo = TARGET_UNKNOWN;
    cached = -1;
    unlistedFrom = 0;
    hw = false;
  }

  /** Whether another event may have brought it to life again or it never ended. */
  boolean isAlive() {
    return !dead && !superseded;
  }

  void observe(Event e, String step) {
    own = e.get(Snapshot.OWN, own);
    if (e.has(Snapshot.HW)) {
      hw = e.get(Snapshot.HW, 0) != 0;
    }
    seenSeq = e.seq;
    seenTs = e.ts;
    seenCpu = e.cpu;
    seenText = step;
  }

  /** The latest event that showed it, to refer to. */
  EventRef seen() {
    return new EventRef(seenSeq, seenTs, seenCpu, seenText + " LPI " + intid);
  }
}

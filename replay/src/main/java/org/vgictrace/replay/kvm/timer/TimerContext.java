package org.vgictrace.replay.kvm.timer;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** What is known of one timer of a vCPU. */
final class TimerContext {
  static final int PHYSICAL = 0;
  static final int VIRTUAL = 1;
  static final int COUNT = 4;

  /** Bits of the control register. */
  static final long ENABLE = 1;

  static final long IMASK = 2;
  static final long ISTATUS = 4;

  private static final String[] NAMES = {
    "physical timer", "virtual timer", "EL2 virtual timer", "EL2 physical timer"
  };

  /** The interrupts that every VMM leaves at their default, by timer. */
  private static final int[] INTIDS = {30, 27, 28, 26};

  /** 0 physical, 1 virtual, 2 EL2 virtual, 3 EL2 physical. */
  final int index;

  /** Output forwarded last, -1 if unknown. */
  int level = -1;

  /** Whether its registers are in hardware: 1 yes, 0 no, -1 unknown. */
  int loaded = -1;

  // As saved last.
  boolean saved;
  long ctl;
  long cval;
  long savedSeq;
  long savedTs;
  int savedCpu;

  /** Outputs forwarded by the thread since the registers were saved. */
  int updates;

  /** Whether user space may have written the timer since it was saved. */
  boolean touched;

  /** Whether it can fire, that is ENABLE without IMASK: 1 yes, 0 no, -1 unknown. */
  int canFire = -1;

  /** Whether a soft timer should have been started and was not seen, for want of its events. */
  boolean expiryDue;

  // The physical interrupt behind it and the list register of the residency.

  /** Whether the physical interrupt is active: 1 yes, -1 unknown. */
  int physicallyActive = -1;

  long activeSeq;
  long activeTs;
  int activeCpu;

  /** Whether its interrupt is in a list register of the residency. */
  boolean listed;

  /** Writes to interrupt controllers when it was seen pending in a list register; -1 for never. */
  long enabledAt = -1;

  /** Whether the guest deactivated it in its latest residency. */
  boolean deactivated;

  long deactivatedSeq;
  long deactivatedTs;
  int deactivatedCpu;

  /** Output forwarded since that, -1 for none. */
  int outputSince = -1;

  TimerContext(int index) {
    this.index = index;
  }

  /** The timer whose interrupt that is, -1 for none or if a VMM moved it. */
  static int ofIntid(long intid) {
    for (int i = 0; i < COUNT; i++) {
      if (INTIDS[i] == intid) {
        return i;
      }
    }
    return -1;
  }

  int intid() {
    return INTIDS[index];
  }

  String name() {
    return NAMES[index];
  }

  /** {@code physical timer (INTID 30)}. */
  String title() {
    return name() + " (INTID " + intid() + ")";
  }

  static boolean canFire(long ctl) {
    return (ctl & (ENABLE | IMASK)) == ENABLE;
  }

  /** Forgets everything: events are missing. */
  void forget() {
    level = -1;
    loaded = -1;
    saved = false;
    updates = 0;
    touched = false;
    canFire = -1;
    expiryDue = false;
    physicallyActive = -1;
    listed = false;
    enabledAt = -1;
    deactivated = false;
    outputSince = -1;
  }

  void save(Event e, long newCtl, long newCval) {
    saved = true;
    ctl = newCtl;
    cval = newCval;
    savedSeq = e.seq;
    savedTs = e.ts;
    savedCpu = e.cpu;
    updates = 0;
    touched = false;
  }

  EventRef savedRef() {
    return new EventRef(
        savedSeq, savedTs, savedCpu, "save " + name() + ": " + registers(ctl, cval));
  }

  EventRef deactivatedRef() {
    return new EventRef(
        deactivatedSeq,
        deactivatedTs,
        deactivatedCpu,
        "exit image: the guest deactivated INTID " + intid());
  }

  EventRef activeRef() {
    return new EventRef(
        activeSeq, activeTs, activeCpu, "the physical interrupt of the " + name() + " is active");
  }

  static String registers(long ctl, long cval) {
    StringBuilder text = new StringBuilder("CTL 0x").append(Long.toHexString(ctl));
    text.append((ctl & ENABLE) != 0 ? " (enabled" : " (disabled");
    text.append((ctl & IMASK) != 0 ? ", masked" : "");
    text.append((ctl & ISTATUS) != 0 ? ", fired)" : ")");
    return text.append(" CVAL 0x").append(Long.toHexString(cval)).toString();
  }
}

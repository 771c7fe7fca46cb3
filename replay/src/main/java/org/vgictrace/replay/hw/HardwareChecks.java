package org.vgictrace.replay.hw;

import static org.vgictrace.replay.hw.HardwareReporter.hex;
import static org.vgictrace.replay.hw.HardwareReporter.image;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.LrEncodingFaults;
import org.vgictrace.replay.gic.Vmcr;
import org.vgictrace.replay.rule.HardwareRules;
import org.vgictrace.replay.rule.Reason;

/** Judges accesses by the state of the interface right before them. */
final class HardwareChecks {
  private static final int GIC_1 = Ledger.index(HardwareRules.GIC_1);
  private static final int GIC_2 = Ledger.index(HardwareRules.GIC_2);
  private static final int GIC_3 = Ledger.index(HardwareRules.GIC_3);
  private static final int GIC_4 = Ledger.index(HardwareRules.GIC_4);
  private static final int GIC_8 = Ledger.index(HardwareRules.GIC_8);

  /** A GICv2 interrupt and the CPU an SGI comes from. */
  private static final long V2_SGI_MASK = 0x1fff;

  private static final int SGIS = 16;

  private final HardwareReporter report;

  HardwareChecks(HardwareReporter report) {
    this.report = report;
  }

  /** The hypervisor writes a list register. */
  void listRegisterWritten(Event e, VirtualInterface v, int lr, long value) {
    String fault = fault(value, v.v3);
    if (fault == null) {
      report.consistent(GIC_1);
    } else {
      report.impossible(
          new Contradiction(
              GIC_1,
              e,
              "write " + HardwareReporter.lr(v, lr, value),
              v,
              -1,
              Lr.intid(value, v.v3, false),
              "LR" + lr + " of CPU " + v.cpu + " is given " + fault,
              "a value the architecture defines",
              hex(value)));
    }
    if ((v.unseen >>> lr & 1) == 0 || !v.isKnown(lr)) {
      return;
    }
    long before = v.lrs[lr];
    if (Lr.state(before, v.v3) == Lr.STATE_INACTIVE || before == value) {
      report.consistent(GIC_8);
    } else {
      report.absent(
          new Contradiction(
              GIC_8,
              e,
              "write " + HardwareReporter.lr(v, lr, value),
              v,
              lr,
              v.intid(lr),
              "what the guest did with LR" + lr + " of CPU " + v.cpu + " is overwritten unread",
              "a read of LR" + lr + " before the write",
              HardwareReporter.lr(v, lr, before)));
    }
  }

  /** What is wrong with a list register all by itself, null if nothing. */
  private static @Nullable String fault(long value, boolean v3) {
    int state = Lr.state(value, v3);
    if (state == Lr.STATE_INACTIVE) {
      return null;
    }
    String reserved = LrEncodingFaults.reserved(value, v3, false, false);
    if (reserved != null) {
      return "reserved bits " + reserved;
    }
    String intid = LrEncodingFaults.intid(value, v3, false, false, -1);
    if (intid != null) {
      return intid;
    }
    if (!Lr.isHw(value, v3)) {
      return null;
    }
    int physical = Lr.physicalIntid(value, v3);
    boolean exists =
        physical >= SGIS && physical < 1020
            || v3 && physical >= 1056 && physical < 1120
            || v3 && physical >= 4096 && physical < 5120;
    if (!exists) {
      return "physical INTID " + physical + ", which cannot be deactivated";
    }
    return state == Lr.STATE_PENDING_ACTIVE
        ? "HW=1 with pending and active, which the physical distributor holds"
        : null;
  }

  /** The hypervisor reads a list register. */
  void listRegisterRead(Event e, VirtualInterface v, int count, int lr, long value) {
    if ((v.unseen >>> lr & 1) != 0) {
      report.consistent(GIC_8);
    }
    if (!v.isKnown(lr)) {
      report.indeterminate(GIC_3, Reason.TRACE_START);
    } else if (v.lrs[lr] == value) {
      report.consistent(GIC_3);
      report.confirmed(v, 1L << lr, 0);
    } else if (!v.isPinned(lr) || isOfGuest(v.lrs[lr], value, v.v3)) {
      // A write of it is missing, or what the guest did with it.
      report.changed(v, 1L << lr, 0);
      report.gap(GIC_3);
    } else {
      different(e, v, v.pinned(count) & ~(1L << lr), lr, value);
    }
  }

  /**
   * A list register in use is not what it was. Where a whole stretch of the log is missing the
   * others that are in use would not be either.
   *
   * @param others those, as bits
   */
  private void different(Event e, VirtualInterface v, long others, int lr, long value) {
    Contradiction different =
        new Contradiction(
            GIC_3,
            e,
            "read " + HardwareReporter.lr(v, lr, value),
            v,
            lr,
            v.intid(lr),
            "LR" + lr + " of CPU " + v.cpu + " is not what it was written and the guest made of it",
            HardwareReporter.lr(v, lr, v.lrs[lr]),
            HardwareReporter.lr(v, lr, value));
    if (others == 0) {
      report.contradicted(different);
    } else {
      report.suspected(different, others, 0);
    }
  }

  /** Whether acknowledges and ends of the guest make one value of a list register another. */
  private static boolean isOfGuest(long from, long to, boolean v3) {
    long state = Lr.stateMask(v3);
    int before = Lr.state(from, v3);
    int after = Lr.state(to, v3);
    boolean possible =
        switch (before) {
          case Lr.STATE_PENDING -> after == Lr.STATE_ACTIVE || after == Lr.STATE_INACTIVE;
          case Lr.STATE_ACTIVE -> after == Lr.STATE_INACTIVE;
          case Lr.STATE_PENDING_ACTIVE -> true;
          default -> false;
        };
    return possible && (from & ~state) == (to & ~state);
  }

  /** The guest uses its interface for the first time since list registers were written. */
  void guestRuns(Event e, VirtualInterface v, int count) {
    for (int a = 0; a < count; a++) {
      for (int b = a + 1; b < count; b++) {
        if (v.isKnown(a) && v.isKnown(b) && isSame(v, a, b)) {
          duplicate(e, v, a, b);
          return;
        }
      }
    }
    if (v.allKnown(count)) {
      report.consistent(GIC_2);
    } else {
      report.indeterminate(GIC_2, Reason.TRACE_START);
    }
  }

  private void duplicate(Event e, VirtualInterface v, int a, int b) {
    Contradiction twice =
        new Contradiction(
            GIC_2,
            e,
            "the guest uses its interface",
            v,
            a,
            v.intid(a),
            "LR" + a + " and LR" + b + " of CPU " + v.cpu + " hold the same interrupt",
            "one list register per interrupt",
            HardwareReporter.lr(v, a, v.lrs[a]) + "; " + HardwareReporter.lr(v, b, v.lrs[b]));
    if (v.isPinned(a) && v.isPinned(b)) {
      report.contradicted(twice);
    } else {
      report.suspected(twice, 1L << a | 1L << b, 0);
    }
  }

  private static boolean isSame(VirtualInterface v, int a, int b) {
    if (Lr.state(v.lrs[a], v.v3) == Lr.STATE_INACTIVE
        || Lr.state(v.lrs[b], v.v3) == Lr.STATE_INACTIVE
        || v.intid(a) != v.intid(b)) {
      return false;
    }
    boolean sgi = !v.v3 && v.intid(a) < SGIS;
    return !sgi || (v.lrs[a] & V2_SGI_MASK) == (v.lrs[b] & V2_SGI_MASK);
  }

  /**
   * The guest acknowledges.
   *
   * @param group the group it asks for, -1 if the register serves both
   * @param intid what it is given
   */
  void acknowledged(
      Event e, VirtualInterface v, int count, int group, long intid, int preemptionBits) {
    if (!v.allKnown(count) || !v.vmcrKnown || !v.hcrKnown || v.hasDisabledPending(count) && !v.v3) {
      report.indeterminate(GIC_4, Reason.TRACE_START);
      return;
    }
    int best = v.isEnabled() ? v.highestPending(count) : -1;
    boolean deliverable = best >= 0 && isDeliverable(v, best, group, preemptionBits);
    if (VirtualInterface.isSpecial(intid)) {
      if (!deliverable) {
        report.consistent(GIC_4);
      } else if (!v.prioritiesKnown() || !v.v3 && Lr.group(v.lrs[best], false) == 1) {
        report.indeterminate(GIC_4, Reason.TRACE_START);
      } else {
        // It may have been masked, or acknowledged before.
        report.suspected(
            new Contradiction(
                GIC_4,
                e,
                "acknowledge returns " + intid,
                v,
                best,
                v.intid(best),
                "the guest of CPU " + v.cpu + " is given no interrupt although one is pending",
                HardwareReporter.lr(v, best, v.lrs[best]),
                "INTID " + intid + "; " + image(v, count)),
            1L << best,
            Suspicion.VMCR);
      }
      return;
    }
    int given = v.pending(intid, count);
    boolean right =
        given >= 0
            && best >= 0
            && Lr.priority(v.lrs[given], v.v3) == Lr.priority(v.lrs[best], v.v3)
            && isDeliverable(v, given, group, preemptionBits);
    if (right) {
      report.consistent(GIC_4);
      return;
    }
    wrong(
        new Contradiction(
            GIC_4,
            e,
            "acknowledge returns " + intid,
            v,
            given,
            intid,
            "the guest of CPU " + v.cpu + " is given an interrupt that is not the one to deliver",
            deliverable ? HardwareReporter.lr(v, best, v.lrs[best]) : "no interrupt",
            "INTID " + intid + "; " + image(v, count)),
        given,
        best,
        count);
  }

  /**
   * The guest is given another interrupt than the one to deliver.
   *
   * @param given pending list register that holds it, -1 for none
   * @param best the one to deliver, -1 for none
   */
  private void wrong(Contradiction wrong, int given, int best, int count) {
    VirtualInterface v = wrong.v();
    if (given < 0) {
      if (v.pinned(count) == VirtualInterface.all(count)) {
        report.contradicted(wrong);
      } else {
        // A write that put it into a list register is missing.
        report.gap(GIC_4);
      }
    } else if (!v.isEnabled()) {
      report.suspected(wrong, 0, Suspicion.HCR);
    } else if (best >= 0
        && best != given
        && Lr.group(v.lrs[best], v.v3) == Lr.group(v.lrs[given], v.v3)
        && Lr.priority(v.lrs[best], v.v3) < Lr.priority(v.lrs[given], v.v3)) {
      // Whatever lets the one through lets the other through, unless that is not pending any more.
      report.suspected(wrong, 1L << best, 0);
    } else if (best != given) {
      report.suspected(wrong, 0, Suspicion.VMCR);
    } else {
      // An end is missing, which would have let it through.
      report.gap(GIC_4);
    }
  }

  /** Whether a pending list register passes group, mask and running priority. */
  private static boolean isDeliverable(VirtualInterface v, int lr, int group, int preemptionBits) {
    if (!Vmcr.isGroupEnabled(v.vmcr, Lr.group(v.lrs[lr], v.v3))) {
      return false;
    }
    if (v.v3 && group >= 0 && Lr.group(v.lrs[lr], true) != group) {
      return false;
    }
    if (Lr.priority(v.lrs[lr], v.v3) >= Vmcr.priorityMask(v.vmcr, v.v3)) {
      return false;
    }
    return !v.prioritiesKnown() || v.groupPriority(lr) < v.running(preemptionBits);
  }
}

package org.vgictrace.replay.hw;

import static org.vgictrace.replay.hw.HardwareReporter.hex;
import static org.vgictrace.replay.hw.HardwareReporter.image;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.LrEncodingFaults;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.gic.Vmcr;
import org.vgictrace.replay.rule.HardwareRules;
import org.vgictrace.replay.rule.Reason;

/** Judges accesses by the state of the interface right before them. */
final class HardwareChecks {
  private static final int GIC_1 = Ledger.index(HardwareRules.GIC_1);
  private static final int GIC_2 = Ledger.index(HardwareRules.GIC_2);
  private static final int GIC_3 = Ledger.index(HardwareRules.GIC_3);
  private static final int GIC_4 = Ledger.index(HardwareRules.GIC_4);
  private static final int GIC_5 = Ledger.index(HardwareRules.GIC_5);
  private static final int GIC_6 = Ledger.index(HardwareRules.GIC_6);
  private static final int GIC_7 = Ledger.index(HardwareRules.GIC_7);
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
      report.violated(
          GIC_1,
          Strength.HARD,
          e,
          "write " + HardwareReporter.lr(v, lr, value),
          v,
          Lr.intid(value, v.v3, false),
          "LR" + lr + " of CPU " + v.cpu + " is given " + fault,
          "a value the architecture defines",
          hex(value));
    }
    if ((v.unseen >>> lr & 1) == 0 || !v.isKnown(lr)) {
      return;
    }
    long before = v.lrs[lr];
    if (Lr.state(before, v.v3) == Lr.STATE_INACTIVE || before == value) {
      report.consistent(GIC_8);
    } else {
      report.contradicted(
          GIC_8,
          e,
          "write " + HardwareReporter.lr(v, lr, value),
          v,
          lr,
          v.intid(lr),
          "what the guest did with LR" + lr + " of CPU " + v.cpu + " is overwritten unread",
          "a read of LR" + lr + " before the write",
          HardwareReporter.lr(v, lr, before));
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
  void listRegisterRead(Event e, VirtualInterface v, int lr, long value) {
    if ((v.unseen >>> lr & 1) != 0) {
      report.consistent(GIC_8);
    }
    if (!v.isKnown(lr)) {
      report.indeterminate(GIC_3, Reason.TRACE_START);
    } else if (v.lrs[lr] == value) {
      report.consistent(GIC_3);
    } else {
      report.contradicted(
          GIC_3,
          e,
          "read " + HardwareReporter.lr(v, lr, value),
          v,
          lr,
          v.intid(lr),
          "LR" + lr + " of CPU " + v.cpu + " is not what it was written and the guest made of it",
          HardwareReporter.lr(v, lr, v.lrs[lr]),
          HardwareReporter.lr(v, lr, value));
    }
  }

  /** The guest uses its interface for the first time since list registers were written. */
  void guestRuns(Event e, VirtualInterface v, int count) {
    for (int a = 0; a < count; a++) {
      for (int b = a + 1; b < count; b++) {
        if (v.isKnown(a) && v.isKnown(b) && isSame(v, a, b)) {
          report.violated(
              GIC_2,
              Strength.SOFT,
              e,
              "the guest uses its interface",
              v,
              v.intid(a),
              "LR" + a + " and LR" + b + " of CPU " + v.cpu + " hold the same interrupt",
              "one list register per interrupt",
              HardwareReporter.lr(v, a, v.lrs[a]) + "; " + HardwareReporter.lr(v, b, v.lrs[b]));
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
        report.contradicted(
            GIC_4,
            e,
            "acknowledge returns " + intid,
            v,
            best,
            v.intid(best),
            "the guest of CPU " + v.cpu + " is given no interrupt although one is pending",
            HardwareReporter.lr(v, best, v.lrs[best]),
            "INTID " + intid + "; " + image(v, count));
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
    report.contradicted(
        GIC_4,
        e,
        "acknowledge returns " + intid,
        v,
        given,
        intid,
        "the guest of CPU " + v.cpu + " is given an interrupt that is not the one to deliver",
        deliverable ? HardwareReporter.lr(v, best, v.lrs[best]) : "no interrupt",
        "INTID " + intid + "; " + image(v, count));
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

  /** The maintenance line is reported, or must not have changed. */
  void maintenance(Event e, VirtualInterface v, int count, int level) {
    if (!v.isMisrKnown(count)) {
      report.indeterminate(GIC_5, Reason.TRACE_START);
      return;
    }
    int misr = v.misr(count);
    int expected = Misr.isAsserted(v.hcr, misr) ? 1 : 0;
    if (level == expected) {
      report.consistent(GIC_5);
      return;
    }
    report.contradicted(
        GIC_5,
        e,
        "maintenance line " + level,
        v,
        -1,
        -1,
        "the maintenance line of CPU " + v.cpu + " is " + level + " against its causes",
        "level " + expected + " (MISR " + Misr.text(misr) + ")",
        "level " + level + "; " + image(v, count));
  }

  /** The hypervisor reads EISR or ELRSR, 32 registers of it if there are several. */
  void emptiness(Event e, VirtualInterface v, int count, int first, long value, boolean empty) {
    long all = count >= VirtualInterface.LRS_MAX ? -1L : (1L << count) - 1;
    long known = v.known & all;
    long computed = empty ? Misr.elrsr(v.lrs, count, v.v3) : Misr.eisr(v.lrs, count, v.v3);
    long mask = (known >>> first) & 0xffff_ffffL;
    if (mask == 0) {
      report.indeterminate(GIC_6, Reason.TRACE_START);
    } else if ((computed >>> first & mask) == (value & mask)) {
      report.consistent(GIC_6);
    } else {
      String name = empty ? "ELRSR" : "EISR";
      report.contradicted(
          GIC_6,
          e,
          name + " read " + hex(value),
          v,
          -1,
          -1,
          name + " of CPU " + v.cpu + " contradicts the list registers",
          hex(computed >>> first & mask),
          hex(value & mask) + "; " + image(v, count));
    }
  }

  /** The hypervisor reads MISR. */
  void status(Event e, VirtualInterface v, int count, long value) {
    if (!v.isMisrKnown(count)) {
      report.indeterminate(GIC_6, Reason.TRACE_START);
      return;
    }
    int misr = v.misr(count);
    if (misr == value) {
      report.consistent(GIC_6);
    } else {
      report.contradicted(
          GIC_6,
          e,
          "MISR read " + hex(value),
          v,
          -1,
          -1,
          "MISR of CPU " + v.cpu + " contradicts its causes",
          Misr.text(misr) + " (" + hex(misr) + ")",
          Misr.text((int) value) + " (" + hex(value) + "); " + image(v, count));
    }
  }

  /** The hypervisor reads HCR. */
  void count(Event e, VirtualInterface v, long value) {
    if (!v.hcrKnown || !v.countKnown) {
      report.indeterminate(GIC_7, Reason.TRACE_START);
    } else if (Hcr.eoiCount(v.hcr) == Hcr.eoiCount(value)) {
      report.consistent(GIC_7);
    } else {
      report.contradicted(
          GIC_7,
          e,
          "HCR read " + hex(value),
          v,
          -1,
          -1,
          "EOIcount of CPU " + v.cpu + " is not the number of ends that found no list register",
          Integer.toString(Hcr.eoiCount(v.hcr)),
          Integer.toString(Hcr.eoiCount(value)));
    }
  }
}

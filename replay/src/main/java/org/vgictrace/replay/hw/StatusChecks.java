package org.vgictrace.replay.hw;

import static org.vgictrace.replay.hw.HardwareReporter.hex;
import static org.vgictrace.replay.hw.HardwareReporter.image;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.rule.HardwareRules;
import org.vgictrace.replay.rule.Reason;

/** Judges what the interface tells of its own state: the maintenance line and status registers. */
final class StatusChecks {
  private static final int GIC_3 = Ledger.index(HardwareRules.GIC_3);
  private static final int GIC_4 = Ledger.index(HardwareRules.GIC_4);
  private static final int GIC_5 = Ledger.index(HardwareRules.GIC_5);
  private static final int GIC_6 = Ledger.index(HardwareRules.GIC_6);
  private static final int GIC_7 = Ledger.index(HardwareRules.GIC_7);

  /** Bits of HCR that both generations have and that are read as written. */
  private static final long HCR_CONTROLS = 0xff;

  /** Reads as 1 on a GICv3 without the memory-mapped interface. */
  private static final long VMCR_FIQEN = 1 << 3;

  private final HardwareReporter report;

  StatusChecks(HardwareReporter report) {
    this.report = report;
  }

  /** The maintenance line is reported. */
  void line(Event e, VirtualInterface v, int count, int level) {
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
    report.suspected(
        new Contradiction(
            GIC_5,
            e,
            "maintenance line " + level,
            v,
            -1,
            -1,
            "the maintenance line of CPU " + v.cpu + " is " + level + " against its causes",
            "level " + expected + " (MISR " + Misr.text(misr) + ")",
            "level " + level + "; " + image(v, count)),
        v.inUse(count),
        Suspicion.HCR);
  }

  /**
   * Before the next access: the line, if it is reported at all, must be what it was said to be
   * last.
   *
   * @return false if not, so that a report of it is missing
   */
  boolean unchanged(VirtualInterface v, int count) {
    if (!v.isMisrKnown(count)) {
      report.indeterminate(GIC_5, Reason.TRACE_START);
      return true;
    }
    if (v.line == (Misr.isAsserted(v.hcr, v.misr(count)) ? 1 : 0)) {
      report.consistent(GIC_5);
      return true;
    }
    Suspicion open = v.suspicion;
    if (open == null || open.rule != GIC_5) {
      report.gap(GIC_5);
    }
    return false;
  }

  /** The hypervisor reads EISR or ELRSR, 32 registers of it if there are several. */
  void emptiness(Event e, VirtualInterface v, int count, int first, long value, boolean empty) {
    long known = v.known & VirtualInterface.all(count);
    long computed = empty ? Misr.elrsr(v.lrs, count, v.v3) : Misr.eisr(v.lrs, count, v.v3);
    long mask = (known >>> first) & 0xffff_ffffL;
    long wrong = (computed >>> first ^ value) & mask;
    if (mask == 0) {
      report.indeterminate(GIC_6, Reason.TRACE_START);
    } else if (wrong == 0) {
      report.consistent(GIC_6);
    } else {
      String name = empty ? "ELRSR" : "EISR";
      report.suspected(
          new Contradiction(
              GIC_6,
              e,
              name + " read " + hex(value),
              v,
              -1,
              -1,
              name + " of CPU " + v.cpu + " contradicts the list registers",
              hex(computed >>> first & mask),
              hex(value & mask) + "; " + image(v, count)),
          Long.lowestOneBit(wrong) << first,
          0);
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
      Suspicion open = v.suspicion;
      if (open != null && open.rule == GIC_5 && open.fresh) {
        report.confirmed(v, -1L, -1);
      }
    } else {
      report.suspected(
          new Contradiction(
              GIC_6,
              e,
              "MISR read " + hex(value),
              v,
              -1,
              -1,
              "MISR of CPU " + v.cpu + " contradicts its causes",
              Misr.text(misr) + " (" + hex(misr) + ")",
              Misr.text((int) value) + " (" + hex(value) + "); " + image(v, count)),
          v.inUse(count),
          Suspicion.HCR);
    }
  }

  /** The hypervisor reads HCR. */
  void control(Event e, VirtualInterface v, long value) {
    if (!v.hcrKnown) {
      report.indeterminate(GIC_7, Reason.TRACE_START);
      return;
    }
    if (((v.hcr ^ value) & HCR_CONTROLS) != 0) {
      report.changed(v, 0, Suspicion.HCR);
      report.gap(GIC_7);
      return;
    }
    report.confirmed(v, 0, Suspicion.HCR);
    if (!v.countKnown) {
      report.indeterminate(GIC_7, Reason.TRACE_START);
    } else if (Hcr.eoiCount(v.hcr) == Hcr.eoiCount(value)) {
      report.consistent(GIC_7);
    } else if (v.v3 && v.vmcrKnown && v.isSplit() && Hcr.has(v.hcr, Hcr.TDIR)) {
      // Ends only drop priorities and deactivations are trapped: nothing is there to count.
      report.contradicted(
          new Contradiction(
              GIC_7,
              e,
              "HCR read " + hex(value),
              v,
              -1,
              -1,
              "EOIcount of CPU " + v.cpu + " is not the number of ends that found no list register",
              Integer.toString(Hcr.eoiCount(v.hcr)),
              Integer.toString(Hcr.eoiCount(value))));
    } else {
      report.gap(GIC_7);
    }
  }

  /** The hypervisor reads VMCR. */
  void guestControl(VirtualInterface v, int preemptionBits, long value) {
    if (!v.vmcrKnown) {
      return;
    }
    if (v.vmcrAsRead(preemptionBits) == (v.v3 ? value | VMCR_FIQEN : value)) {
      report.confirmed(v, 0, Suspicion.VMCR);
    } else {
      report.changed(v, 0, Suspicion.VMCR);
      report.gap(GIC_4);
    }
  }

  /** The hypervisor reads active priorities: those of a group that are known, and what they are. */
  void priorities(boolean known, long believed, long value) {
    if (known && believed != value) {
      report.gap(GIC_4);
    }
  }

  /** The interface reports which list register is to be delivered next, -1 for none. */
  void best(VirtualInterface v, int count, int lr) {
    if (v.allKnown(count) && v.vmcrKnown && lr >= -1 && lr != v.highestPending(count)) {
      report.gap(GIC_4);
    }
  }

  /** The value of a GICv2 list register after a write that must be in the log. */
  void entry(VirtualInterface v, int lr, long value) {
    if (v.isKnown(lr) && (v.lrs[lr] ^ value) != 0) {
      report.gap(GIC_3);
    }
  }
}

package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.FoldRules.FOLD_6;
import static org.vgictrace.replay.rule.OverflowRules.UF_1;
import static org.vgictrace.replay.rule.OverflowRules.UF_2;
import static org.vgictrace.replay.rule.OverflowRules.UF_3;
import static org.vgictrace.replay.rule.OverflowRules.UF_4;
import static org.vgictrace.replay.rule.OverflowRules.UF_5;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the control register at entry: which maintenance interrupts are asked for
 * (vgic_v2_set_underflow, vgic_v3_set_underflow before 6.19; vgic_v2_configure_hcr,
 * vgic_v3_configure_hcr since).
 */
final class OverflowChecks {
  private static final int U1 = Ledger.index(UF_1);
  private static final int F6 = Ledger.index(FOLD_6);
  private static final int U2 = Ledger.index(UF_2);
  private static final int U3 = Ledger.index(UF_3);
  private static final int U4 = Ledger.index(UF_4);
  private static final int U5 = Ledger.index(UF_5);

  private static final long LEGACY_ZERO = 0x1fcL;
  private static final long OVERFLOW_BITS = Hcr.UIE | Hcr.LRENPIE | Hcr.NPIE;
  private static final long GROUP_BITS = 0xf0;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  OverflowChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Judges the entry image held by the vCPU. */
  void judge(Event e, VcpuState v) {
    if (v.inHcr < 0) {
      return;
    }
    ledger.beginTransition();
    if (machine.profile.isEoiCount()) {
      eoiCount(e, v);
    } else if (machine.profile.isLegacy()) {
      legacy(e, v);
    } else {
      ledger.indeterminate(U1, Reason.UNKNOWN_VERSION);
    }
    ledger.endTransition();
  }

  /**
   * The underflow interrupt is requested: the previous fold must have switched it off (INV-FOLD-6).
   *
   * @param hcr HCR image before the request, -1 if not recorded
   */
  void requested(Event e, VcpuState v, long hcr) {
    ledger.beginTransition();
    if (hcr < 0) {
      ledger.indeterminate(F6, Reason.NO_LR_IMAGE);
    } else if ((hcr & Hcr.UIE) == 0) {
      ledger.consistent(F6);
    } else {
      reporter.violated(
          F6,
          Strength.HARD,
          e,
          "set_underflow hcr=" + Reporter.hex(hcr),
          v,
          -1,
          "The underflow interrupt was still enabled from an earlier entry.",
          "UIE=0 before it is requested",
          "HCR " + Reporter.hex(hcr) + ": " + Hcr.text(hcr, machine.isV3()));
    }
    ledger.endTransition();
  }

  private void legacy(Event e, VcpuState v) {
    long hcr = v.inHcr;
    boolean uie = (hcr & Hcr.UIE) != 0;
    if ((hcr & Hcr.EN) == 0 && v.used > 0) {
      wrong(U4, e, v, "Interrupts enter the guest with the interface switched off.", "En=1");
    } else if ((hcr & Hcr.EN) == 0 && v.enabledTs != 0) {
      // Nothing ever takes the bit out of the image again.
      reporter.violated(
          U4,
          Strength.SOFT,
          e,
          reporter.image("entry image", v.in, v.used, v.inHcr),
          v,
          -1,
          "The interface was switched off again.",
          "En=1, as at an earlier entry",
          "HCR " + Reporter.hex(hcr) + ": " + Hcr.text(hcr, machine.isV3()),
          new EventRef(v.enabledSeq, v.enabledTs, v.inCpu, "entry image with En=1"));
    } else if ((hcr & LEGACY_ZERO) != 0 || Hcr.eoiCount(hcr) != 0) {
      wrong(
          U4, e, v, "HCR has bits set that no kernel before 6.19 sets.", "bits 8:2 and 31:27 zero");
    } else {
      ledger.consistent(U4);
      v.enabledSeq = (hcr & Hcr.EN) != 0 ? e.seq : v.enabledSeq;
      v.enabledTs = (hcr & Hcr.EN) != 0 ? e.ts : v.enabledTs;
    }
    if (v.underflow && !uie) {
      EventRef request = new EventRef(v.underflowSeq, v.underflowTs, e.cpu, "set_underflow");
      wrong(
          U1, e, v, "The underflow interrupt was requested but is not enabled.", "UIE=1", request);
    } else if (uie && v.used == 0) {
      // The fold that sets the count to none switches it off first.
      wrong(
          U1,
          e,
          v,
          "The underflow interrupt is enabled although no list register is in use.",
          "UIE=0");
    } else if (uie && machine.lrs >= 0 && v.used < machine.lrs) {
      wrong(
          U1,
          e,
          v,
          "The underflow interrupt is enabled although list registers are free.",
          "UIE=0 with " + v.used + " of " + machine.lrs + " list registers in use");
    } else if (!uie && v.used > 0 && v.used == machine.lrs) {
      fullWithoutUnderflow(e, v);
    } else if (v.used > 0 && machine.lrs < 0) {
      ledger.indeterminate(U1, Reason.CONFIG);
    } else if (uie && !v.underflow && machine.shows(Observation.UNDERFLOW)) {
      ledger.indeterminate(U1, Reason.PROBE_MISSING);
    } else {
      ledger.consistent(U1);
    }
  }

  /**
   * Every register in use and no underflow interrupt: right only if nothing deliverable is left
   * outside.
   */
  private void fullWithoutUnderflow(Event e, VcpuState v) {
    IrqState outside = v.firstOutside;
    if (outside != null) {
      v.inHcrTainted = true;
      reporter.violated(
          U1,
          Strength.SOFT,
          e,
          reporter.image("entry image", v.in, v.used, v.inHcr),
          v,
          Integer.toUnsignedLong(outside.intid),
          "Interrupts wait outside the list registers and the underflow interrupt is off.",
          "UIE=1",
          "UIE=0, outside: " + outside.text(),
          Reporter.snapshotRef(outside));
    } else if (v.vm != null && v.vm.fromCreation) {
      ledger.consistent(U1);
    } else {
      ledger.indeterminate(U1, Reason.TRACE_START);
    }
  }

  /**
   * Whether the interrupts that were counted are those that were populated. Each is looked at
   * twice, and may change in between.
   */
  private boolean isCounted(VcpuState v) {
    int populated = v.populated();
    if (v.nrPend + v.nrAct > machine.lrs || populated != v.used) {
      return true;
    }
    int sgis = 0;
    for (int k = 0; k < v.used; k++) {
      IrqState irq = v.popIrq[k];
      sgis += irq != null && irq.isSgi() ? 1 : 0;
    }
    return v.nrPend + v.nrAct == populated && v.nrSgi == sgis;
  }

  private void eoiCount(Event e, VcpuState v) {
    if (v.hcrConfig && machine.lrs > 0 && !isCounted(v)) {
      ledger.indeterminate(U2, Reason.RACE_WINDOW);
    }
    overflowBits(e, v);
    groupBits(e, v);
    if (machine.isV3()) {
      if ((v.inHcr & Hcr.LRENPIE) != 0 && (v.inHcr & Hcr.TDIR) == 0) {
        wrong(
            U5,
            e,
            v,
            "Deactivations outside the list registers are counted but not trapped.",
            "TDIR=1");
      } else {
        ledger.consistent(U5);
      }
    }
  }

  private void overflowBits(Event e, VcpuState v) {
    long hcr = v.inHcr;
    if (!v.hcrConfig || machine.lrs < 0) {
      boolean uie = (hcr & Hcr.UIE) != 0;
      if ((hcr & Hcr.EN) == 0 && v.used > 0) {
        wrong(U2, e, v, "Interrupts enter the guest with the interface switched off.", "En=1");
      } else if (!uie && (hcr & (Hcr.LRENPIE | Hcr.NPIE)) != 0) {
        wrong(
            U2, e, v, "Overflow interrupts are enabled without the underflow interrupt.", "UIE=1");
      } else if (uie && machine.lrs >= 0 && v.used != machine.lrs) {
        wrong(
            U2,
            e,
            v,
            "The underflow interrupt is enabled although list registers are free.",
            "UIE=0");
      } else {
        ledger.indeterminate(U2, machine.lrs < 0 ? Reason.CONFIG : Reason.PROBE_MISSING);
      }
      return;
    }
    long want = 0;
    int deliverable = v.nrPend + v.nrAct;
    if (deliverable > machine.lrs) {
      want |= Hcr.UIE;
      want |= v.nrAct > 0 ? Hcr.LRENPIE : 0;
    }
    want |= v.nrPend > machine.lrs ? Hcr.NPIE : 0;
    if ((hcr & Hcr.EN) == 0 || (hcr & OVERFLOW_BITS) != want) {
      wrong(
          U2,
          e,
          v,
          "The overflow interrupts do not fit the number of deliverable interrupts.",
          Hcr.text(want | Hcr.EN, machine.isV3()) + " for " + counts(v),
          configRef(v));
    } else {
      ledger.consistent(U2);
    }
  }

  private void groupBits(Event e, VcpuState v) {
    if (v.inVmcr < 0) {
      ledger.indeterminate(U3, Reason.NO_LR_IMAGE);
      return;
    }
    long want = (v.inVmcr & 1) != 0 ? Hcr.VGRP0DIE : Hcr.VGRP0EIE;
    want |= (v.inVmcr & 2) != 0 ? Hcr.VGRP1DIE : Hcr.VGRP1EIE;
    if ((v.inHcr & GROUP_BITS) != want) {
      wrong(
          U3,
          e,
          v,
          "The group enable interrupts do not fit the group enables.",
          Hcr.text(want, machine.isV3()) + " for VMCR " + Reporter.hex(v.inVmcr));
      return;
    }
    if (machine.isV3() && v.hcrConfig) {
      boolean wanted = v.nrSgi == 0;
      if ((v.inHcr & Hcr.VSGIEOICOUNT) != 0 != wanted) {
        wrong(
            U3,
            e,
            v,
            "vSGIEOICount does not fit the number of SGIs.",
            "vSGIEOICount=" + (wanted ? 1 : 0) + " for " + counts(v),
            configRef(v));
        return;
      }
    }
    ledger.consistent(U3);
  }

  private static String counts(VcpuState v) {
    return v.nrPend + " pending, " + v.nrAct + " active, " + v.nrSgi + " SGIs";
  }

  private static EventRef configRef(VcpuState v) {
    return new EventRef(v.hcrConfigSeq, v.hcrConfigTs, v.inCpu, "configure_hcr " + counts(v));
  }

  private void wrong(
      int rule, Event e, VcpuState v, String message, String expected, EventRef... because) {
    v.inHcrTainted = true;
    reporter.violated(
        rule,
        because.length > 0 ? Strength.PAIR : machine.lrsStrength(),
        e,
        reporter.image("entry image", v.in, v.used, v.inHcr),
        v,
        -1,
        message,
        expected,
        "HCR " + Reporter.hex(v.inHcr) + ": " + Hcr.text(v.inHcr, machine.isV3()),
        because);
  }
}

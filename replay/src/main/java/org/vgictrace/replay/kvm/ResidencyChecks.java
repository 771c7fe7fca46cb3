package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.FoldRules.FOLD_7;
import static org.vgictrace.replay.rule.ResidencyRules.HW_1;
import static org.vgictrace.replay.rule.ResidencyRules.HW_2;
import static org.vgictrace.replay.rule.ResidencyRules.HW_3;
import static org.vgictrace.replay.rule.ResidencyRules.HW_4;
import static org.vgictrace.replay.rule.ResidencyRules.HW_5;
import static org.vgictrace.replay.rule.ResidencyRules.HW_6;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges what happened to the list registers while the guest ran: only what hardware can do (Arm
 * IHI 0069, "Virtual interrupt handling": acknowledge, end of interrupt, deactivation).
 */
final class ResidencyChecks {
  private static final int H1 = Ledger.index(HW_1);
  private static final int H2 = Ledger.index(HW_2);
  private static final int F7 = Ledger.index(FOLD_7);

  private static final int KICK_VCPU = Kind.KICK.column("vcpu");
  private static final int KICK_MODE = Kind.KICK.column("mode");
  private static final int OUTSIDE_GUEST_MODE = 0;
  private static final int IN_GUEST = 1;

  /** By then a vCPU that was leaving the guest has read its list registers. */
  private static final long LEAVING_NS = 1_000_000;

  private static final int H3 = Ledger.index(HW_3);
  private static final int H4 = Ledger.index(HW_4);
  private static final int H5 = Ledger.index(HW_5);
  private static final int H6 = Ledger.index(HW_6);

  private static final long EOI_COUNT_MASK = 0xf800_0000L;

  /** Per entry state the set of exit states, as bits. */
  private static final int[] REACHABLE = {
    1 << Lr.STATE_INACTIVE,
    1 << Lr.STATE_PENDING | 1 << Lr.STATE_ACTIVE | 1 << Lr.STATE_INACTIVE,
    1 << Lr.STATE_ACTIVE | 1 << Lr.STATE_INACTIVE,
    0xf
  };

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  ResidencyChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Judges the exit image against the entry image of the same residency. */
  void judge(Event e, VcpuState v) {
    int n = Math.min(v.used, Math.min(v.inRecorded, v.outRecorded));
    for (int k = 0; k < n; k++) {
      ledger.beginTransition();
      register(e, v, k);
      ledger.endTransition();
    }
    ledger.beginTransition();
    halted(e, v);
    untouched(e, v);
    eoiCount(e, v);
    groupOff(e, v, n);
    ledger.endTransition();
  }

  /** Without an entry image nothing can be said. */
  void undecided(VcpuState v) {
    for (int k = 0; k < Math.min(v.used, v.outRecorded); k++) {
      ledger.beginTransition();
      ledger.indeterminate(H1, Reason.NO_LR_IMAGE);
      ledger.indeterminate(H2, Reason.NO_LR_IMAGE);
      ledger.endTransition();
    }
  }

  private void register(Event e, VcpuState v, int k) {
    if ((v.inTainted >>> k & 1) != 0) {
      v.outTainted |= 1 << k;
      return;
    }
    long in = v.in[k];
    long out = v.out[k];
    boolean v3 = machine.isV3();
    long mask = ~Lr.stateMask(v3);
    if ((in & mask) != (out & mask)) {
      v.outTainted |= 1 << k;
      wrong(H2, e, v, k, "A list register changed outside its state field while the guest ran.");
      return;
    }
    ledger.consistent(H2);
    int from = Lr.state(in, v3);
    int to = Lr.state(out, v3);
    if ((REACHABLE[from] >>> to & 1) == 0) {
      v.outTainted |= 1 << k;
      wrong(
          H1,
          e,
          v,
          k,
          "A list register went from "
              + Lr.stateName(from)
              + " to "
              + Lr.stateName(to)
              + ", which no guest can cause.");
      return;
    }
    ledger.consistent(H1);
  }

  /** A vCPU is kicked: {@code vcpu->mode} tells whether it runs the guest. */
  void kick(Event e) {
    VcpuState v = machine.vcpuAt(e.get(KICK_VCPU, 0));
    if (v != null && v.unhaltedIntid >= 0 && e.getInt(KICK_MODE, OUTSIDE_GUEST_MODE) == IN_GUEST) {
      v.unhaltedInside = true;
    }
  }

  /**
   * The active state of an interrupt in the list registers was written while the guest ran on
   * (INV-FOLD-7). A vCPU is out of the guest for {@code kvm_arm_halt_guest} as soon as its mode
   * says so, which is shortly before its list registers are read; a host that stalls in between
   * loses the write, and no event tells it from a vCPU that ran on. A kick that finds it in the
   * guest does.
   */
  private void halted(Event e, VcpuState v) {
    int intid = v.unhaltedIntid;
    v.unhaltedIntid = -1;
    if (intid >= 0 && e.ts - v.unhaltedTs > LEAVING_NS) {
      reporter.violated(
          F7,
          v.unhaltedInside ? Strength.SOFT : Strength.ABSENCE,
          e,
          reporter.image("exit image", v.out, v.used, v.outHcr),
          v,
          intid,
          "The active state of an interrupt was written while a vCPU ran with it.",
          "the vCPU leaves the guest first",
          "its list registers read back " + (e.ts - v.unhaltedTs) / 1000 + " us later",
          reporter.entryRef(v));
    }
  }

  private void untouched(Event e, VcpuState v) {
    int used = e.getInt(LrImage.USED_LRS, v.used);
    if (used != v.used && v.inTainted == 0) {
      reporter.violated(
          H3,
          Strength.PAIR,
          e,
          reporter.image("exit image", v.out, v.outRecorded, used, v.outHcr),
          v,
          -1,
          "The number of list registers in use changed while the guest ran.",
          "used_lrs = " + v.used,
          "used_lrs = " + used,
          reporter.entryRef(v));
      return;
    }
    int end = Math.min(v.inRecorded, v.outRecorded);
    if (machine.lrs >= 0) {
      end = Math.min(end, machine.lrs);
    }
    if (v.used >= end) {
      return;
    }
    for (int k = v.used; k < end; k++) {
      if ((v.inTainted >>> k & 1) == 0 && v.in[k] != v.out[k]) {
        wrong(H3, e, v, k, "A list register that was not in use changed while the guest ran.");
        return;
      }
    }
    ledger.consistent(H3);
  }

  private void eoiCount(Event e, VcpuState v) {
    if (v.outHcr < 0 || v.inHcr < 0 || v.inHcrTainted) {
      return;
    }
    int count = Hcr.eoiCount(v.outHcr);
    boolean allowed = machine.profile.isEoiCount() && (v.inHcr & Hcr.LRENPIE) != 0;
    if (count > 0 && !allowed) {
      if (!machine.profile.isKnown()) {
        ledger.indeterminate(H5, Reason.UNKNOWN_VERSION);
        return;
      }
      wrongHcr(
          e,
          v,
          "EOIcount was read back although nobody asked for it.",
          "EOIcount=0 without LRENPIE");
    } else if ((v.outHcr & ~EOI_COUNT_MASK) != (v.inHcr & ~EOI_COUNT_MASK)) {
      wrongHcr(
          e,
          v,
          "The control register image changed while the guest ran.",
          "HCR " + Hcr.text(v.inHcr, machine.isV3()) + " but for EOIcount");
    } else {
      ledger.consistent(H5);
    }
  }

  private void wrongHcr(Event e, VcpuState v, String message, String expected) {
    reporter.violated(
        H5,
        Strength.PAIR,
        e,
        reporter.image("exit image", v.out, v.used, v.outHcr),
        v,
        -1,
        message,
        expected,
        "HCR " + Reporter.hex(v.outHcr) + ": " + Hcr.text(v.outHcr, machine.isV3()),
        reporter.entryRef(v));
  }

  /** INV-HW-6: only since 6.19 is VMCR current at exit. */
  private void groupOff(Event e, VcpuState v, int n) {
    if (!machine.profile.isEoiCount() || v.inVmcr < 0 || v.outVmcr < 0) {
      return;
    }
    for (int k = 0; k < n; k++) {
      boolean taken =
          Lr.state(v.in[k], machine.isV3()) == Lr.STATE_PENDING
              && Lr.state(v.out[k], machine.isV3()) != Lr.STATE_PENDING;
      if (!taken || (v.outTainted >>> k & 1) != 0) {
        continue;
      }
      int group = Lr.group(v.in[k], machine.isV3());
      if (((v.inVmcr | v.outVmcr) >>> group & 1) == 0) {
        wrong(H6, e, v, k, "An interrupt of a disabled group was taken.");
        return;
      }
      ledger.consistent(H6);
    }
  }

  /** A fold without an entry: what was populated must still be there (INV-HW-4). */
  void cancelled(VcpuState v) {
    v.cancelledDiffers = false;
    for (int k = 0; k < v.outRecorded; k++) {
      if ((v.popMask >>> k & 1) != 0 && v.popExact[k] && v.popValue[k] != v.out[k]) {
        v.cancelledDiffers = true;
        v.cancelledLr = k;
        v.outTainted |= 1 << k;
        return;
      }
    }
    if (v.popMask != 0) {
      ledger.beginTransition();
      ledger.consistent(H4);
      ledger.endTransition();
    }
  }

  /** No exit followed a cancelled entry, so it was one; now its difference counts. */
  void cancelledForSure(Event e, VcpuState v) {
    if (!v.cancelledDiffers) {
      return;
    }
    v.cancelledDiffers = false;
    int k = v.cancelledLr;
    ledger.beginTransition();
    reporter.violated(
        H4,
        Strength.SOFT,
        e,
        "the entry was cancelled",
        v,
        Lr.intid(v.out[k], machine.isV3(), machine.isV2Guest(v)),
        "A list register changed although the guest was not entered.",
        reporter.lr(v, k, v.popValue[k]),
        reporter.lr(v, k, v.out[k]),
        reporter.exitRef(v),
        reporter.populationRef(v, k));
    ledger.endTransition();
  }

  private void wrong(int rule, Event e, VcpuState v, int k, String message) {
    EventRef[] because = {reporter.entryRef(v)};
    reporter.violated(
        rule,
        Strength.PAIR,
        e,
        reporter.lr(v, k, v.out[k]),
        v,
        Lr.intid(v.in[k] != 0 ? v.in[k] : v.out[k], machine.isV3(), machine.isV2Guest(v)),
        message,
        "from " + reporter.lr(v, k, v.in[k]),
        "to " + reporter.lr(v, k, v.out[k]),
        because);
  }
}

package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.MaintenanceRules.MAINT_1;
import static org.vgictrace.replay.rule.MaintenanceRules.MAINT_2;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;

/** Judges whether a maintenance interrupt has a cause in the latest residency on its CPU. */
final class MaintenanceChecks {
  private static final int M1 = Ledger.index(MAINT_1);
  private static final int M2 = Ledger.index(MAINT_2);

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  MaintenanceChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** The maintenance interrupt handler runs on the event's CPU. */
  void handler(Event e) {
    ledger.exercised(Transition.MAINT_1);
    VcpuState v = latestOn(e.cpu);
    ledger.beginTransition();
    if (v == null || !v.exitValid || v.outHcr < 0 || machine.host == 0) {
      ledger.indeterminate(M1, Reason.NO_LR_IMAGE);
      ledger.endTransition();
      return;
    }
    int causes =
        Misr.misr(v.outHcr, v.out, Math.min(v.used, v.outRecorded), v.outVmcr, machine.isV3());
    if (causes == 0) {
      reporter.violated(
          M1,
          Strength.SOFT,
          e,
          "maintenance interrupt",
          v,
          -1,
          "A maintenance interrupt was taken that nothing asked for.",
          "a cause in the list registers or the control register",
          "none in the exit image",
          reporter.exitRef(v));
    } else {
      ledger.consistent(M1);
      if (machine.profile.isLegacy()) {
        if ((causes & ~(Misr.EOI | Misr.U)) == 0) {
          ledger.consistent(M2);
        } else {
          impossible(e, v, causes);
        }
      }
    }
    ledger.endTransition();
  }

  private void impossible(Event e, VcpuState v, int causes) {
    reporter.violated(
        M2,
        Strength.PAIR,
        e,
        "maintenance interrupt",
        v,
        -1,
        "A maintenance interrupt has a cause that no kernel before 6.19 asks for.",
        "end of interrupt or underflow",
        Misr.text(causes),
        reporter.exitRef(v));
  }

  private @Nullable VcpuState latestOn(int cpu) {
    VcpuState latest = null;
    for (VcpuState v : machine.vcpus()) {
      if (v.cpu == cpu && (latest == null || v.lastTs > latest.lastTs)) {
        latest = v;
      }
    }
    return latest;
  }
}

package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.LVL_1;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Follows pending states through list register images where populations and folds are not recorded
 * one by one.
 *
 * <pre>
 *   edge:  latch --entry image, pending--> register --exit image--> taken, or back in the latch
 *   level: pending in an entry image only while the line is high or the latch set
 * </pre>
 */
final class PendingChecks {
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int E2 = Ledger.index(EDGE_2);
  private static final int L1 = Ledger.index(LVL_1);

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  PendingChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** An entry image was read. */
  void entered(Event e, VcpuState v) {
    int n = Math.min(v.used, v.inRecorded);
    for (int k = 0; k < n; k++) {
      if ((v.popMask >>> k & 1) != 0) {
        continue;
      }
      IrqState irq = inRegister(v, v.in[k]);
      if (irq == null) {
        continue;
      }
      ledger.beginTransition();
      if (Lr.isPending(v.in[k], machine.isV3())) {
        pending(e, v, irq, k);
      }
      ledger.endTransition();
      irq.belief.forget(Belief.SOURCE);
      if (!irq.isNot(IrqState.HW)) {
        irq.belief.forget(IrqState.LEVEL);
      }
    }
  }

  private @Nullable IrqState inRegister(VcpuState v, long lr) {
    long intid = Lr.intid(lr, machine.isV3(), machine.isV2Guest(v));
    IrqState irq = intid >= 0 && intid <= Integer.MAX_VALUE ? machine.known((int) intid, v) : null;
    if (irq != null) {
      irq.belief.refresh(irq.vm);
    }
    return irq;
  }

  private void pending(Event e, VcpuState v, IrqState irq, int k) {
    Belief belief = irq.belief;
    boolean trigger = (belief.known & IrqState.LEVEL_SENSITIVE) != 0;
    boolean edge = trigger && (belief.bits & IrqState.LEVEL_SENSITIVE) == 0;
    boolean software = (belief.known & ~belief.bits & IrqState.HW) != 0;
    boolean latch = (belief.bits & belief.known & IrqState.PENDING) != 0;
    boolean noLatch = (belief.known & ~belief.bits & IrqState.PENDING) != 0;
    boolean certain = isCertain(irq);
    if (edge) {
      if (latch) {
        ledger.consistent(E1);
        ledger.consistent(E2);
      } else if (!noLatch || !certain || irq.isLpi()) {
        ledger.indeterminate(E2, Reason.NO_IRQ_SNAPSHOT);
      } else {
        wrong(E2, e, v, irq, k, "An edge is delivered that nobody caused.", "an edge first");
      }
      // An edge that comes now is an event still to come.
      if (belief.injectorPid == IrqState.NOBODY && belief.writing == 0 && !irq.isSgi()) {
        belief.known |= IrqState.PENDING;
        belief.bits &= ~IrqState.PENDING;
      } else {
        belief.forget(IrqState.PENDING);
      }
    } else if (trigger && software) {
      boolean line = (belief.bits & belief.known & IrqState.LEVEL) != 0;
      boolean noLine = (belief.known & ~belief.bits & IrqState.LEVEL) != 0;
      if (line || latch) {
        ledger.consistent(L1);
      } else if (!noLine || !noLatch || !certain) {
        ledger.indeterminate(L1, Reason.NO_IRQ_SNAPSHOT);
      } else {
        wrong(
            L1,
            e,
            v,
            irq,
            k,
            "A level interrupt is delivered whose line is low.",
            "line=1 or pending=1 first");
      }
    }
  }

  /** Whether everything that could make it pending is recorded. */
  private boolean isCertain(IrqState irq) {
    VmState vm = irq.vm;
    boolean raises = irq.isSgi() ? machine.showsSgis : machine.showsInject;
    return vm != null
        && (irq.inLrOf == null || !machine.shows(Observation.FOLD_SNAPSHOT))
        && raises
        && machine.isRunning(vm)
        && machine.shows(Observation.QUEUE)
        && machine.shows(Observation.DISTRIBUTOR)
        && machine.showsAccesses
        && !machine.isAnyWriteUnknown(vm);
  }

  private void wrong(
      int rule, Event e, VcpuState v, IrqState irq, int k, String message, String expected) {
    Belief belief = irq.belief;
    reporter.violated(
        rule,
        Strength.SOFT,
        e,
        reporter.lr(v, k, v.in[k]),
        v,
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        reporter.lr(v, k, v.in[k]),
        new EventRef(
            belief.seq,
            belief.ts,
            belief.cpu,
            belief.text(IrqState.PENDING) + " " + belief.text(IrqState.LEVEL)));
    belief.forget(IrqState.PENDING | IrqState.LEVEL);
  }

  /** An exit image was read: what its registers hold goes back into the interrupts. */
  void left(VcpuState v) {
    int n = Math.min(v.used, v.outRecorded);
    boolean v3 = machine.isV3();
    for (int k = 0; k < n; k++) {
      IrqState irq = inRegister(v, v.out[k]);
      if (irq == null) {
        continue;
      }
      Belief belief = irq.belief;
      belief.forget(IrqState.ACTIVE | Belief.SOURCE);
      if (!irq.isNot(IrqState.HW)) {
        belief.forget(IrqState.LEVEL);
      }
      boolean edge = (belief.known & ~belief.bits & IrqState.LEVEL_SENSITIVE) != 0;
      if (!edge) {
        belief.forget(IrqState.PENDING);
      } else if (Lr.isPending(v.out[k], v3)) {
        belief.known |= IrqState.PENDING;
        belief.bits |= IrqState.PENDING;
      }
    }
  }
}

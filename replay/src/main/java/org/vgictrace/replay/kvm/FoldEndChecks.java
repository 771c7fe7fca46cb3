package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.FoldRules.FOLD_1;
import static org.vgictrace.replay.rule.FoldRules.FOLD_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_3;
import static org.vgictrace.replay.rule.FoldRules.FOLD_4;
import static org.vgictrace.replay.rule.FoldRules.FOLD_5;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * Judges what the fold of one list register leaves behind, seen when the reference to its interrupt
 * is dropped (vgic_put_irq): the state that resampling was given, and the sources of an SGI.
 *
 * <p>The interrupt's lock is free by then, so another thread may have changed the state. Its access
 * or queueing attempt is then in the recording.
 */
final class FoldEndChecks {
  private static final int F1 = Ledger.index(FOLD_1);
  private static final int F2 = Ledger.index(FOLD_2);
  private static final int F3 = Ledger.index(FOLD_3);
  private static final int F4 = Ledger.index(FOLD_4);
  private static final int F5 = Ledger.index(FOLD_5);

  private static final long VMCR_EOI_MODE = 1 << 9;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  FoldEndChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** The reference taken for a fold is dropped; the event shows the interrupt after resampling. */
  void put(Event e, VcpuState v, IrqState irq) {
    strange(e, v, irq);
    int k = v.lastFolded;
    if (k < 0 || !FoldChecks.isFolding(v) || intid(v, k) != Integer.toUnsignedLong(irq.intid)) {
      return;
    }
    v.lastFolded = -1;
    if ((v.outTainted >>> k & 1) != 0) {
      return;
    }
    unchanged(e, v, irq, k);
    if (irq.isSgi() && machine.isV2Guest(v)) {
      source(e, v, irq, k);
    }
  }

  /**
   * The fold of a register ends before it began, or ends twice: an event between is missing, or was
   * recorded elsewhere.
   */
  private void strange(Event e, VcpuState v, IrqState irq) {
    if (v.phase != VcpuState.Phase.FOLDING
        || !machine.shows(Observation.FOLD_SNAPSHOT)
        || e.isInInterrupt()) {
      return;
    }
    int n = Math.min(v.used, v.outRecorded);
    for (int k = 0; k < n; k++) {
      if (intid(v, k) == Integer.toUnsignedLong(irq.intid)) {
        // Whoever is told of the end may inject it again at once.
        boolean early = (v.foldMask >>> k & 1) == 0 && (v.ackMask >>> k & 1) == 0;
        if (irq.own == v.pointer) {
          // The prune drops references of what has left the list only.
          v.endMask |= 1 << k;
        }
        boolean again = v.lastFolded != k && irq.own == v.pointer && (v.ackMask >>> k & 1) == 0;
        if (early || again) {
          ledger.indeterminate(F1, Reason.PROBE_MISSING);
        }
        return;
      }
    }
  }

  private long intid(VcpuState v, int k) {
    return Lr.intid(v.out[k], machine.isV3(), machine.isV2Guest(v));
  }

  /** The state at the end is that of the fold, unless somebody else was at work. */
  private void unchanged(Event e, VcpuState v, IrqState irq, int k) {
    int both = irq.known & v.foldedKnown;
    int changed = (irq.bits ^ v.foldedBits) & both & (IrqState.ACTIVE | IrqState.PENDING);
    if (irq.isLpi()) {
      // Messages make it pending, and they need no probe; only a fold makes it active.
      changed &= IrqState.ACTIVE;
    }
    if (changed == 0
        || machine.accesses.isChanging(irq)
        || !machine.shows(Observation.DISTRIBUTOR) && !isUndisturbed(v)) {
      return;
    }
    boolean active = (changed & IrqState.ACTIVE) != 0;
    if (!active
        && (!machine.shows(Observation.QUEUE)
            || irq.mayBeRaisedSince(Long.MAX_VALUE, v.foldedTs - machine.skewNs)
            || !irq.isKnown(IrqState.LEVEL_SENSITIVE))) {
      return;
    }
    int rule = active ? F2 : irq.is(IrqState.LEVEL_SENSITIVE) ? F4 : F3;
    String name = active ? "active" : "pending";
    boolean before = (v.foldedBits & changed & (active ? IrqState.ACTIVE : IrqState.PENDING)) != 0;
    violated(
        rule,
        e,
        v,
        irq,
        "The " + name + " state at the end of the fold is not what the fold made it.",
        name + "=" + (before ? 1 : 0) + ", from " + reporter.lr(v, k, v.out[k]),
        irq.text());
    irq.forget(changed);
    irq.pendingFromFold = false;
  }

  /**
   * Whether no vCPU can be about to change active states although no probe shows accesses to the
   * distributor: the guest's accesses to all devices are recorded and it deactivates by EOI.
   */
  private boolean isUndisturbed(VcpuState v) {
    boolean direct = (v.outVmcr & VMCR_EOI_MODE) != 0;
    return machine.showsAccesses
        && !machine.accesses.isAnyOpen()
        && (machine.profile.isLegacy() || v.outVmcr >= 0 && !direct);
  }

  /** INV-FOLD-5. */
  private void source(Event e, VcpuState v, IrqState irq, int k) {
    if (irq.source < 0 || irq.activeSource < 0) {
      ledger.indeterminate(F5, Reason.NO_IRQ_SNAPSHOT);
      return;
    }
    long out = v.out[k];
    int cpuid = Lr.source(out);
    boolean lost = Lr.isPending(out, machine.isV3()) && (irq.source >>> cpuid & 1) == 0;
    boolean wrong = Lr.isActive(out, machine.isV3()) && irq.activeSource != cpuid;
    if (lost || wrong) {
      violated(
          F5,
          e,
          v,
          irq,
          "The source of an SGI did not survive the fold.",
          "source " + cpuid + ", as in " + reporter.lr(v, k, out),
          "source=0x" + Integer.toHexString(irq.source) + " active_source=" + irq.activeSource);
    } else {
      ledger.consistent(F5);
    }
  }

  private void violated(
      int rule,
      Event e,
      VcpuState v,
      IrqState irq,
      String message,
      String expected,
      String observed) {
    irq.belief.forget(IrqState.PENDING | IrqState.ACTIVE | IrqState.LEVEL | Belief.SOURCE);
    reporter.violated(
        rule,
        Strength.SOFT,
        e,
        "put " + irq.text(),
        v,
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        observed,
        reporter.exitRef(v));
  }
}

package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.LVL_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges snapshots in which an interrupt has become active or pending, or ceased to be, against the
 * one before.
 *
 * <p>Only a fold or an access makes an interrupt active. Whoever makes it pending tries to queue it
 * under the same lock, so the attempt to queue it for any other purpose cannot be the first to show
 * it. A snapshot at the dropping of a reference takes no lock and may show it before the attempt.
 */
final class GainChecks {
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int E2 = Ledger.index(EDGE_2);
  private static final int L2 = Ledger.index(LVL_2);
  private static final int F7 = Ledger.index(FOLD_7);

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** The state before the snapshot that is judged. */
  private boolean wasInactive;

  private boolean wasActive;
  private boolean wasIdle;
  private boolean wasPending;
  private boolean isQuiet;
  private long beforeSeq;
  private long beforeTs;
  private int beforeCpu;

  GainChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** A snapshot is about to be taken over. */
  void before(Kind kind, Event e, IrqState irq) {
    boolean turned = turns(e, irq, Snapshot.ACTIVE, IrqState.ACTIVE);
    turned |= turns(e, irq, Snapshot.PENDING, IrqState.PENDING);
    if (!turned) {
      wasInactive = false;
      wasActive = false;
      wasPending = false;
      wasIdle = false;
      return;
    }
    VmState vm = irq.vm;
    boolean settled =
        vm != null
            && machine.isRunning(vm)
            && irq.epoch == machine.epoch
            && irq.seenSeq >= 0
            && irq.seenGeneration == vm.generation
            && showsFolds(vm)
            && machine.shows(Observation.DISTRIBUTOR)
            && machine.showsAccesses
            && !machine.isAnyWriteUnknown(vm)
            && (!machine.accesses.isChanging(irq) || isConfiguring(e, irq.belief))
            && (irq.seenCpu == e.cpu || e.ts - irq.seenTs > machine.skewNs);
    VcpuState holder = irq.inLrOf;
    boolean folding =
        holder != null && (holder.phase == Phase.FOLDING || holder.phase == Phase.CANCELLED);
    // What a fold leaves behind is judged there.
    VcpuState own = machine.vcpuOfThread(e.pid);
    folding |= own != null && FoldChecks.isFolding(own);
    wasInactive = settled && !folding && irq.isNot(IrqState.ACTIVE);
    wasActive = settled && !folding && irq.is(IrqState.ACTIVE) && irq.isNot(IrqState.HW);
    wasPending = settled && holder == null && !irq.isLpi() && irq.is(IrqState.PENDING);
    wasIdle = settled && holder == null && !irq.isLpi() && irq.isNot(IrqState.PENDING);
    isQuiet = kind == Kind.QUEUE && isQuiet(e, irq);
    beforeSeq = irq.seenSeq;
    beforeTs = irq.seenTs;
    beforeCpu = irq.seenCpu;
  }

  /** Whether the snapshot shows the opposite of what is known of a flag. */
  private static boolean turns(Event e, IrqState irq, int column, int flag) {
    return irq.isKnown(flag) && e.has(column) && irq.is(flag) != ((e.get(column, 0) & 1) == 1);
  }

  /** Whether a fold would be in the recording, or there was nothing to fold yet. */
  private boolean showsFolds(VmState vm) {
    return machine.shows(Observation.FOLD_SNAPSHOT) && machine.shows(Observation.POPULATION)
        || machine.shows(Observation.ENTRY_IMAGE) && vm.fromCreation && !vm.delivers;
  }

  /** Whether the thread has a reason to queue the interrupt that does not make it pending. */
  private boolean isQuiet(Event e, IrqState irq) {
    Belief belief = irq.belief;
    boolean drivesLine =
        belief.injectorPid == e.pid && belief.openInjection && irq.is(IrqState.LEVEL_SENSITIVE);
    return drivesLine
        || isConfiguring(e, belief) && belief.injectorPid == IrqState.NOBODY && !e.isInInterrupt();
  }

  /** Whether the only write under way to it is the thread's own, of neither state. */
  private boolean isConfiguring(Event e, Belief belief) {
    return belief.writerPid == e.pid
        && machine.accesses.isOpen(belief.writerPid, belief.writtenSeq)
        && belief.writing != 0
        && (belief.writing & (IrqState.PENDING | IrqState.ACTIVE)) == 0;
  }

  /** It was taken over. */
  void judge(Kind kind, Event e, IrqState irq) {
    if (wasInactive && irq.is(IrqState.ACTIVE)) {
      violated(
          F7, e, irq, "An interrupt is active that no fold and no write made active.", "active=0");
      irq.belief.forget(IrqState.ACTIVE);
      irq.forget(IrqState.ACTIVE);
    }
    if (wasActive && irq.isNot(IrqState.ACTIVE)) {
      ended(kind, e, irq);
    }
    if (wasPending && irq.isNot(IrqState.PENDING) && kind == Kind.IRQ_PUT) {
      ledger.indeterminate(irq.is(IrqState.LEVEL_SENSITIVE) ? L2 : E1, Reason.RACE_WINDOW);
    }
    if (wasIdle && irq.is(IrqState.PENDING)) {
      int rule = irq.is(IrqState.LEVEL_SENSITIVE) ? L2 : E2;
      if (isQuiet) {
        violated(rule, e, irq, "An interrupt is pending that nobody made pending.", "pending=0");
        irq.belief.forget(IrqState.PENDING);
      } else if (kind == Kind.IRQ_PUT) {
        ledger.indeterminate(rule, Reason.RACE_WINDOW);
      }
    }
  }

  /** It is not active any more; a deactivation without a register may not be recorded yet. */
  private void ended(Kind kind, Event e, IrqState irq) {
    if (machine.profile.isLegacy() && (kind == Kind.QUEUE || irq.inLrOf == null)) {
      violated(
          F7,
          e,
          irq,
          "An interrupt is active no more that no fold and no write deactivated.",
          "active=1");
      irq.belief.forget(IrqState.ACTIVE);
      irq.forget(IrqState.ACTIVE);
    } else {
      ledger.indeterminate(F7, Reason.RACE_WINDOW);
    }
  }

  private void violated(int rule, Event e, IrqState irq, String message, String expected) {
    reporter.violated(
        rule,
        Strength.SOFT,
        e,
        "state " + irq.text(),
        machine.vcpuAt(irq.target),
        Integer.toUnsignedLong(irq.intid),
        message,
        expected + ", as before",
        irq.text(),
        new EventRef(beforeSeq, beforeTs, beforeCpu, "state with " + expected));
  }
}

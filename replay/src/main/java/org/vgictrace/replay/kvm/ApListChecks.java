package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.ApListRules.AP_1;
import static org.vgictrace.replay.rule.ApListRules.AP_3;
import static org.vgictrace.replay.rule.ApListRules.AP_4;
import static org.vgictrace.replay.rule.ApListRules.AP_5;
import static org.vgictrace.replay.rule.ApListRules.AP_6;
import static org.vgictrace.replay.rule.LpiRules.REF_1;
import static org.vgictrace.replay.rule.LpiRules.REF_3;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Follows which interrupt is on whose ap_list, from every snapshot that shows an owner
 * (vgic_queue_irq_unlock, vgic_prune_ap_list).
 */
final class ApListChecks {
  private static final int A1 = Ledger.index(AP_1);
  private static final int A3 = Ledger.index(AP_3);
  private static final int A4 = Ledger.index(AP_4);
  private static final int A5 = Ledger.index(AP_5);
  private static final int A6 = Ledger.index(AP_6);

  private static final int R1 = Ledger.index(REF_1);
  private static final int R3 = Ledger.index(REF_3);
  private static final int REFS = Kind.IRQ_PUT.column("refs");
  private static final int QUEUED = Kind.QUEUE_RET.column("queued");

  /** The latest queueing attempt of a CPU. */
  private static final class Attempt {
    /** The interrupt until it returns, or until another attempt. */
    @Nullable IrqState irq;

    /** The interrupt. */
    @Nullable IrqState tried;

    /** The interrupt whose reference the CPU dropped last, and where. */
    @Nullable IrqState dropped;

    long droppedSeq;
    int droppedPid;

    int pid;
    int cpu;
    long seq;
    long ts;
    long own;
    long target;
    int known;
    int bits;

    /** Whether the interrupt's state is still that of the attempt, as far as was seen. */
    boolean isCurrent(IrqState now) {
      return now.known == known && now.bits == bits && now.target == target;
    }
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Continuity continuity;
  private final GainChecks gains;
  private final InjectionChecks injections;
  private final PruneChecks prunes;
  private final Ledger ledger;
  private final FoldEndChecks fold;
  private final Int2ObjectHashMap<Attempt> attemptByCpu = new Int2ObjectHashMap<>();

  ApListChecks(
      Machine machine,
      Reporter reporter,
      FoldEndChecks fold,
      Continuity continuity,
      InjectionChecks injections,
      PruneChecks prunes) {
    this.injections = injections;
    this.prunes = prunes;
    this.continuity = continuity;
    this.gains = new GainChecks(machine, reporter);
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.fold = fold;
  }

  /** Somebody tries to queue an interrupt. */
  void queue(Event e) {
    machine.saw(Observation.QUEUE);
    ledger.beginTransition();
    IrqState irq = snapshot(e, machine.vcpuOfThread(e.pid), Kind.QUEUE);
    injections.queue(e, irq);
    ledger.endTransition();
    Attempt attempt = attemptByCpu.get(e.cpu);
    if (attempt == null) {
      attempt = new Attempt();
      attemptByCpu.put(e.cpu, attempt);
    }
    if (irq != null && irq == attempt.tried && attempt.pid == e.pid) {
      again(attempt, irq);
    }
    if (irq != null
        && irq == attempt.dropped
        && attempt.droppedPid == e.pid
        && !irq.isLpi()
        && machine.recording.latestOf(e.cpu) == attempt.droppedSeq) {
      // Whoever queues it has a reference, and drops it afterwards.
      ledger.beginTransition();
      ledger.indeterminate(A4, Reason.PROBE_MISSING);
      ledger.endTransition();
    }
    attempt.irq = irq;
    attempt.tried = irq;
    attempt.pid = e.pid;
    attempt.seq = e.seq;
    attempt.cpu = e.cpu;
    attempt.ts = e.ts;
    if (irq != null) {
      attempt.own = irq.own;
      attempt.target = irq.target;
      attempt.known = irq.known;
      attempt.bits = irq.bits;
      irq.raised(e);
    }
  }

  /** INV-AP-4: a deliverable interrupt that was on no list is on one after the first attempt. */
  private void again(Attempt first, IrqState irq) {
    boolean due =
        first.own == 0
            && irq.own == 0
            && isDeliverable(irq)
            && machine.recording.latestOf(first.cpu) == first.seq
            && first.isCurrent(irq)
            && irq.vm != null
            && irq.vm.distributor == VmState.Switch.ON;
    if (due) {
      // Its target may have served it meanwhile.
      ledger.beginTransition();
      ledger.indeterminate(A4, Reason.RACE_WINDOW);
      ledger.endTransition();
    }
  }

  /**
   * INV-AP-4: the attempt's reference is dropped, and nothing else was seen of the interrupt since.
   * A delivery in between would have been recorded.
   */
  private void unlisted(Event e, Attempt attempt, IrqState irq) {
    VmState vm = irq.vm;
    boolean due =
        attempt.pid == e.pid
            && attempt.own == 0
            && irq.own == 0
            && !irq.isLpi()
            && isDeliverable(irq)
            && attempt.isCurrent(irq)
            && machine.recording.latestOf(e.cpu) == attempt.seq
            && machine.shows(Observation.POPULATION)
            && !machine.accesses.isChanging(irq)
            && vm != null
            && vm.distributor == VmState.Switch.ON
            && attempt.ts - vm.distributorSince > machine.skewNs;
    if (due) {
      violated(
          A4,
          Strength.SOFT,
          e,
          attempt,
          irq,
          "A deliverable interrupt was put on no ap_list.",
          "added to the ap_list of its target");
    }
  }

  /** The attempt returns. */
  void queued(Event e) {
    Attempt attempt = attemptByCpu.get(e.cpu);
    IrqState irq = attempt == null ? null : attempt.irq;
    if (attempt == null || irq == null || attempt.pid != e.pid) {
      return;
    }
    attempt.irq = null;
    if (irq.epoch != machine.epoch || !e.has(QUEUED) || !attempt.isCurrent(irq)) {
      return;
    }
    ledger.beginTransition();
    boolean added = e.get(QUEUED, 0) != 0;
    if (added) {
      added(e, attempt, irq);
    } else {
      notAdded(e, attempt, irq);
    }
    ledger.endTransition();
  }

  private void added(Event e, Attempt attempt, IrqState irq) {
    if (attempt.own == IrqState.POINTER_UNKNOWN) {
      ledger.indeterminate(A1, Reason.NO_IRQ_SNAPSHOT);
    } else if (attempt.own == 0) {
      ledger.consistent(A1);
      if (isDeliverable(irq)) {
        ledger.consistent(A4);
      }
    } else {
      violated(
          A1,
          Strength.PAIR,
          e,
          attempt,
          irq,
          "An interrupt was added to an ap_list while it was on one.",
          "own=none before an interrupt is added");
      machine.setOwn(irq, IrqState.POINTER_UNKNOWN);
      return;
    }
    if (irq.isNot(IrqState.ACTIVE) || irq.is(IrqState.ACTIVE) && attempt.own == 0) {
      machine.setOwn(irq, irq.target);
      irq.listedFrom = attempt.ts;
      irq.listedUntil = e.ts;
      irq.changedTs = e.ts;
    } else {
      machine.setOwn(irq, IrqState.POINTER_UNKNOWN);
    }
  }

  private static boolean isDeliverable(IrqState irq) {
    return irq.isNot(IrqState.ACTIVE)
        && irq.is(IrqState.ENABLED)
        && irq.isPending()
        && irq.target != 0
        && irq.target != IrqState.POINTER_UNKNOWN;
  }

  /** INV-AP-4: a deliverable interrupt that was on no list must have been added. */
  private void notAdded(Event e, Attempt attempt, IrqState irq) {
    if (attempt.own != 0 || !isDeliverable(irq)) {
      return;
    }
    VmState vm = irq.vm;
    if (vm == null || vm.distributor == VmState.Switch.UNKNOWN) {
      ledger.indeterminate(A4, Reason.TRACE_START);
    } else if (vm.distributor == VmState.Switch.ON) {
      if (attempt.ts - vm.distributorSince <= machine.skewNs) {
        ledger.indeterminate(A4, Reason.RACE_WINDOW);
      } else {
        violated(
            A4,
            Strength.SOFT,
            e,
            attempt,
            irq,
            "A deliverable interrupt was put on no ap_list.",
            "added to the ap_list of its target");
      }
    }
  }

  /** An interrupt's state is recorded by itself. */
  void state(Event e, @Nullable VcpuState context) {
    ledger.beginTransition();
    snapshot(e, context, Kind.IRQ_STATE);
    ledger.endTransition();
  }

  /** A reference is dropped. */
  void put(Event e, Kind kind) {
    machine.saw(Observation.PUT_SNAPSHOT);
    VcpuState v = machine.vcpuOfThread(e.pid);
    IrqState there = machine.irqAt(e.get(Snapshot.IRQ, 0));
    IrqState known = machine.irqOf(e, v, Machine.kvmOf(e, kind));
    long seenBefore = known == null ? -1 : known.seenSeq;
    boolean served =
        known != null && v != null && known.own == v.pointer && mustStay(known, v) && isSyncing(v);
    boolean wrote = known != null && known.writerPid == e.pid;
    ledger.beginTransition();
    if (there != null && known != null && there != known) {
      renumbered(e, there, known, v);
    }
    IrqState irq = snapshot(e, v, kind);
    injections.put(e, irq);
    Attempt latest = attemptByCpu.get(e.cpu);
    if (latest != null) {
      if (irq != null && irq == latest.irq && seenBefore == latest.seq) {
        unlisted(e, latest, irq);
      }
      latest.dropped = irq;
      latest.droppedSeq = e.seq;
      latest.droppedPid = e.pid;
    }
    if (irq != null && isActiveOutside(irq) && (wrote || v == machine.vcpuAt(irq.target))) {
      reporter.violated(
          A4,
          Strength.SOFT,
          e,
          "put " + irq.text(),
          machine.vcpuAt(irq.target),
          Integer.toUnsignedLong(irq.intid),
          "An active interrupt is on no ap_list.",
          "own = the vCPU that deals with it",
          irq.text() + " own=none");
    }
    if (irq != null && !irq.isLpi() && e.has(REFS)) {
      uncounted(e, irq, e.getInt(REFS, 0));
    }
    if (irq != null && v != null) {
      fold.put(e, v, irq);
      if (served && isSyncing(v)) {
        kept(e, v, irq);
      }
    }
    ledger.endTransition();
  }

  /**
   * INV-AP-4: whoever makes an interrupt active queues it at once, whether it is enabled or not,
   * and it stays on a list until it is not. Only whoever made it so, or has it on its list, sees
   * both at one time; a snapshot by others is not taken under the lock.
   */
  private boolean isActiveOutside(IrqState irq) {
    return irq.is(IrqState.ACTIVE)
        && irq.own == 0
        && irq.isNot(IrqState.HW)
        && !irq.isLpi()
        && irq.target != 0
        && irq.target != IrqState.POINTER_UNKNOWN
        && !machine.accesses.isChanging(irq)
        && irq.vm != null
        && machine.isRunning(irq.vm);
  }

  /** INV-REF-1: the references of an interrupt that is no LPI are not counted. */
  private void uncounted(Event e, IrqState irq, int refs) {
    if (irq.refs >= 0 && irq.refs != refs) {
      reporter.violated(
          R1,
          Strength.SOFT,
          e,
          "put " + irq.text(),
          machine.vcpuAt(irq.target),
          Integer.toUnsignedLong(irq.intid),
          "The reference count of an interrupt that is no LPI changed.",
          "refs=" + irq.refs + ", as ever",
          "refs=" + refs);
    }
    irq.refs = refs;
  }

  private static boolean isSyncing(VcpuState v) {
    return v.phase == Phase.FOLDING || v.phase == Phase.CANCELLED;
  }

  private static boolean mustStay(IrqState irq, VcpuState v) {
    return irq.is(IrqState.ACTIVE)
        || irq.isNot(IrqState.ACTIVE)
            && irq.is(IrqState.ENABLED)
            && irq.isPending()
            && irq.target == v.pointer
            && irq.vm != null
            && irq.vm.distributor == VmState.Switch.ON;
  }

  /** INV-AP-3: what must be served stays on the list. */
  private void kept(Event e, VcpuState v, IrqState irq) {
    if (irq.own == v.pointer || !mustStay(irq, v)) {
      ledger.consistent(A3);
    } else if (irq.own == 0) {
      reporter.violated(
          A3,
          Strength.SOFT,
          e,
          "put " + irq.text(),
          v,
          Integer.toUnsignedLong(irq.intid),
          "An interrupt that still must be served was taken off the ap_list.",
          "own = this vCPU",
          irq.text() + " own=none",
          reporter.exitRef(v));
      machine.setOwn(irq, IrqState.POINTER_UNKNOWN);
    }
  }

  /** Takes over a snapshot, its owner included, and judges what any snapshot can show. */
  private @Nullable IrqState snapshot(Event e, @Nullable VcpuState context, Kind kind) {
    IrqState there = machine.irqAt(e.get(Snapshot.IRQ, 0));
    IrqState irq = machine.irqOf(e, context, Machine.kvmOf(e, kind));
    if (irq == null) {
      return null;
    }
    if (there != null && there != irq) {
      renumbered(e, there, irq, context);
    }
    long ownBefore = irq.own;
    long targetBefore = (irq.belief.known & Belief.TARGET) != 0 ? irq.belief.target : 0;
    long own = e.get(Snapshot.OWN, IrqState.POINTER_UNKNOWN);
    boolean activeBefore = irq.is(IrqState.ACTIVE) && !machine.accesses.isChanging(irq);
    EventRef before = activeBefore && own != ownBefore ? Reporter.snapshotRef(irq) : null;
    gains.before(kind, e, irq);
    irq.observe(e);
    gains.judge(kind, e, irq);
    continuity.judge(kind, e, irq, context);
    irq.seenGeneration = irq.vm == null ? 0 : irq.vm.generation;
    if (own == IrqState.POINTER_UNKNOWN) {
      return irq;
    }
    irq.ownTs = e.ts;
    prunes.seen(kind, e, irq, own);
    privateOwner(e, irq, own);
    if (own != 0
        && before == null
        && own != ownBefore
        && ownBefore != IrqState.POINTER_UNKNOWN
        && !irq.isPrivate()
        && !irq.isLpi()) {
      listed(e, irq, own, targetBefore);
    }
    if (own != ownBefore && ownBefore != 0 && ownBefore != IrqState.POINTER_UNKNOWN) {
      if (own != 0) {
        migrated(e, irq, own, before);
      } else if (!irq.isLpi()) {
        ledger.exercised(Transition.PRUNE_1);
      }
    }
    machine.setOwn(irq, own);
    return irq;
  }

  /** INV-REF-3: the structure of a private interrupt or SPI keeps its number while the VM lives. */
  private void renumbered(Event e, IrqState before, IrqState irq, @Nullable VcpuState context) {
    VmState vm = before.vm;
    if (vm == null || irq.vm != vm || before.epoch != machine.epoch || before.isLpi()) {
      return;
    }
    before.belief.refresh(vm);
    boolean running =
        context != null && context.vm == vm && machine.isRunning(vm) && before.belief.known != 0;
    if (!running && !vm.fromCreation) {
      return;
    }
    reporter.violated(
        R3,
        Strength.SOFT,
        e,
        "state " + irq.text(),
        context,
        Integer.toUnsignedLong(irq.intid),
        "The structure of an interrupt shows another number.",
        "INTID " + Integer.toUnsignedString(before.intid),
        "INTID " + Integer.toUnsignedString(irq.intid),
        Reporter.snapshotRef(before));
  }

  private void privateOwner(Event e, IrqState irq, long own) {
    if (!irq.isPrivate() || irq.target == IrqState.POINTER_UNKNOWN) {
      return;
    }
    if (own == 0 || own == irq.target) {
      ledger.consistent(A5);
    } else {
      reporter.violated(
          A5,
          Strength.HARD,
          e,
          "state " + irq.text(),
          machine.vcpuAt(irq.target),
          irq.intid,
          "A private interrupt is on another vCPU's ap_list.",
          "own = none or its own vCPU",
          "own=" + Reporter.hex(own) + " target=" + Reporter.hex(irq.target));
    }
  }

  /** INV-AP-6: an interrupt comes to the ap_list of its target and to no other. */
  private void listed(Event e, IrqState irq, long own, long targetBefore) {
    boolean stayed =
        targetBefore != 0
            && irq.target == targetBefore
            && (irq.belief.known & Belief.TARGET) != 0
            && irq.belief.target == targetBefore;
    if (!stayed || own == irq.target) {
      return;
    }
    reporter.violated(
        A6,
        Strength.SOFT,
        e,
        "state " + irq.text(),
        machine.vcpuAt(own),
        Integer.toUnsignedLong(irq.intid),
        "An interrupt came to the ap_list of a vCPU that is not its target.",
        "own=" + Reporter.hex(irq.target),
        "own=" + Reporter.hex(own));
  }

  /**
   * INV-AP-6: only an interrupt that is not active moves from list to list. All that ends the
   * active state must be recorded.
   */
  private void migrated(Event e, IrqState irq, long own, @Nullable EventRef activeBefore) {
    if (irq.isPrivate()) {
      return;
    }
    if (machine.shows(Observation.QUEUE)) {
      ledger.exercised(Transition.PRUNE_3);
    }
    boolean certain =
        activeBefore != null
            && e.ts - activeBefore.ts() > machine.skewNs
            && machine.shows(Observation.FOLD_SNAPSHOT)
            && machine.shows(Observation.DISTRIBUTOR);
    if (activeBefore == null || !certain || irq.isLpi()) {
      ledger.consistent(A6);
    } else {
      reporter.violated(
          A6,
          Strength.SOFT,
          e,
          "state " + irq.text(),
          machine.vcpuAt(own),
          Integer.toUnsignedLong(irq.intid),
          "An active interrupt moved to another vCPU's ap_list.",
          "active interrupts stay where they are",
          "own=" + Reporter.hex(own),
          activeBefore);
    }
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      Attempt attempt,
      IrqState irq,
      String message,
      String expected) {
    reporter.violated(
        rule,
        strength,
        e,
        "queue returns",
        machine.vcpuAt(irq.target),
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        irq.text() + " own=" + Reporter.hex(attempt.own),
        new EventRef(attempt.seq, attempt.ts, e.cpu, "queue " + irq.text()));
  }
}

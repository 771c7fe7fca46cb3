package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.ApListRules.AP_3;
import static org.vgictrace.replay.rule.FoldRules.FOLD_1;
import static org.vgictrace.replay.rule.FoldRules.FOLD_10;
import static org.vgictrace.replay.rule.FoldRules.FOLD_11;
import static org.vgictrace.replay.rule.FoldRules.FOLD_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_3;
import static org.vgictrace.replay.rule.FoldRules.FOLD_4;
import static org.vgictrace.replay.rule.FoldRules.FOLD_9;
import static org.vgictrace.replay.rule.QuirkRules.ACK72;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges how list registers are folded back into interrupts (vgic_v2_fold_lr_state,
 * vgic_v3_fold_lr_state, vgic_irq_handle_resampling).
 *
 * <p>The fold of one register is seen in up to three events, in this order: the acknowledgement of
 * a finished level SPI (before the fold in older kernels and on GICv2 hosts, after it on GICv3
 * hosts since 6.19), the state before resampling, the state when the reference is dropped.
 */
final class FoldChecks {
  private static final int A3 = Ledger.index(AP_3);
  private static final int F1 = Ledger.index(FOLD_1);
  private static final int F2 = Ledger.index(FOLD_2);
  private static final int F3 = Ledger.index(FOLD_3);
  private static final int F4 = Ledger.index(FOLD_4);
  private static final int F9 = Ledger.index(FOLD_9);
  private static final int F10 = Ledger.index(FOLD_10);
  private static final int F11 = Ledger.index(FOLD_11);
  private static final int QUIRK_ACK72 = Ledger.index(ACK72);

  private static final int FOLD_DEACTIVATED = Kind.LR_FOLD.column("lr_deactivated");
  private static final int FOLD_PENDING = Kind.LR_FOLD.column("lr_pending");

  /** As many folds to one of which only the end was seen are explained by a lost event. */
  private static final int FOLDS_PER_HALF_MAX = 4;

  private final Machine machine;
  private final Reporter reporter;
  private final Continuity continuity;
  private final Ledger ledger;
  private boolean showsPrune;

  /** Registers that were seen to be folded. */
  private long folds;

  /** Registers whose fold was seen to end only. */
  private long halves;

  FoldChecks(Machine machine, Reporter reporter, Continuity continuity) {
    this.continuity = continuity;
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** The fold begins: an exit image was read. */
  void begin(VcpuState v) {
    v.foldNext = 0;
    v.foldMask = 0;
    v.ackMask = 0;
    v.endMask = 0;
    v.extraFolds = 0;
    v.lastFolded = -1;
    v.physCleared = false;
    v.pruned = false;
  }

  /** The list is pruned, which follows the fold where the recording shows it at all. */
  void pruned(VcpuState v) {
    if (isFolding(v) && v.lastFolded >= 0) {
      ledger.beginTransition();
      unfinished(v);
      ledger.endTransition();
    }
    v.pruned = true;
    showsPrune = true;
  }

  /** One register was folded; the event shows the interrupt before resampling. */
  void folded(Event e) {
    machine.saw(Observation.FOLD_SNAPSHOT);
    VcpuState v = machine.vcpuOfThread(e.pid);
    IrqState irq = machine.irqOf(e, v, 0);
    if (irq == null) {
      return;
    }
    boolean sourcesLeft = v != null && irq.isSgi() && irq.source > 0;
    irq.observe(e);
    ledger.beginTransition();
    continuity.judge(Kind.LR_FOLD, e, irq, v);
    if (v == null) {
      ledger.endTransition();
      return;
    }
    if (isFolding(v)) {
      ofRegister(e, v, irq, sourcesLeft);
    } else if (v.deactivating == irq.intid) {
      deactivated(e, v, irq);
    }
    ledger.endTransition();
  }

  private void ofRegister(Event e, VcpuState v, IrqState irq, boolean sourcesLeft) {
    int k = find(v, irq.intid);
    if (k >= v.foldNext) {
      unfinished(v);
      v.foldNext = k + 1;
      v.foldMask |= 1 << k;
      v.lastFolded = k;
      v.physCleared = false;
      if ((v.outTainted >>> k & 1) == 0) {
        result(e, v, irq, k, sourcesLeft);
      }
      v.foldedKnown = irq.known;
      v.foldedBits = irq.bits;
      v.foldedTs = e.ts;
      irq.inLrOf = null;
    } else if (k >= 0) {
      violated(
          F1,
          Strength.SOFT,
          e,
          v,
          irq,
          "A list register was folded twice or out of order.",
          "each used list register once, in order",
          "LR" + k + " after LR" + (v.foldNext - 1));
    } else {
      extra(e, v, irq);
    }
  }

  /** The fold before must have ended by dropping its reference. */
  private void unfinished(VcpuState v) {
    if (v.lastFolded >= 0 && machine.shows(Observation.PUT_SNAPSHOT)) {
      ledger.indeterminate(F2, Reason.NO_IRQ_SNAPSHOT);
    }
  }

  /** A deactivation done in software folds a made-up register without its active bit (DEACT-1). */
  private void deactivated(Event e, VcpuState v, IrqState irq) {
    v.deactivating = -1;
    if (!irq.isKnown(IrqState.ACTIVE)) {
      ledger.indeterminate(F2, Reason.NO_IRQ_SNAPSHOT);
    } else if (irq.isNot(IrqState.ACTIVE)) {
      ledger.consistent(F2);
    } else {
      reporter.violated(
          F2,
          Strength.SOFT,
          e,
          "fold " + irq.text(),
          v,
          Integer.toUnsignedLong(irq.intid),
          "An interrupt is still active after its deactivation was done in software.",
          "active=0",
          irq.text(),
          new EventRef(
              v.deactivatingSeq, v.deactivatingTs, v.deactivatingCpu, "deactivation by the guest"));
    }
  }

  static boolean isFolding(VcpuState v) {
    return v.exitValid && (v.phase == Phase.FOLDING || v.phase == Phase.CANCELLED);
  }

  private int find(VcpuState v, int intid) {
    int n = Math.min(v.used, v.outRecorded);
    for (int k = 0; k < n; k++) {
      // Of a register found wrong, either image may name the interrupt that is folded.
      boolean wrong = (v.outTainted >>> k & 1) != 0 && v.entryValid;
      if (names(v, v.out[k], intid) || wrong && names(v, v.in[k], intid)) {
        return k;
      }
    }
    return -1;
  }

  private boolean names(VcpuState v, long lr, int intid) {
    return Lr.intid(lr, machine.isV3(), machine.isV2Guest(v)) == Integer.toUnsignedLong(intid);
  }

  /**
   * An interrupt in no list register is folded: right only for a counted deactivation (FOLD-11).
   */
  private void extra(Event e, VcpuState v, IrqState irq) {
    v.extraFolds++;
    int count = v.outHcr < 0 ? -1 : Hcr.eoiCount(v.outHcr);
    if (!machine.profile.isKnown()) {
      ledger.indeterminate(F11, Reason.UNKNOWN_VERSION);
    } else if (!machine.profile.isEoiCount()) {
      violated(
          F1,
          Strength.SOFT,
          e,
          v,
          irq,
          "An interrupt was folded that is in no list register.",
          "only interrupts of used list registers",
          irq.text());
    } else if (count < 0) {
      ledger.indeterminate(F11, Reason.NO_LR_IMAGE);
    } else if (v.extraFolds <= count) {
      ledger.consistent(F11);
    } else {
      violated(
          F11,
          Strength.SOFT,
          e,
          v,
          irq,
          "More interrupts were deactivated outside the list registers than the guest deactivated.",
          "at most EOIcount = " + count,
          v.extraFolds + " folds of interrupts in no list register");
    }
  }

  private void result(Event e, VcpuState v, IrqState irq, int k, boolean sourcesLeft) {
    long out = v.out[k];
    boolean v3 = machine.isV3();
    boolean pendingOut = Lr.isPending(out, v3);
    boolean activeOut = Lr.isActive(out, v3) && !(irq.isLpi() && machine.profile.isEoiCount());
    active(e, v, irq, k, activeOut);
    if ((v.outTainted >>> k & 1) != 0) {
      return;
    }
    if (irq.isNot(IrqState.LEVEL_SENSITIVE)) {
      edge(e, v, irq, k, pendingOut, sourcesLeft);
    } else if (irq.is(IrqState.LEVEL_SENSITIVE)) {
      level(e, v, irq, k);
    }
    if ((v.outTainted >>> k & 1) != 0) {
      return;
    }
    arguments(e, v, irq, k, pendingOut);
    irq.pendingFromFold = irq.isNot(IrqState.LEVEL_SENSITIVE) && pendingOut;
    if (k == v.foldNext - 1) {
      ledger.consistent(F1);
    }
  }

  private void active(Event e, VcpuState v, IrqState irq, int k, boolean activeOut) {
    if (!irq.isKnown(IrqState.ACTIVE)) {
      ledger.indeterminate(F2, Reason.NO_IRQ_SNAPSHOT);
    } else if (irq.isLpi() && !machine.profile.isKnown() && Lr.isActive(v.out[k], machine.isV3())) {
      ledger.indeterminate(F2, Reason.UNKNOWN_VERSION);
    } else if (irq.is(IrqState.ACTIVE) == activeOut) {
      ledger.consistent(F2);
    } else {
      v.outTainted |= 1 << k;
      violated(
          F2,
          Strength.PAIR,
          e,
          v,
          irq,
          "The active state after the fold is not that of the list register.",
          "active=" + (activeOut ? 1 : 0) + ", as in " + reporter.lr(v, k, v.out[k]),
          irq.text());
    }
  }

  private void edge(
      Event e, VcpuState v, IrqState irq, int k, boolean pendingOut, boolean sourcesLeft) {
    if (!irq.isKnown(IrqState.PENDING)) {
      ledger.indeterminate(F3, Reason.NO_IRQ_SNAPSHOT);
    } else if (pendingOut) {
      if (irq.is(IrqState.PENDING)) {
        ledger.consistent(F3);
      } else {
        v.outTainted |= 1 << k;
        violated(
            F3,
            Strength.PAIR,
            e,
            v,
            irq,
            "An edge that the guest has not taken was dropped in the fold.",
            "pending=1, as in " + reporter.lr(v, k, v.out[k]),
            irq.text());
      }
    } else if (irq.isNot(IrqState.PENDING) || sourcesLeft || v.popSourcesLeft[k] != 0) {
      ledger.consistent(F3);
    } else {
      unexplainedEdge(e, v, irq, k);
    }
  }

  /** Pending after the fold though the register was not: only a new edge explains it. */
  private void unexplainedEdge(Event e, VcpuState v, IrqState irq, int k) {
    boolean populationSeen = (v.popMask >>> k & 1) != 0 && v.popIrq[k] == irq;
    if (!machine.shows(Observation.QUEUE)) {
      ledger.indeterminate(F3, Reason.PROBE_MISSING);
    } else if (!populationSeen) {
      ledger.indeterminate(F3, Reason.NO_IRQ_SNAPSHOT);
    } else if (irq.mayBeRaisedSince(v.popSeq[k], v.popTs[k] - machine.skewNs)) {
      ledger.consistent(F3);
    } else if ((v.popFlags[k] & IrqState.PENDING) != 0
        && Lr.state(v.in[k], machine.isV3()) == Lr.STATE_ACTIVE) {
      // It was pending behind the active instance all along.
      ledger.consistent(F3);
    } else {
      v.outTainted |= 1 << k;
      violated(
          F3,
          Strength.SOFT,
          e,
          v,
          irq,
          "An edge the guest has taken is pending again without a new one.",
          "pending=0, as in " + reporter.lr(v, k, v.out[k]),
          irq.text());
    }
  }

  private void level(Event e, VcpuState v, IrqState irq, int k) {
    if (!irq.isKnown(IrqState.PENDING)) {
      ledger.indeterminate(F4, Reason.NO_IRQ_SNAPSHOT);
    } else if (Lr.state(v.out[k], machine.isV3()) == Lr.STATE_INACTIVE) {
      if (irq.isNot(IrqState.PENDING)) {
        ledger.consistent(F4);
      } else {
        v.outTainted |= 1 << k;
        violated(
            F4,
            Strength.PAIR,
            e,
            v,
            irq,
            "A finished level interrupt keeps its pending latch.",
            "pending=0, as in " + reporter.lr(v, k, v.out[k]),
            irq.text());
      }
    } else if (isRaisedSince(v, irq, k)
        || irq.is(IrqState.PENDING) == ((v.popFlags[k] & IrqState.PENDING) != 0)) {
      ledger.consistent(F4);
    } else {
      v.outTainted |= 1 << k;
      violated(
          F4,
          Strength.SOFT,
          e,
          v,
          irq,
          "The pending latch of an unfinished level interrupt changed in the fold.",
          "pending=" + (irq.is(IrqState.PENDING) ? 0 : 1) + ", as before",
          irq.text(),
          reporter.populationRef(v, k));
    }
  }

  /** Whether its latch may have been written since it was populated, as far as can be told. */
  private boolean isRaisedSince(VcpuState v, IrqState irq, int k) {
    boolean populationSeen =
        (v.popMask >>> k & 1) != 0 && v.popIrq[k] == irq && (v.popKnown[k] & IrqState.PENDING) != 0;
    return !populationSeen || irq.mayBeRaisedSince(v.popSeq[k], v.popTs[k] - machine.skewNs);
  }

  /** What the fold passes on to resampling, and from which resampling decides (INV-FOLD-9). */
  private void arguments(Event e, VcpuState v, IrqState irq, int k, boolean pendingOut) {
    if (!e.has(FOLD_PENDING) || !e.has(FOLD_DEACTIVATED)) {
      ledger.indeterminate(F9, Reason.PROBE_MISSING);
      return;
    }
    boolean deactivated = e.get(FOLD_DEACTIVATED, 0) != 0;
    boolean pending = e.get(FOLD_PENDING, 0) != 0;
    boolean wasActive = Lr.isActive(v.in[k], machine.isV3());
    boolean isActive = Lr.isActive(v.out[k], machine.isV3());
    boolean impossible = deactivated && isActive;
    boolean missed = v.entryValid && wasActive && !isActive && !deactivated && !irq.isLpi();
    boolean invented =
        v.entryValid && !wasActive && deactivated && !machine.accesses.isChanging(irq);
    if (pending != pendingOut || impossible || missed || invented) {
      violated(
          F9,
          missed || invented ? Strength.SOFT : Strength.PAIR,
          e,
          v,
          irq,
          "Resampling is told something else than the list register says.",
          "pending=" + (pendingOut ? 1 : 0) + " deactivated=" + (wasActive && !isActive ? 1 : 0),
          "pending=" + (pending ? 1 : 0) + " deactivated=" + (deactivated ? 1 : 0));
    } else {
      ledger.consistent(F9);
    }
  }

  /** A finished level SPI is announced. */
  void acknowledged(Event e, long pin) {
    machine.saw(Observation.ACK);
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v == null || !isFolding(v)) {
      return;
    }
    ledger.beginTransition();
    long intid = pin + 32;
    int n = Math.min(v.used, v.outRecorded);
    int found = -1;
    for (int k = 0; k < n && found < 0; k++) {
      if (isFinished(v, k) && intidAt(v, k) == intid && (v.ackMask >>> k & 1) == 0) {
        found = k;
      }
    }
    if (found >= 0) {
      v.ackMask |= 1 << found;
      inPlace(v, found);
    } else if (machine.profile.isEoiCount() && v.outHcr >= 0 && Hcr.eoiCount(v.outHcr) > 0) {
      ledger.consistent(F10);
    } else if (v.outTainted == 0) {
      reporter.violated(
          F10,
          Strength.SOFT,
          e,
          "kvm_ack_irq pin " + pin,
          v,
          intid,
          "The end of an interrupt is announced that did not end.",
          "LR of INTID " + intid + " inactive with EOI=1",
          reporter.image("exit image", v.out, v.used, v.outHcr),
          reporter.exitRef(v));
    }
    ledger.endTransition();
  }

  /** The announcement comes before the fold of its register, on GICv3 hosts since 6.19 after. */
  private void inPlace(VcpuState v, int k) {
    boolean folded = (v.foldMask >>> k & 1) != 0;
    if (!machine.profile.isKnown() || !machine.shows(Observation.FOLD_SNAPSHOT)) {
      ledger.consistent(F10);
    } else if (machine.isV3() && machine.profile.isEoiCount()) {
      if (folded && v.lastFolded == k) {
        ledger.consistent(F10);
      } else {
        ledger.indeterminate(F10, Reason.PROBE_MISSING);
      }
    } else if (folded) {
      ledger.indeterminate(F10, Reason.PROBE_MISSING);
    } else {
      ledger.consistent(F10);
    }
  }

  private boolean isFinished(VcpuState v, int k) {
    long out = v.out[k];
    long intid = intidAt(v, k);
    return Lr.state(out, machine.isV3()) == Lr.STATE_INACTIVE
        && Lr.isEoi(out, machine.isV3())
        && intid >= 32
        && intid < 1020;
  }

  private long intidAt(VcpuState v, int k) {
    return Lr.intid(v.out[k], machine.isV3(), machine.isV2Guest(v));
  }

  /** Whether the fold was seen to end, and such are too rare to be the hypervisor's doing. */
  private boolean isLost(VcpuState v, int k) {
    if ((v.endMask >>> k & 1) == 0) {
      return false;
    }
    halves++;
    return halves * FOLDS_PER_HALF_MAX < folds;
  }

  /** The fold is over; what is still due is missing. */
  void end(Event e, VcpuState v) {
    if (!v.exitValid) {
      return;
    }
    v.exitValid = false;
    int n = Math.min(v.used, v.outRecorded);
    ledger.beginTransition();
    unfinished(v);
    if (showsPrune && !v.pruned && (v.used > 0 || machine.profile.isEoiCount())) {
      ledger.indeterminate(A3, Reason.PROBE_MISSING);
    }
    for (int k = 0; k < n; k++) {
      if ((v.outTainted >>> k & 1) != 0) {
        continue;
      }
      folds += v.foldMask >>> k & 1;
      if (machine.shows(Observation.FOLD_SNAPSHOT)
          && (v.foldMask >>> k & 1) == 0
          && intidAt(v, k) < 8192
          && !isLost(v, k)) {
        missing(
            F1, e, v, k, "A list register was not folded.", "LR" + k + " folded", "no fold of it");
      }
      if (machine.shows(Observation.ACK) && isFinished(v, k) && (v.ackMask >>> k & 1) == 0) {
        unannounced(e, v, k);
      }
    }
    ledger.endTransition();
  }

  private void unannounced(Event e, VcpuState v, int k) {
    boolean needsActive = machine.isV3() && machine.profile.isEoiCount();
    if (!machine.profile.isKnown()) {
      ledger.indeterminate(F10, Reason.UNKNOWN_VERSION);
    } else if (needsActive && (!v.entryValid || !Lr.isActive(v.in[k], true))) {
      quirk(e, v, k);
    } else {
      missing(
          F10,
          e,
          v,
          k,
          "The end of a level SPI was not announced.",
          "kvm_ack_irq pin " + (intidAt(v, k) - 32),
          "none before the exit");
    }
  }

  private void quirk(Event e, VcpuState v, int k) {
    reporter.violated(
        QUIRK_ACK72,
        Strength.PAIR,
        e,
        "fold complete without kvm_ack_irq",
        v,
        intidAt(v, k),
        "A level SPI taken and finished within one residency is not announced.",
        "announced by every kernel before 6.19",
        "from " + reporter.lr(v, k, v.in[k]) + " to " + reporter.lr(v, k, v.out[k]),
        reporter.entryRef(v),
        reporter.exitRef(v));
  }

  private void missing(
      int rule, Event e, VcpuState v, int k, String message, String expected, String observed) {
    reporter.violated(
        rule,
        Strength.ABSENCE,
        e,
        "end of the fold",
        v,
        intidAt(v, k),
        message,
        expected,
        observed,
        reporter.exitRef(v));
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      VcpuState v,
      IrqState irq,
      String message,
      String expected,
      String observed,
      EventRef... more) {
    irq.belief.forget(IrqState.PENDING | IrqState.ACTIVE | IrqState.LEVEL | Belief.SOURCE);
    EventRef[] because = new EventRef[more.length + 1];
    because[0] = reporter.exitRef(v);
    System.arraycopy(more, 0, because, 1, more.length);
    reporter.violated(
        rule,
        strength,
        e,
        "fold " + irq.text(),
        v,
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        observed,
        because);
  }
}

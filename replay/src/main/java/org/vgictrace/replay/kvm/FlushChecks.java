package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.ApListRules.AP_2;
import static org.vgictrace.replay.rule.ApListRules.AP_5;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_18;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_19;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_4;

import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.LrEncoder;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Follows the flush: what is populated, from which state, and what a correct hypervisor puts into
 * the list register (vgic_v2_populate_lr, vgic_v3_populate_lr).
 */
final class FlushChecks {
  private static final int A2 = Ledger.index(AP_2);
  private static final int A5 = Ledger.index(AP_5);
  private static final int R4 = Ledger.index(LRE_4);
  private static final int R18 = Ledger.index(LRE_18);
  private static final int R19 = Ledger.index(LRE_19);

  private static final int LR_WRITE_VCPU = Kind.LR_WRITE.column("vcpu");
  private static final int LR_WRITE_VCPU_ID = Kind.LR_WRITE.column("vcpu_id");
  private static final int LR_WRITE_LR = Kind.LR_WRITE.column("lr");
  private static final int LR_WRITE_VALUE = Kind.LR_WRITE.column("value");
  private static final int LR_CLEAR_VCPU = Kind.LR_CLEAR.column("vcpu");
  private static final int LR_CLEAR_VCPU_ID = Kind.LR_CLEAR.column("vcpu_id");
  private static final int LR_CLEAR_LR = Kind.LR_CLEAR.column("lr");

  /** Columns that decide the value of a list register whatever else holds. */
  private static final long NEEDED =
      bit(Snapshot.PENDING)
          | bit(Snapshot.ACTIVE)
          | bit(Snapshot.LEVEL)
          | bit(Snapshot.HW)
          | bit(Snapshot.CONFIG)
          | bit(Snapshot.PRIORITY)
          | bit(Snapshot.GROUP);

  private static final long NEEDED_V2_SGI = bit(Snapshot.SOURCE) | bit(Snapshot.ACTIVE_SOURCE);

  private final Machine machine;
  private final Reporter reporter;
  private final Continuity continuity;
  private final PruneChecks prunes;
  private final Ledger ledger;

  FlushChecks(Machine machine, Reporter reporter, Continuity continuity, PruneChecks prunes) {
    this.prunes = prunes;
    this.continuity = continuity;
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  private static long bit(int column) {
    return 1L << column;
  }

  /** A list register is populated. */
  void populate(Event e) {
    machine.saw(Observation.POPULATION);
    VcpuState v = machine.vcpuInThread(e, e.get(LR_WRITE_VCPU, 0));
    machine.tie(v, 0, e.getInt(LR_WRITE_VCPU_ID, -1));
    int k = e.getInt(LR_WRITE_LR, -1);
    if (k < 0 || k >= VcpuState.LRS_MAX) {
      return;
    }
    open(e, v, k);
    IrqState irq = machine.irqOf(e, v, 0);
    v.popMask |= 1 << k;
    v.popSeq[k] = e.seq;
    v.popTs[k] = e.ts;
    v.popCpu[k] = e.cpu;
    v.popExact[k] = false;
    v.popIrq[k] = irq;
    v.popSourcesLeft[k] = 0;
    if (irq == null) {
      return;
    }
    irq.observe(e);
    ledger.beginTransition();
    continuity.judge(Kind.LR_WRITE, e, irq, v);
    owner(e, v, irq, k);
    exclusive(e, v, irq);
    predict(e, v, irq, k);
    continuity.populated(irq, v.popExact[k] && !e.has(LR_WRITE_VALUE), e);
    ledger.endTransition();
    irq.inLrOf = v;
  }

  /** An unused list register is cleared. */
  void clear(Event e) {
    VcpuState v = machine.vcpuInThread(e, e.get(LR_CLEAR_VCPU, 0));
    machine.tie(v, 0, e.getInt(LR_CLEAR_VCPU_ID, -1));
    int k = e.getInt(LR_CLEAR_LR, -1);
    if (k < 0 || k >= VcpuState.LRS_MAX) {
      return;
    }
    open(e, v, k);
    v.clearMask |= 1 << k;
  }

  /** The flush begins or goes on at list register {@code k}. */
  private void open(Event e, VcpuState v, int k) {
    switch (v.phase) {
      case FLUSH -> {
        if ((v.popMask | v.clearMask) >>> k != 0) {
          // The flush starts again: the entry was cancelled with no list register in use, or its
          // fold is missing.
          int pass = v.popMask | v.clearMask;
          boolean broken = v.clearMask != 0 && (pass & pass + 1) != 0;
          if (v.popMask != 0 || broken) {
            machine.gap(v);
          }
          begin(e, v);
        }
      }
      case IDLE, CANCELLED -> begin(e, v);
      case IMAGED, GUEST, FOLDING -> {
        machine.gap(v);
        begin(e, v);
      }
    }
  }

  private static void begin(Event e, VcpuState v) {
    v.clearFlush();
    v.phase = Phase.FLUSH;
    v.entryValid = false;
    v.exitValid = false;
    v.flushTs = e.ts;
    v.beforeFlushTs = v.lastTs;
  }

  /**
   * The flush is over. A pass over the list writes every register, which shows if one was missed.
   */
  void complete(VcpuState v) {
    int written = v.popMask | v.clearMask;
    boolean missed =
        v.clearMask != 0 && machine.lrs > 0 && Integer.bitCount(written) != machine.lrs;
    boolean late = false;
    for (int k = 0; v.hcrConfig && k < VcpuState.LRS_MAX; k++) {
      // The control register is set up when all registers are.
      late |= (v.popMask >>> k & 1) != 0 && v.popSeq[k] > v.hcrConfigSeq;
    }
    if (missed || late) {
      ledger.beginTransition();
      ledger.indeterminate(R4, Reason.PROBE_MISSING);
      ledger.endTransition();
    }
  }

  /** Steps that come once in a flush, wherever. */
  void step(Event e, VcpuState v) {
    if (v.phase != Phase.FLUSH) {
      open(e, v, 0);
    }
  }

  private void owner(Event e, VcpuState v, IrqState irq, int k) {
    long own = e.get(Snapshot.OWN, IrqState.POINTER_UNKNOWN);
    machine.setOwn(irq, own);
    if (own != IrqState.POINTER_UNKNOWN) {
      irq.ownTs = e.ts;
      prunes.seen(Kind.LR_WRITE, e, irq, own);
    }
    if (own == IrqState.POINTER_UNKNOWN || v.pointer == 0) {
      ledger.indeterminate(A2, Reason.NO_IRQ_SNAPSHOT);
    } else if (own == v.pointer) {
      ledger.consistent(A2);
    } else {
      violated(
          A2,
          e,
          v,
          irq,
          "An interrupt is populated that is not on this vCPU's ap_list.",
          "own = this vCPU",
          pointers(irq));
      machine.setOwn(irq, IrqState.POINTER_UNKNOWN);
    }
    long target = e.get(Snapshot.TARGET, IrqState.POINTER_UNKNOWN);
    v.popTarget[k] =
        target == IrqState.POINTER_UNKNOWN || v.pointer == 0 ? -1 : target == v.pointer ? 1 : 0;
    if (irq.isPrivate() && v.popTarget[k] >= 0) {
      belongs(e, v, irq, v.popTarget[k] == 1);
    }
  }

  /** INV-LRE-18: a private interrupt is the vCPU's own, by its target and by its structure. */
  private void belongs(Event e, VcpuState v, IrqState irq, boolean targeted) {
    if (!targeted) {
      violated(
          R18,
          e,
          v,
          irq,
          "A private interrupt of another vCPU is populated.",
          "this vCPU's own PPI or SGI",
          pointers(irq));
      return;
    }
    IrqState known = v.privates[irq.intid];
    boolean another =
        known != null && known != irq && irq.address != 0 && known.epoch == machine.epoch;
    if (another) {
      // The end of a VM whose memory was used again explains it, if that end was not recorded.
      reporter.violated(
          R18,
          Strength.SOFT,
          e,
          "populate " + irq.text(),
          v,
          Integer.toUnsignedLong(irq.intid),
          "A second structure is populated for one private interrupt of this vCPU.",
          "irq=0x" + Long.toHexString(known.address),
          "irq=0x" + Long.toHexString(irq.address));
    } else {
      ledger.consistent(R18);
      ledger.consistent(A5);
    }
    v.privates[irq.intid] = irq;
  }

  /** INV-LRE-19: on_lr, and one vCPU at a time. */
  private void exclusive(Event e, VcpuState v, IrqState irq) {
    if (irq.isKnown(IrqState.ON_LR)) {
      if (irq.isNot(IrqState.ON_LR)) {
        ledger.consistent(R19);
      } else {
        violated(
            R19,
            e,
            v,
            irq,
            "An interrupt is populated that is already in a list register.",
            "on_lr=0",
            "on_lr=1");
        return;
      }
    }
    VcpuState other = irq.inLrOf;
    if (irq.isPrivate() || other == null || other == v) {
      return;
    }
    boolean open = other.phase == Phase.GUEST || other.phase == Phase.IMAGED;
    if (!open || !other.hasInRegisters(irq.intid, machine)) {
      return;
    }
    if (e.ts - other.inTs > machine.skewNs) {
      reporter.violated(
          R19,
          Strength.SOFT,
          e,
          "populate " + irq.text(),
          v,
          Integer.toUnsignedLong(irq.intid),
          "An interrupt is populated while another vCPU still has it in a list register.",
          "in the list registers of one vCPU at a time",
          "in those of vCPU " + other.id + " and of vCPU " + v.id,
          reporter.entryRef(other));
    } else {
      ledger.indeterminate(R19, Reason.RACE_WINDOW);
    }
  }

  private void predict(Event e, VcpuState v, IrqState irq, int k) {
    v.popKnown[k] = irq.known;
    v.popFlags[k] = irq.bits;
    v.popPriority[k] = irq.priority;
    if (e.has(LR_WRITE_VALUE)) {
      v.popValue[k] = e.get(LR_WRITE_VALUE, 0);
      v.popExact[k] = true;
      return;
    }
    v.popPresent[k] = e.present();
    if (machine.host != 0) {
      predict(v, irq, k);
    }
  }

  /**
   * Catches up on the first flush of a recording: only its image told which GIC the host has.
   * Interrupts that changed meanwhile are left out.
   */
  void predictLate(VcpuState v) {
    for (int k = 0; k < VcpuState.LRS_MAX; k++) {
      IrqState irq = (v.popMask >>> k & 1) != 0 ? v.popIrq[k] : null;
      if (irq != null
          && !v.popExact[k]
          && irq.seenSeq == v.popSeq[k]
          && irq.changedTs == irq.seenTs) {
        predict(v, irq, k);
      }
    }
  }

  private void predict(VcpuState v, IrqState irq, int k) {
    if ((v.popPresent[k] & NEEDED) != NEEDED) {
      return;
    }
    boolean v2Sgi = irq.isSgi() && machine.isV2Guest(v);
    if (irq.isSgi() && !v2Sgi && machine.mayBeV2Guest(v) && irq.source != 0) {
      return;
    }
    if (v2Sgi && (v.popPresent[k] & NEEDED_V2_SGI) != NEEDED_V2_SGI) {
      return;
    }
    if (irq.is(IrqState.HW) && irq.hwintid < 0) {
      return;
    }
    compute(v, irq, k, v2Sgi);
  }

  private void compute(VcpuState v, IrqState irq, int k, boolean v2Sgi) {
    v.popValue[k] =
        LrEncoder.computeLr(
            machine.isV3(),
            machine.isV2Guest(v),
            irq.intid,
            irq.is(IrqState.PENDING),
            irq.is(IrqState.ACTIVE),
            irq.is(IrqState.LEVEL),
            irq.is(IrqState.LEVEL_SENSITIVE),
            irq.is(IrqState.HW),
            (int) irq.hwintid,
            irq.priority,
            irq.group,
            Math.max(irq.source, 0),
            Math.max(irq.activeSource, 0));
    if (v.popValue[k] == LrEncoder.NO_SOURCE) {
      // Q-SGI0: the kernel warns and stores nothing it could be held to.
      return;
    }
    v.popExact[k] = true;
    boolean taken = Lr.isPending(v.popValue[k], machine.isV3());
    if (v2Sgi && Integer.bitCount(irq.source) + (irq.is(IrqState.ACTIVE) ? 1 : 0) > 1) {
      v.multiSource = true;
      v.popSourcesLeft[k] = taken ? irq.source & irq.source - 1 : irq.source;
    }
    if (taken) {
      afterPending(v, irq, k, v2Sgi);
    }
  }

  /**
   * What population does to the interrupt when the pending bit goes into the register (POP-2 to
   * POP-5).
   */
  private static void afterPending(VcpuState v, IrqState irq, int k, boolean v2Sgi) {
    if (irq.isNot(IrqState.LEVEL_SENSITIVE)) {
      irq.set(IrqState.PENDING, v2Sgi && v.popSourcesLeft[k] != 0);
      if (v2Sgi) {
        irq.source = v.popSourcesLeft[k];
      }
    } else if (irq.is(IrqState.LEVEL_SENSITIVE) && irq.is(IrqState.HW)) {
      irq.set(IrqState.LEVEL, false);
    }
  }

  private static String pointers(IrqState irq) {
    return "own=" + Reporter.hex(irq.own) + " target=" + Reporter.hex(irq.target);
  }

  private void violated(
      int rule,
      Event e,
      VcpuState v,
      IrqState irq,
      String message,
      String expected,
      String observed) {
    reporter.violated(
        rule,
        Strength.HARD,
        e,
        "populate " + irq.text(),
        v,
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        observed,
        new EventRef[0]);
  }
}

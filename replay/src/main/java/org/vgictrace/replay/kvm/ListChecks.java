package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.ApListRules.AP_7;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_3;
import static org.vgictrace.replay.rule.EdgeRules.LVL_3;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;
import static org.vgictrace.replay.rule.FoldRules.FOLD_8;
import static org.vgictrace.replay.rule.OverflowRules.ORD_1;
import static org.vgictrace.replay.rule.OverflowRules.ORD_2;
import static org.vgictrace.replay.rule.OverflowRules.ORD_3;
import static org.vgictrace.replay.rule.OverflowRules.ORD_4;
import static org.vgictrace.replay.rule.OverflowRules.ORD_5;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges an entry image against the ap_list: whether what must be delivered is in the list
 * registers, and in which order (vgic_flush_lr_state, vgic_irq_cmp).
 *
 * <p>The list is known from snapshots that show an interrupt's owner. An interrupt counts as
 * outside only if it was settled on this list, deliverable or active, before the flush began, and
 * nothing since may have changed that.
 */
final class ListChecks {
  private static final int O1 = Ledger.index(ORD_1);
  private static final int O2 = Ledger.index(ORD_2);
  private static final int O3 = Ledger.index(ORD_3);
  private static final int O4 = Ledger.index(ORD_4);
  private static final int O5 = Ledger.index(ORD_5);
  private static final int F7 = Ledger.index(FOLD_7);
  private static final int F8 = Ledger.index(FOLD_8);
  private static final int E3 = Ledger.index(EDGE_3);
  private static final int L3 = Ledger.index(LVL_3);
  private static final int A7 = Ledger.index(AP_7);

  /** Flushes in a row after which a level interrupt counts as forgotten. */
  private static final int MISSED_MAX = 3;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  ListChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Finds what is outside. Call before the control register is judged. */
  void survey(VcpuState v) {
    int n = Math.min(v.used, v.inRecorded);
    for (int k = 0; k < n; k++) {
      IrqState irq = inRegister(v, k);
      if (irq != null) {
        irq.imageSerial = v.imageSerial;
        irq.inLrOf = v;
      }
    }
    v.firstOutside = null;
    if (!machine.shows(Observation.DISTRIBUTOR)) {
      // What the guest may have disabled, cleared or deactivated unseen need not be served.
      return;
    }
    for (int i = 0; i < v.memberCount; i++) {
      IrqState irq = v.members[i];
      if (irq.imageSerial != v.imageSerial && mustBeServed(v, irq)) {
        v.firstOutside = irq;
        return;
      }
    }
  }

  private @Nullable IrqState inRegister(VcpuState v, int k) {
    IrqState populated = v.popIrq[k];
    long intid = Lr.intid(v.in[k], machine.isV3(), machine.isV2Guest(v));
    if ((v.popMask >>> k & 1) != 0 && populated != null && populated.intid == (int) intid) {
      return populated;
    }
    return machine.known((int) intid, v);
  }

  /** Whether the flush had to consider the interrupt, for certain. */
  private boolean mustBeServed(VcpuState v, IrqState irq) {
    if (!isSettled(machine, v, irq, v.flushTs)) {
      return false;
    }
    return irq.is(IrqState.ACTIVE) || isDeliverable(machine, v, irq);
  }

  /** Whether the interrupt was deliverable on the vCPU's list before that time, for certain. */
  static boolean isDeliverable(Machine machine, VcpuState v, IrqState irq, long ts) {
    return isSettled(machine, v, irq, ts) && isDeliverable(machine, v, irq);
  }

  private static boolean isSettled(Machine machine, VcpuState v, IrqState irq, long ts) {
    return !irq.isLpi()
        && irq.epoch == machine.epoch
        && irq.own == v.pointer
        && irq.changedTs + machine.skewNs < ts;
  }

  private static boolean isDeliverable(Machine machine, VcpuState v, IrqState irq) {
    return irq.isNot(IrqState.ACTIVE)
        && irq.is(IrqState.ENABLED)
        && isRaised(machine, irq)
        && irq.target == v.pointer
        && v.vm != null
        && v.vm.distributor == VmState.Switch.ON;
  }

  /** Whether it is pending, and its line would have been seen to drop. */
  private static boolean isRaised(Machine machine, IrqState irq) {
    return irq.is(IrqState.PENDING) || showsLines(machine) && irq.isPending();
  }

  /** Whether a line that moves would be seen to move. */
  private static boolean showsLines(Machine machine) {
    return machine.shows(Observation.QUEUE) || machine.shows(Observation.INJECTION);
  }

  /** Judges the image. */
  void judge(Event e, VcpuState v) {
    ledger.beginTransition();
    boolean room = machine.lrs >= 0 && v.used < machine.lrs;
    boolean full = machine.lrs >= 0 && v.used >= machine.lrs;
    boolean showsWrites = machine.shows(Observation.DISTRIBUTOR);
    complete(e, v, room);
    for (int i = 0; i < v.memberCount; i++) {
      IrqState irq = v.members[i];
      if (irq.isLpi() || irq.epoch != machine.epoch) {
        continue;
      }
      boolean in = irq.imageSerial == v.imageSerial;
      if (irq.is(IrqState.ACTIVE) || irq.pendingFromFold && (in || irq.is(IrqState.PENDING))) {
        continuity(e, v, irq, in, room, full);
      } else if (!in && room && showsWrites && mustBeServed(v, irq)) {
        withheld(e, v, irq);
      } else if (!in && room && isHigh(v, irq)) {
        waiting(e, v, irq);
      }
      if (in) {
        irq.missed = 0;
      }
    }
    sorted(e, v, full);
    listOrder(e, v);
    ledger.endTransition();
  }

  /** INV-ORD-1, INV-EDGE-3: deliverable, in no list register, and one is free. */
  private void withheld(Event e, VcpuState v, IrqState irq) {
    boolean edge = irq.isNot(IrqState.LEVEL_SENSITIVE);
    absent(
        edge ? E3 : O1,
        Strength.ABSENCE,
        e,
        v,
        irq,
        edge
            ? "A pending edge is withheld although a list register is free."
            : "A deliverable interrupt is withheld although a list register is free.");
  }

  /** Whether its line is high and only the state of the distributor is in doubt. */
  private boolean isHigh(VcpuState v, IrqState irq) {
    return showsLines(machine)
        && irq.epoch == machine.epoch
        && irq.changedTs + machine.skewNs < v.flushTs
        && irq.own == v.pointer
        && irq.target == v.pointer
        && irq.isNot(IrqState.ACTIVE)
        && irq.is(IrqState.ENABLED)
        && irq.is(IrqState.LEVEL_SENSITIVE)
        && irq.is(IrqState.LEVEL)
        && v.vm != null
        && v.vm.distributor == VmState.Switch.UNKNOWN;
  }

  /** INV-LVL-3. */
  private void waiting(Event e, VcpuState v, IrqState irq) {
    irq.missed++;
    if (irq.missed == MISSED_MAX) {
      absent(
          L3, Strength.SOFT, e, v, irq, "A level interrupt whose line is high is not delivered.");
    }
  }

  /** INV-ORD-1 where the hypervisor's own count is recorded. */
  private void complete(Event e, VcpuState v, boolean room) {
    if (machine.lrs < 0) {
      return;
    }
    if (v.hcrConfig) {
      int want = Math.min(v.nrPend + v.nrAct, machine.lrs);
      if (want == v.used) {
        ledger.consistent(O1);
      } else if (!machine.shows(Observation.INJECTION) || !machine.shows(Observation.DISTRIBUTOR)) {
        ledger.indeterminate(O1, Reason.PROBE_MISSING);
      } else if (mayHaveChanged(v)) {
        ledger.indeterminate(O1, Reason.RACE_WINDOW);
      } else {
        reporter.violated(
            O1,
            machine.lrsStrength(),
            e,
            reporter.image("entry image", v.in, v.used, v.inHcr),
            v,
            -1,
            "The number of list registers in use does not fit the deliverable interrupts.",
            "used_lrs = " + want,
            "used_lrs = " + v.used,
            new EventRef(
                v.hcrConfigSeq,
                v.hcrConfigTs,
                v.inCpu,
                "configure_hcr nr_pend=" + v.nrPend + " nr_act=" + v.nrAct));
      }
    } else if (room && v.firstOutside == null && v.memberCount > 0) {
      ledger.consistent(O1);
    }
  }

  /**
   * Whether another thread may have changed an interrupt of this vCPU between the count
   * (summarize_ap_list) and the population, each of which takes the interrupt's lock anew.
   */
  private boolean mayHaveChanged(VcpuState v) {
    if (machine.disturbedTs + machine.skewNs >= v.beforeFlushTs || machine.accesses.isAnyOpen()) {
      return true;
    }
    for (int i = 0; i < v.memberCount; i++) {
      if (v.members[i].belief.openInjection) {
        return true;
      }
    }
    return false;
  }

  /** INV-FOLD-7, INV-FOLD-8, INV-ORD-4: what a fold left active or pending goes on to be served. */
  private void continuity(
      Event e, VcpuState v, IrqState irq, boolean in, boolean room, boolean full) {
    boolean active = irq.is(IrqState.ACTIVE);
    int rule = active ? F7 : F8;
    if (in) {
      ledger.consistent(rule);
      if (active && full && machine.profile.isLegacy()) {
        ledger.consistent(O4);
      }
      return;
    }
    if (!mustBeServed(v, irq)) {
      return;
    }
    if (!machine.shows(Observation.DISTRIBUTOR)) {
      ledger.indeterminate(rule, Reason.PROBE_MISSING);
    } else if (active && full && machine.profile.isLegacy()) {
      activeOutside(e, v, irq);
    } else if (room) {
      outside(
          rule,
          Strength.SOFT,
          e,
          v,
          irq,
          active
              ? "An active interrupt is missing from the list registers."
              : "An edge that the guest did not take is missing from the list registers.");
    }
  }

  private void activeOutside(Event e, VcpuState v, IrqState irq) {
    int active = 0;
    for (int k = 0; k < Math.min(v.used, v.inRecorded); k++) {
      if (Lr.isActive(v.in[k], machine.isV3())) {
        active++;
      }
    }
    if (active >= machine.lrs || v.multiSource) {
      ledger.consistent(O4);
    } else {
      outside(
          O4,
          Strength.SOFT,
          e,
          v,
          irq,
          "An active interrupt is left outside while a pending one has a list register.");
    }
  }

  private void outside(
      int rule, Strength strength, Event e, VcpuState v, IrqState irq, String message) {
    absent(rule, strength, e, v, irq, message);
    irq.forget(IrqState.ACTIVE | IrqState.PENDING);
    irq.pendingFromFold = false;
  }

  private void absent(
      int rule, Strength strength, Event e, VcpuState v, IrqState irq, String message) {
    reporter.violated(
        rule,
        strength,
        e,
        reporter.image("entry image", v.in, v.used, v.inHcr),
        v,
        Integer.toUnsignedLong(irq.intid),
        message,
        "INTID " + Integer.toUnsignedString(irq.intid) + " in a list register",
        irq.text() + ", in none",
        Reporter.snapshotRef(irq));
  }

  /** INV-ORD-2, INV-ORD-3, INV-ORD-5: order of the registers where the list was sorted. */
  private void sorted(Event e, VcpuState v, boolean full) {
    int n = Math.min(v.used, v.inRecorded);
    if (n < 2 || v.popMask != (1 << n) - 1) {
      return;
    }
    boolean legacy = machine.profile.isLegacy();
    if (legacy && v.multiSource) {
      multiSourceCut(e, v, n);
    }
    boolean sorted = legacy ? full && v.firstOutside != null || v.multiSource : overflowed(v);
    if (!sorted) {
      return;
    }
    int rule = legacy ? O2 : O3;
    for (int k = 1; k < n; k++) {
      if (racing(v, k - 1) || racing(v, k)) {
        ledger.indeterminate(rule, Reason.RACE_WINDOW);
        return;
      }
      int order = legacy ? compareLegacy(v, k - 1, k) : compareEoiCount(v, k - 1, k);
      if (order == Integer.MIN_VALUE) {
        ledger.indeterminate(rule, Reason.NO_IRQ_SNAPSHOT);
        return;
      }
      if (order > 0) {
        reporter.violated(
            rule,
            Strength.PAIR,
            e,
            reporter.image("entry image", v.in, v.used, v.inHcr),
            v,
            Lr.intid(v.in[k], machine.isV3(), machine.isV2Guest(v)),
            "List registers are not filled in the order of importance.",
            reporter.lr(v, k, v.in[k]) + " before " + reporter.lr(v, k - 1, v.in[k - 1]),
            "LR" + (k - 1) + " and LR" + k + " the other way round",
            reporter.populationRef(v, k - 1),
            reporter.populationRef(v, k));
        return;
      }
    }
    ledger.consistent(rule);
  }

  /** Whether it may have become pending between the sort and its population. */
  private boolean racing(VcpuState v, int k) {
    IrqState irq = v.popIrq[k];
    return !machine.isOrdered()
        || irq != null && irq.mayBeRaisedSince(Long.MAX_VALUE, v.beforeFlushTs - machine.skewNs);
  }

  private boolean overflowed(VcpuState v) {
    return v.hcrConfig && machine.lrs >= 0 && v.nrPend + v.nrAct > machine.lrs;
  }

  private static int compareLegacy(VcpuState v, int a, int b) {
    int needed = IrqState.ACTIVE | IrqState.ENABLED | IrqState.PENDING | IrqState.LEVEL;
    if (!keysKnown(v, a, needed) || !keysKnown(v, b, needed)) {
      return Integer.MIN_VALUE;
    }
    boolean activeA = flag(v, a, IrqState.ACTIVE);
    boolean activeB = flag(v, b, IrqState.ACTIVE);
    if (activeA || activeB) {
      return (activeB ? 1 : 0) - (activeA ? 1 : 0);
    }
    boolean pendingA = deliverable(v, a);
    boolean pendingB = deliverable(v, b);
    if (pendingA != pendingB) {
      return pendingA ? -1 : 1;
    }
    return pendingA ? v.popPriority[a] - v.popPriority[b] : 0;
  }

  private static int compareEoiCount(VcpuState v, int a, int b) {
    int needed = IrqState.ACTIVE | IrqState.ENABLED | IrqState.PENDING | IrqState.HW;
    if (v.inVmcr < 0 || !keysKnown(v, a, needed) || !keysKnown(v, b, needed)) {
      return Integer.MIN_VALUE;
    }
    int order = rank(groupOn(v, b)) - rank(groupOn(v, a));
    if (order != 0) {
      return order;
    }
    order = rank(purelyPending(v, b)) - rank(purelyPending(v, a));
    if (order != 0) {
      return order;
    }
    order = v.popPriority[a] - v.popPriority[b];
    return order != 0 ? order : rank(flag(v, b, IrqState.HW)) - rank(flag(v, a, IrqState.HW));
  }

  private static int rank(boolean first) {
    return first ? 1 : 0;
  }

  private static boolean groupOn(VcpuState v, int k) {
    IrqState irq = v.popIrq[k];
    return irq != null && (v.inVmcr >>> irq.group & 1) != 0;
  }

  private static boolean purelyPending(VcpuState v, int k) {
    return deliverable(v, k) && !flag(v, k, IrqState.ACTIVE);
  }

  private static boolean deliverable(VcpuState v, int k) {
    return flag(v, k, IrqState.ENABLED)
        && (flag(v, k, IrqState.PENDING)
            || flag(v, k, IrqState.LEVEL_SENSITIVE) && flag(v, k, IrqState.LEVEL));
  }

  private static boolean flag(VcpuState v, int k, int flag) {
    return (v.popFlags[k] & flag) != 0;
  }

  private static boolean keysKnown(VcpuState v, int k, int flags) {
    return (v.popKnown[k] & flags) == flags && v.popPriority[k] >= 0 && v.popIrq[k] != null;
  }

  private void multiSourceCut(Event e, VcpuState v, int n) {
    int limit = 0xff;
    for (int k = 0; k < n; k++) {
      if (v.popPriority[k] < 0) {
        ledger.indeterminate(O5, Reason.NO_IRQ_SNAPSHOT);
        return;
      }
      if (v.popPriority[k] > limit) {
        reporter.violated(
            O5,
            Strength.PAIR,
            e,
            reporter.image("entry image", v.in, v.used, v.inHcr),
            v,
            Lr.intid(v.in[k], machine.isV3(), machine.isV2Guest(v)),
            "An interrupt is delivered beside a more important SGI that has more sources waiting.",
            "nothing of a priority value above 0x" + Integer.toHexString(limit),
            reporter.lr(v, k, v.in[k]),
            reporter.populationRef(v, k));
        return;
      }
      if (v.popSourcesLeft[k] != 0) {
        limit = v.popPriority[k];
      }
    }
    ledger.consistent(O5);
  }

  /** INV-AP-7: without a sort, population follows the list. */
  private void listOrder(Event e, VcpuState v) {
    int n = Math.min(v.used, v.inRecorded);
    boolean settled =
        machine.profile.isEoiCount()
            ? v.hcrConfig && !overflowed(v) && machine.lrs >= 0
            : machine.profile.isLegacy()
                && v.vm != null
                && v.vm.fromCreation
                && v.memberCount <= machine.lrs
                && !v.multiSource
                && (v.inHcr & Hcr.UIE) == 0;
    if (!settled) {
      for (int i = 0; i < v.memberCount; i++) {
        v.members[i].listedUntil = 0;
      }
      return;
    }
    IrqState before = null;
    for (int k = 0; k < n; k++) {
      IrqState irq = (v.popMask >>> k & 1) != 0 ? v.popIrq[k] : null;
      if (irq == null || irq.listedUntil == 0) {
        continue;
      }
      if (before != null) {
        if (irq.listedUntil + machine.skewNs < before.listedFrom) {
          outOfOrder(e, v, before, irq);
          return;
        }
        ledger.consistent(A7);
      }
      before = irq;
    }
  }

  private void outOfOrder(Event e, VcpuState v, IrqState first, IrqState second) {
    reporter.violated(
        A7,
        Strength.SOFT,
        e,
        reporter.image("entry image", v.in, v.used, v.inHcr),
        v,
        Integer.toUnsignedLong(second.intid),
        "Interrupts are populated in another order than they were queued in, without a sort.",
        "INTID " + second.intid + " before INTID " + first.intid,
        "INTID " + first.intid + " before INTID " + second.intid,
        Reporter.snapshotRef(first),
        Reporter.snapshotRef(second));
    first.listedUntil = 0;
    second.listedUntil = 0;
  }
}

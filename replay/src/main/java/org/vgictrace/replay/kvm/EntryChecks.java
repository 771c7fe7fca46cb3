package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EntryImageRules.LRE_1;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_10;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_11;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_12;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_13;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_14;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_15;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_17;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_2;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_3;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_4;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_5;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_6;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_7;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_8;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_9;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.LrEncodingFaults;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges what is in the list registers when the guest is entered.
 *
 * <p>A register that breaks a rule of its own encoding is not judged any further; where the
 * population snapshot is recorded the register must equal the value computed from it bit for bit,
 * and a difference is reported under the rule of the component that differs.
 */
final class EntryChecks {
  private static final int R1 = Ledger.index(LRE_1);
  private static final int R2 = Ledger.index(LRE_2);
  private static final int R3 = Ledger.index(LRE_3);
  private static final int R4 = Ledger.index(LRE_4);
  private static final int R5 = Ledger.index(LRE_5);
  private static final int R6 = Ledger.index(LRE_6);
  private static final int R7 = Ledger.index(LRE_7);
  private static final int R8 = Ledger.index(LRE_8);
  private static final int R9 = Ledger.index(LRE_9);
  private static final int R10 = Ledger.index(LRE_10);
  private static final int R11 = Ledger.index(LRE_11);
  private static final int R12 = Ledger.index(LRE_12);
  private static final int R13 = Ledger.index(LRE_13);
  private static final int R14 = Ledger.index(LRE_14);
  private static final int R15 = Ledger.index(LRE_15);
  private static final int R16 = Ledger.index(LRE_16);
  private static final int R17 = Ledger.index(LRE_17);

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  EntryChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Judges the entry image held by the vCPU. */
  void judge(Event e, VcpuState v) {
    ledger.beginTransition();
    count(e, v);
    int n = Math.min(v.used, v.inRecorded);
    duplicates(e, v, n);
    ledger.endTransition();
    for (int k = 0; k < n; k++) {
      if ((v.inTainted >>> k & 1) != 0) {
        continue;
      }
      ledger.beginTransition();
      if (state(e, v, k) && encoding(e, v, k)) {
        content(e, v, k);
      }
      ledger.endTransition();
    }
    ledger.beginTransition();
    unused(e, v);
    ledger.endTransition();
  }

  private void count(Event e, VcpuState v) {
    if (v.used == 0) {
      return;
    }
    if (machine.lrs < 0) {
      ledger.indeterminate(R2, Reason.CONFIG);
    } else if (v.used <= machine.lrs) {
      ledger.consistent(R2);
    } else {
      reporter.violated(
          R2,
          machine.lrsStrength(),
          e,
          reporter.image("entry image", v.in, v.inRecorded, v.used, v.inHcr),
          v,
          -1,
          "More list registers are in use than the host has.",
          "used_lrs <= " + machine.lrs,
          "used_lrs = " + v.used);
      // Nothing else is concluded from that count.
      v.hcrConfig = false;
      v.used = 0;
      while (v.used < v.inRecorded && Lr.state(v.in[v.used], machine.isV3()) != Lr.STATE_INACTIVE) {
        v.used++;
      }
    }
  }

  private boolean state(Event e, VcpuState v, int k) {
    if (Lr.state(v.in[k], machine.isV3()) != Lr.STATE_INACTIVE) {
      ledger.consistent(R3);
      return true;
    }
    wrong(
        R3,
        e,
        v,
        k,
        "A list register counted as used is neither pending nor active.",
        "every list register below used_lrs pending or active",
        populationBecause(v, k));
    return false;
  }

  /** The rules a value breaks all by itself. Returns whether it is worth looking further. */
  private boolean encoding(Event e, VcpuState v, int k) {
    long lr = v.in[k];
    boolean v3 = machine.isV3();
    String fault = LrEncodingFaults.reserved(lr, v3, machine.isV2Guest(v), machine.mayBeV2Guest(v));
    if (fault != null) {
      wrong(R12, e, v, k, "Reserved bits of a list register are set: " + fault + ".", "zero");
      return false;
    }
    ledger.consistent(R12);
    int spis = v.vm == null ? -1 : v.vm.spis;
    fault = LrEncodingFaults.intid(lr, v3, machine.isV2Guest(v), machine.mayBeV2Guest(v), spis);
    if (fault != null) {
      wrong(R13, e, v, k, "A list register holds " + fault + ".", "a number the guest can have");
      return false;
    }
    ledger.consistent(R13);
    boolean hw = Lr.isHw(lr, v3);
    boolean both = Lr.state(lr, v3) == Lr.STATE_PENDING_ACTIVE;
    if (hw && both) {
      wrong(
          R5,
          e,
          v,
          k,
          "A hardware-mapped interrupt is pending and active in its list register.",
          "pending or active, never both, with HW set",
          populationBecause(v, k));
      return false;
    }
    ledger.consistent(R5);
    if (both && Lr.isEoi(lr, v3)) {
      IrqState irq = v.popIrq[k];
      if (!(irq != null && isMultiSource(v, k))) {
        wrong(
            R6,
            e,
            v,
            k,
            "A level interrupt is pending and active in its list register.",
            "pending or active, never both, for a level interrupt",
            populationBecause(v, k));
        return false;
      }
    }
    ledger.consistent(R6);
    if (hw) {
      fault = LrEncodingFaults.physical(lr, v3, machine.isV2Guest(v));
      if (fault != null) {
        wrong(R7, e, v, k, "A hardware-mapped list register names " + fault + ".", "a PPI or SPI");
        return false;
      }
      ledger.consistent(R7);
    }
    return true;
  }

  private static boolean isMultiSource(VcpuState v, int k) {
    return v.popSourcesLeft[k] > 0;
  }

  /** The value against the interrupt's state. */
  private void content(Event e, VcpuState v, int k) {
    if (!lpiState(e, v, k)) {
      return;
    }
    if ((v.popMask >>> k & 1) != 0 && v.popExact[k]) {
      againstPopulation(e, v, k);
    } else {
      againstKnowledge(e, v, k);
    }
  }

  private void againstPopulation(Event e, VcpuState v, int k) {
    long got = v.in[k];
    long want = v.popValue[k];
    boolean v3 = machine.isV3();
    if (got == want) {
      ledger.consistent(R8);
      ledger.consistent(R9);
      ledger.consistent(R10);
      ledger.consistent(R11);
      ledger.consistent(R15);
      if (machine.isV2Guest(v) && Lr.intid(got, v3, true) < 16) {
        ledger.consistent(R17);
      }
      deliverable(e, v, k);
      return;
    }
    int rule = componentRule(v, got, want);
    String expected = reporter.lr(v, k, want);
    wrong(rule, e, v, k, message(rule), expected, reporter.populationRef(v, k));
  }

  private int componentRule(VcpuState v, long got, long want) {
    boolean v3 = machine.isV3();
    boolean v2Guest = machine.isV2Guest(v);
    long intid = Lr.intid(want, v3, v2Guest);
    if (Lr.intid(got, v3, v2Guest) != intid) {
      return R15;
    }
    boolean hw = Lr.isHw(want, v3);
    if (Lr.isHw(got, v3) != hw || hw && Lr.physicalIntid(got, v3) != Lr.physicalIntid(want, v3)) {
      return R11;
    }
    if (Lr.isEoi(got, v3) != Lr.isEoi(want, v3)) {
      return R8;
    }
    if (Lr.group(got, v3) != Lr.group(want, v3)) {
      return R9;
    }
    if (Lr.priority(got, v3) != Lr.priority(want, v3)) {
      return R10;
    }
    if (v2Guest && intid < 16 && Lr.source(got) != Lr.source(want)) {
      return R17;
    }
    return R15;
  }

  private static String message(int rule) {
    if (rule == R11) {
      return "The list register's link to a physical interrupt differs from the interrupt's own.";
    }
    if (rule == R8) {
      return "The EOI maintenance request of a list register is wrong for its interrupt.";
    }
    if (rule == R9) {
      return "The group of a list register differs from the interrupt's group.";
    }
    if (rule == R10) {
      return "The priority of a list register differs from the interrupt's priority.";
    }
    if (rule == R17) {
      return "The source of an SGI in a list register is not the one it must be taken from.";
    }
    return "A list register differs from what the interrupt's state gives.";
  }

  /** INV-LRE-16, with the interrupt's state at population. */
  private void deliverable(Event e, VcpuState v, int k) {
    IrqState irq = v.popIrq[k];
    if (irq == null || Lr.state(v.in[k], machine.isV3()) != Lr.STATE_PENDING) {
      return;
    }
    boolean enabledKnown = (v.popKnown[k] & IrqState.ENABLED) != 0;
    if (enabledKnown && (v.popFlags[k] & IrqState.ENABLED) == 0) {
      wrong(
          R16,
          e,
          v,
          k,
          "A disabled interrupt is delivered.",
          "enabled=1",
          reporter.populationRef(v, k));
      return;
    }
    if (v.popTarget[k] == 0) {
      if (irq.isPrivate()) {
        // Named by INV-LRE-18 when it was populated.
        return;
      }
      wrong(
          R16,
          e,
          v,
          k,
          "An interrupt that targets another vCPU is delivered here.",
          "target = this vCPU",
          reporter.populationRef(v, k));
      return;
    }
    distributor(e, v, k, enabledKnown && v.popTarget[k] > 0);
  }

  private void distributor(Event e, VcpuState v, int k, boolean known) {
    VmState vm = v.vm;
    if (vm == null || !known) {
      ledger.indeterminate(R16, Reason.NO_IRQ_SNAPSHOT);
      return;
    }
    switch (vm.distributor) {
      case ON -> ledger.consistent(R16);
      case UNKNOWN -> {
        ledger.indeterminate(R16, Reason.TRACE_START);
        if (vm.distributorWriter < 0) {
          vm.distributor = VmState.Switch.ON;
          vm.distributorSince = e.ts;
        }
      }
      case OFF -> {
        if (vm.distributorSince + machine.skewNs > v.flushTs) {
          ledger.indeterminate(R16, Reason.RACE_WINDOW);
        } else {
          ledger.indeterminate(R16, Reason.UNMARKED_LOSS);
          if (vm.servedWhileOff == null) {
            vm.servedWhileOff =
                new ServedWhileOff(
                    v,
                    intid(v, k),
                    Ledger.ref(e, reporter.lr(v, k, v.in[k])),
                    e.pid,
                    reporter.populationRef(v, k));
          }
        }
      }
    }
  }

  /** What can be said without the population snapshot. */
  private void againstKnowledge(Event e, VcpuState v, int k) {
    long lr = v.in[k];
    boolean v3 = machine.isV3();
    ledger.indeterminate(R15, Reason.NO_IRQ_SNAPSHOT);
    long intid = intid(v, k);
    boolean ownSgi = intid < 16 && !machine.mayBeV2Guest(v);
    if ((intid >= 8192 || ownSgi) && Lr.isEoi(lr, v3)) {
      wrong(R8, e, v, k, message(R8), "EOI=0 for an edge interrupt");
      return;
    }
    IrqState irq = machine.known((int) intid, v);
    if (irq == null || irq.seenSeq < 0) {
      ledger.indeterminate(R8, Reason.NO_IRQ_SNAPSHOT);
      ledger.indeterminate(R9, Reason.NO_IRQ_SNAPSHOT);
      ledger.indeterminate(R10, Reason.NO_IRQ_SNAPSHOT);
      ledger.indeterminate(R11, Reason.NO_IRQ_SNAPSHOT);
      return;
    }
    againstSnapshot(e, v, k, irq);
  }

  private void againstSnapshot(Event e, VcpuState v, int k, IrqState irq) {
    long lr = v.in[k];
    boolean v3 = machine.isV3();
    if (irq.isSgi() || !irq.isKnown(IrqState.LEVEL_SENSITIVE) || !irq.isKnown(IrqState.HW)) {
      ledger.indeterminate(R8, Reason.NO_IRQ_SNAPSHOT);
    } else if (Lr.isHw(lr, v3) || Lr.isEoi(lr, v3) == irq.is(IrqState.LEVEL_SENSITIVE)) {
      ledger.consistent(R8);
    } else {
      soft(R8, e, v, k, irq, irq.is(IrqState.LEVEL_SENSITIVE) ? "EOI=1" : "EOI=0");
    }
    if (irq.group < 0) {
      ledger.indeterminate(R9, Reason.NO_IRQ_SNAPSHOT);
    } else if (irq.group == Lr.group(lr, v3)) {
      ledger.consistent(R9);
    } else {
      soft(R9, e, v, k, irq, "group " + irq.group);
    }
    int wanted = irq.priority < 0 ? -1 : v3 ? irq.priority : irq.priority & 0xf8;
    if (wanted < 0) {
      ledger.indeterminate(R10, Reason.NO_IRQ_SNAPSHOT);
    } else if (wanted == Lr.priority(lr, v3)) {
      ledger.consistent(R10);
    } else {
      soft(R10, e, v, k, irq, "priority 0x" + Integer.toHexString(wanted));
    }
    if (irq.hwintid < 0 || !irq.is(IrqState.HW)) {
      ledger.indeterminate(R11, Reason.NO_IRQ_SNAPSHOT);
    } else if (Lr.isHw(lr, v3) && Lr.physicalIntid(lr, v3) == irq.hwintid) {
      ledger.consistent(R11);
    } else {
      soft(R11, e, v, k, irq, "HW=1, physical INTID " + irq.hwintid);
    }
  }

  private void soft(int rule, Event e, VcpuState v, int k, IrqState irq, String expected) {
    if (irq.changedTs != irq.seenTs) {
      ledger.indeterminate(rule, Reason.RACE_WINDOW);
      return;
    }
    v.inTainted |= 1 << k;
    String observed = reporter.lr(v, k, v.in[k]);
    reporter.violated(
        rule,
        Strength.SOFT,
        e,
        observed,
        v,
        intid(v, k),
        message(rule),
        expected,
        observed,
        Reporter.snapshotRef(irq));
  }

  /** INV-LRE-14. Returns whether it is worth looking further. */
  private boolean lpiState(Event e, VcpuState v, int k) {
    long intid = intid(v, k);
    if (intid < 8192 || intid > 0xffff) {
      return true;
    }
    int state = Lr.state(v.in[k], machine.isV3());
    if (state == Lr.STATE_PENDING) {
      ledger.consistent(R14);
    } else if (!machine.profile.isKnown()) {
      ledger.indeterminate(R14, Reason.UNKNOWN_VERSION);
    } else if (machine.profile.isEoiCount()) {
      wrong(R14, e, v, k, "An LPI enters the guest active.", "pending", populationBecause(v, k));
      return false;
    } else if ((v.popMask >>> k & 1) != 0 && (v.popKnown[k] & IrqState.ACTIVE) != 0) {
      // Before 6.19 an LPI keeps the active state that the previous fold gave it.
      ledger.consistent(R14);
    } else {
      ledger.indeterminate(R14, Reason.NO_IRQ_SNAPSHOT);
    }
    return true;
  }

  private void duplicates(Event e, VcpuState v, int n) {
    if (n < 2) {
      return;
    }
    for (int k = 1; k < n; k++) {
      for (int j = 0; j < k; j++) {
        if (Lr.state(v.in[j], machine.isV3()) != Lr.STATE_INACTIVE
            && Lr.state(v.in[k], machine.isV3()) != Lr.STATE_INACTIVE
            && intid(v, j) == intid(v, k)) {
          v.inTainted |= 1 << k | 1 << j;
          reporter.violated(
              R1,
              Strength.HARD,
              e,
              reporter.image("entry image", v.in, v.used, v.inHcr),
              v,
              intid(v, k),
              "The same interrupt is in two list registers.",
              "each INTID in at most one list register",
              reporter.lr(v, j, v.in[j]) + "; " + reporter.lr(v, k, v.in[k]),
              populationBecause(v, k));
          return;
        }
      }
    }
    ledger.consistent(R1);
  }

  private void unused(Event e, VcpuState v) {
    if (v.used == 0 && !machine.profile.isEoiCount()) {
      // Before 6.19 an empty ap_list skips the pass that clears the image.
      return;
    }
    int end = machine.lrs < 0 ? v.inRecorded : Math.min(machine.lrs, v.inRecorded);
    if (v.used >= end) {
      return;
    }
    int stale = 0;
    for (int k = v.used; k < end; k++) {
      stale |= v.in[k] != 0 ? 1 << k : 0;
    }
    if (stale == 0) {
      ledger.consistent(R4);
      return;
    }
    v.inTainted |= stale;
    int first = Integer.numberOfTrailingZeros(stale);
    reporter.violated(
        R4,
        Strength.HARD,
        e,
        reporter.image("entry image", v.in, end, v.used, v.inHcr),
        v,
        -1,
        "A list register beyond the used ones is not empty.",
        "LR" + first + " = 0",
        reporter.lr(v, first, v.in[first]));
  }

  private long intid(VcpuState v, int k) {
    return Lr.intid(v.in[k], machine.isV3(), machine.isV2Guest(v));
  }

  private EventRef[] populationBecause(VcpuState v, int k) {
    return (v.popMask >>> k & 1) != 0
        ? new EventRef[] {reporter.populationRef(v, k)}
        : new EventRef[0];
  }

  private void wrong(
      int rule, Event e, VcpuState v, int k, String message, String expected, EventRef... because) {
    v.inTainted |= 1 << k;
    Strength strength = because.length > 0 ? Strength.PAIR : Strength.HARD;
    String observed = reporter.lr(v, k, v.in[k]);
    reporter.violated(
        rule, strength, e, observed, v, intid(v, k), message, expected, observed, because);
  }
}

package org.vgictrace.replay.kvm.nested;

import static org.vgictrace.replay.rule.NestedRules.V5_1;
import static org.vgictrace.replay.rule.NestedRules.V5_2;
import static org.vgictrace.replay.rule.NestedRules.V5_3;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the PPIs of GICv5 guests (vgic_v5_flush_ppi_state, vgic_v5_fold_ppi_state). Their
 * interrupt numbers carry the type:
 *
 * <pre>
 *   31   29 28      24 23                     0
 *  +-------+----------+------------------------+
 *  | 1=PPI |    0     | number, 0 to 63 in KVM |
 *  +-------+----------+------------------------+
 * </pre>
 */
final class PpiChecks {
  private static final int R1 = Ledger.index(V5_1);
  private static final int R2 = Ledger.index(V5_2);
  private static final int R3 = Ledger.index(V5_3);

  private static final int STEP = Kind.PPI_STATE.column("step");
  private static final int VCPU = Kind.PPI_STATE.column("vcpu");
  private static final int PENDR = Kind.PPI_STATE.column("pendr");
  private static final int ACTIVER = Kind.PPI_STATE.column("activer");
  private static final int FLUSH = Kind.PPI_STATE.columns().get(STEP).labels().indexOf("flush");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_VCPU_ID = Kind.IRQ_PENDING.column("vcpu_id");
  private static final int MAP_DIRECT_VTIMER = Kind.TIMER_MAP.column("direct_vtimer");
  private static final int MAP_DIRECT_PTIMER = Kind.TIMER_MAP.column("direct_ptimer");

  private static final int TYPE_SHIFT = 29;
  private static final int TYPE_PPI = 1;
  private static final int NUMBER_MASK = 0xff_ffff;
  private static final int PPIS = 64;

  /** PPI of each timer: physical, virtual, EL2 virtual, EL2 physical. */
  private static final int[] TIMER_PPIS = {0x1e, 0x1b, 0x1c, 0x1a};

  private enum Phase {
    UNKNOWN,
    FLUSHED,
    FOLDED
  }

  /** The PPIs of one vCPU. */
  private static final class Ppis {
    Phase phase = Phase.UNKNOWN;
    int stretch = -1;
    long pending;
    long active;

    /** Whether the pending and active bits of the latest step were recorded. */
    boolean pendingKnown;

    boolean activeKnown;

    /** Injected or queued since the latest flush. */
    long touched;

    /** Judged since the latest step. */
    long seen;

    int pid;
    long seq;
    long ts;
    int cpu;
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final Long2ObjectHashMap<Ppis> byVcpu = new Long2ObjectHashMap<>();

  /** Direct timers as PPI bits, by vCPU; for vCPUs of any guest. */
  private final Long2ObjectHashMap<long[]> directByVcpu = new Long2ObjectHashMap<>();

  /** Whether calls of the injection function are recorded. */
  private boolean showsInjections;

  PpiChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** A VM or vCPU begins or ends: addresses may be used again. */
  void forget() {
    byVcpu.clear();
    directByVcpu.clear();
  }

  /** Number of the PPI in a GICv5 interrupt number, -1 if it is none. */
  private static int ppi(long intid) {
    int value = (int) intid;
    int number = value & NUMBER_MASK;
    return value >>> TYPE_SHIFT == TYPE_PPI && number < PPIS ? number : -1;
  }

  /** The PPIs are handed to the hardware or taken back. */
  void step(Event e) {
    long vcpu = e.get(VCPU, 0);
    if (vcpu == 0) {
      return;
    }
    Ppis ppis = byVcpu.get(vcpu);
    if (ppis == null) {
      ppis = new Ppis();
      byVcpu.put(vcpu, ppis);
    }
    boolean flush = e.getInt(STEP, -1) == FLUSH;
    ledger.exercised(flush ? Transition.FLUSH_13 : Transition.FOLD_12);
    Phase next = flush ? Phase.FLUSHED : Phase.FOLDED;
    boolean known = ppis.phase != Phase.UNKNOWN && ppis.stretch == machine.stretch();
    if (known && ppis.phase == next) {
      // Each flush has its fold, even if the entry is given up.
      lost(vcpu);
    }
    if (flush) {
      ppis.touched = 0;
    } else if (!known || ppis.phase != Phase.FLUSHED) {
      // What happened since the flush is not known.
      ppis.touched = -1;
    }
    ppis.phase = next;
    ppis.stretch = machine.stretch();
    ppis.seen = 0;
    ppis.pending = e.get(PENDR, 0);
    ppis.active = e.get(ACTIVER, 0);
    ppis.pendingKnown = e.has(PENDR);
    ppis.activeKnown = e.has(ACTIVER);
    ppis.pid = e.pid;
    ppis.seq = e.seq;
    ppis.ts = e.ts;
    ppis.cpu = e.cpu;
  }

  private void lost(long vcpu) {
    VcpuState v = machine.vcpuAt(vcpu);
    if (v != null) {
      machine.gap(v);
    }
  }

  /** The state of an interrupt is seen. */
  void snapshot(Event e) {
    int number = byVcpu.isEmpty() ? -1 : ppi(e.get(Snapshot.INTID, 0));
    if (number < 0) {
      return;
    }
    ledger.beginTransition();
    owner(e);
    Ppis ppis = byVcpu.get(e.get(Snapshot.TARGET, 0));
    long bit = 1L << number;
    if (ppis != null && ppis.stretch == machine.stretch() && (ppis.seen & bit) == 0) {
      ppis.seen |= bit;
      if (ppis.phase == Phase.FOLDED) {
        folded(e, ppis, bit);
      } else if (ppis.phase == Phase.FLUSHED) {
        flushed(e, ppis, bit);
      }
    }
    ledger.endTransition();
  }

  private void owner(Event e) {
    if (!e.has(Snapshot.OWN)) {
      ledger.indeterminate(R1, Reason.NO_IRQ_SNAPSHOT);
    } else if (e.get(Snapshot.OWN, 0) == 0) {
      ledger.consistent(R1);
    } else {
      violated(
          R1,
          Strength.HARD,
          e,
          "An interrupt of a GICv5 guest is on an ap_list.",
          "own = none",
          "own=0x" + Long.toHexString(e.get(Snapshot.OWN, 0)),
          null);
    }
  }

  private void folded(Event e, Ppis ppis, long bit) {
    boolean wantActive = (ppis.active & bit) != 0;
    if (!ppis.activeKnown || !e.has(Snapshot.ACTIVE)) {
      ledger.indeterminate(R2, Reason.NO_IRQ_SNAPSHOT);
    } else if (e.get(Snapshot.ACTIVE, 0) != 0 != wantActive) {
      violated(
          R2,
          Strength.ABSENCE,
          e,
          "The active state of a PPI after the fold is not that of the exit.",
          "active=" + (wantActive ? 1 : 0),
          "active=" + (wantActive ? 0 : 1),
          ppis);
      return;
    }
    boolean edge = e.has(Snapshot.CONFIG) && e.get(Snapshot.CONFIG, 1) == 0;
    if (!edge || !ppis.pendingKnown || !e.has(Snapshot.PENDING)) {
      if (ppis.activeKnown && e.has(Snapshot.ACTIVE)) {
        ledger.consistent(R2);
      }
      return;
    }
    boolean pending = e.get(Snapshot.PENDING, 0) != 0;
    boolean found = (ppis.pending & bit) != 0;
    if (found == pending || !found && (ppis.touched & bit) != 0) {
      ledger.consistent(R2);
    } else if (!found && !machine.shows(Observation.INJECTION)) {
      ledger.indeterminate(R2, Reason.PROBE_MISSING);
    } else {
      violated(
          R2,
          Strength.ABSENCE,
          e,
          found
              ? "An edge that the guest has not taken was dropped in the fold."
              : "A PPI is pending after the fold without an edge.",
          "pending=" + (found ? 1 : 0),
          "pending=" + (pending ? 1 : 0),
          ppis);
    }
  }

  private void flushed(Event e, Ppis ppis, long bit) {
    boolean edge = e.has(Snapshot.CONFIG) && e.get(Snapshot.CONFIG, 1) == 0;
    if (!edge || !e.has(Snapshot.PENDING) || (ppis.touched & bit) != 0) {
      return;
    }
    if (e.get(Snapshot.PENDING, 0) == 0) {
      ledger.consistent(R2);
    } else {
      violated(
          R2,
          Strength.ABSENCE,
          e,
          "An edge that was handed to the hardware is still pending in software.",
          "pending=0",
          "pending=1",
          ppis);
    }
  }

  /** A list register is populated or in use. */
  void listRegister(Event e, String what) {
    if (byVcpu.isEmpty()) {
      return;
    }
    VcpuState v = machine.vcpuOfThread(e.pid);
    Ppis ppis = v == null ? null : byVcpu.get(v.pointer());
    if (ppis == null || ppis.pid != e.pid) {
      return;
    }
    ledger.beginTransition();
    reporter.violated(
        R1,
        Strength.SOFT,
        e,
        what,
        v,
        -1,
        "A list register is used for a vCPU of a GICv5 guest.",
        "none",
        what);
    ledger.endTransition();
  }

  /** An injection reaches the vGIC, with the vCPU's pointer. */
  void injected(Event e) {
    showsInjections = true;
    int number = ppi(e.get(INJECT_INTID, 0));
    if (number >= 0) {
      injection(e, number, e.get(INJECT_VCPU, 0));
    }
  }

  /** The tracepoint of an injection, where the call itself is not recorded. */
  void pending(Event e) {
    int number = ppi(e.get(PENDING_INTID, 0));
    if (number < 0 || showsInjections) {
      return;
    }
    VcpuState v = machine.vcpuOfThread(e.pid);
    boolean own = v != null && v.id() >= 0 && v.id() == e.getInt(PENDING_VCPU_ID, -1);
    injection(e, number, own && v != null ? v.pointer() : 0);
  }

  private void injection(Event e, int number, long vcpu) {
    Ppis ppis = byVcpu.get(vcpu);
    if (ppis != null) {
      ppis.touched |= 1L << number;
    }
    if (!isTimer(number)) {
      return;
    }
    ledger.beginTransition();
    long @Nullable [] direct = directByVcpu.get(vcpu);
    if (vcpu == 0) {
      ledger.indeterminate(R3, Reason.UNKNOWN_VCPU);
    } else if (direct == null || direct[1] != machine.stretch()) {
      ledger.indeterminate(R3, Reason.TRACE_START);
    } else if ((direct[0] >>> number & 1) == 0) {
      ledger.consistent(R3);
    } else {
      violated(
          R3,
          Strength.ABSENCE,
          e,
          "A timer that has its hardware is injected by software.",
          "no injection of PPI 0x" + Integer.toHexString(number),
          "injected",
          null);
    }
    ledger.endTransition();
  }

  private static boolean isTimer(int number) {
    for (int timer : TIMER_PPIS) {
      if (timer == number) {
        return true;
      }
    }
    return false;
  }

  /** Which timers have hardware changes with each switch between nested levels. */
  void timerMap(Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v == null || v.pointer() == 0) {
      return;
    }
    long[] direct = directByVcpu.get(v.pointer());
    if (direct == null) {
      direct = new long[2];
      directByVcpu.put(v.pointer(), direct);
    }
    direct[0] = bit(e.getInt(MAP_DIRECT_VTIMER, -1)) | bit(e.getInt(MAP_DIRECT_PTIMER, -1));
    direct[1] = machine.stretch();
  }

  private static long bit(int timer) {
    return timer >= 0 && timer < TIMER_PPIS.length ? 1L << TIMER_PPIS[timer] : 0;
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      String message,
      String expected,
      String observed,
      @Nullable Ppis against) {
    EventRef[] because =
        against == null
            ? new EventRef[0]
            : new EventRef[] {
              new EventRef(
                  against.seq,
                  against.ts,
                  against.cpu,
                  against.phase == Phase.FLUSHED ? "flush of the PPIs" : "fold of the PPIs")
            };
    reporter.violated(
        rule,
        strength,
        e,
        "INTID 0x" + Long.toHexString(intid(e)),
        machine.vcpuOfThread(e.pid),
        intid(e),
        message,
        expected,
        observed,
        because);
  }

  /** The interrupt number, which kinds of events have in different columns. */
  private static long intid(Event e) {
    for (int column : new int[] {Snapshot.INTID, INJECT_INTID, PENDING_INTID}) {
      if (ppi(e.get(column, 0)) >= 0) {
        return e.get(column, 0) & 0xffff_ffffL;
      }
    }
    return -1;
  }
}

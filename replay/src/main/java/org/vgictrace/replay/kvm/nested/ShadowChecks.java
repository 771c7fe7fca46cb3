package org.vgictrace.replay.kvm.nested;

import static org.vgictrace.replay.rule.MaintenanceRules.MAINT_4;
import static org.vgictrace.replay.rule.NestedRules.NV_1;
import static org.vgictrace.replay.rule.NestedRules.NV_2;
import static org.vgictrace.replay.rule.NestedRules.NV_3;

import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the list registers of nested guests against those of their hypervisors
 * (vgic_v3_create_shadow_lr, vgic_v3_sync_nested, vgic_v3_put_nested), and the maintenance
 * interrupts that hypervisors are given.
 *
 * <pre>
 *   L1's registers   0: pending  1: -  2: active  3: -       lr_map = 0b0101
 *                        |              |
 *   hardware         0: pending     1: active                used_lrs = 2
 * </pre>
 */
final class ShadowChecks {
  private static final int N1 = Ledger.index(NV_1);
  private static final int N2 = Ledger.index(NV_2);
  private static final int N3 = Ledger.index(NV_3);
  private static final int M4 = Ledger.index(MAINT_4);

  private static final int STEP = Kind.NESTED.column("step");
  private static final int LR_MAP = Kind.NESTED.column("lr_map");
  private static final int USED_LRS = Kind.NESTED.column("used_lrs");
  private static final int HCR = Kind.NESTED.column("hcr");
  private static final int VMCR = Kind.NESTED.column("vmcr");
  private static final int LR0 = Kind.NESTED.column("lr0");
  private static final int L1_LR0 = Kind.NESTED.column("l1_lr0");
  private static final int LOAD = label("load");
  private static final int PUT = label("put");
  private static final int SYNC = label("sync");
  private static final int FLUSH = label("flush");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_LEVEL = Kind.INJECT.column("level");
  private static final int INJECT_OWNER = Kind.INJECT.column("owner");

  /** Number, state, priority and group: what is the same in both registers. */
  private static final long COPIED = 0xd0ff_0000_ffff_ffffL;

  private static final long HIGHEST_SPI = 1019;

  /** Exit states by entry state, as bits: what hardware can do to a list register. */
  private static final int[] REACHABLE = {0b0001, 0b0111, 0b0101, 0b1111};

  /** The list registers of one vCPU's guest since they were loaded. */
  private static final class Shadow {
    final long[] lr = new long[LrImage.LRS_MAX];
    final long[] l1 = new long[LrImage.LRS_MAX];
    boolean loaded;

    /** Stretch of recording of the latest load or put. */
    int turn = -1;

    int stretch = -1;
    int used;
    int map;
    boolean mapKnown;
    int l1Count;
    boolean synced;
    long seq;
    long ts;
    int cpu;

    /** Level of the maintenance interrupt that the latest evaluation gives; -1 if unknown. */
    int level = -1;
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final Long2ObjectHashMap<Shadow> shadows = new Long2ObjectHashMap<>();

  /** Maintenance interrupt by VM. */
  private final Long2LongHashMap maintenance = new Long2LongHashMap(-1);

  ShadowChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** A VM or vCPU begins or ends: addresses may be used again. */
  void forget() {
    shadows.clear();
    maintenance.clear();
  }

  private static int label(String label) {
    return Kind.NESTED.columns().get(STEP).labels().indexOf(label);
  }

  /** A step of a nested guest's list registers. */
  void step(Event e, VcpuState v) {
    Shadow shadow = shadows.get(v.pointer());
    if (shadow == null) {
      shadow = new Shadow();
      shadows.put(v.pointer(), shadow);
    }
    int step = e.getInt(STEP, -1);
    shadow.level = -1;
    ledger.beginTransition();
    if (step == LOAD || step == PUT) {
      if (shadow.loaded == (step == LOAD) && shadow.turn == machine.stretch()) {
        // Load and put come in turn.
        machine.gap(v);
      }
      shadow.loaded = step == LOAD;
      shadow.turn = machine.stretch();
    }
    if (step == LOAD) {
      ledger.exercised(Transition.NV_1);
      ledger.exercised(Transition.NV_2);
      load(e, v, shadow);
    } else if (step == SYNC) {
      ledger.exercised(Transition.NV_3);
      sync(e, v, shadow);
    } else if (step == PUT) {
      ledger.exercised(Transition.NV_5);
      put(e, v, shadow);
    } else if (step == FLUSH) {
      ledger.exercised(Transition.FLUSH_2);
      evaluate(e, shadow);
    } else {
      ledger.exercised(Transition.MAINT_2);
    }
    ledger.endTransition();
  }

  private static int recorded(Event e, int first) {
    int count = 0;
    while (count < LrImage.LRS_MAX && e.has(first + count)) {
      count++;
    }
    return count;
  }

  private void load(Event e, VcpuState v, Shadow shadow) {
    int count = recorded(e, LR0);
    shadow.used = e.getInt(USED_LRS, 0);
    shadow.map = e.getInt(LR_MAP, 0);
    shadow.mapKnown = e.has(LR_MAP);
    shadow.l1Count = recorded(e, L1_LR0);
    shadow.stretch = -1;
    shadow.synced = false;
    shadow.seq = e.seq;
    shadow.ts = e.ts;
    shadow.cpu = e.cpu;
    for (int k = 0; k < LrImage.LRS_MAX; k++) {
      shadow.lr[k] = e.get(LR0 + k, 0);
      shadow.l1[k] = e.get(L1_LR0 + k, 0);
    }
    if (!e.has(USED_LRS) || !shadow.mapKnown || count < shadow.used) {
      ledger.indeterminate(N1, Reason.NO_LR_IMAGE);
      return;
    }
    if (Integer.bitCount(shadow.map) != shadow.used) {
      wrong(
          e,
          v,
          "The number of loaded list registers differs from that of the registers they are of.",
          Integer.bitCount(shadow.map) + " by lr_map " + hex(shadow.map),
          shadow.used + " in use");
      return;
    }
    for (int k = 0; k < shadow.used; k++) {
      if (Lr.state(shadow.lr[k], true) == Lr.STATE_INACTIVE) {
        wrong(
            e,
            v,
            "A nested guest is given a list register that is neither pending nor active.",
            "pending or active",
            register(k, shadow.lr[k]));
        return;
      }
    }
    if (copies(e, v, shadow)) {
      shadow.stretch = machine.stretch();
      ledger.consistent(N1);
    }
    translated(e, v, shadow);
  }

  /** The hardware's registers against the hypervisor's. Returns whether they fit. */
  private boolean copies(Event e, VcpuState v, Shadow shadow) {
    int loaded = 0;
    for (int i = 0; i < shadow.l1Count; i++) {
      loaded |= Lr.state(shadow.l1[i], true) == Lr.STATE_INACTIVE ? 0 : 1 << i;
    }
    if (shadow.l1Count > 0 && loaded != (shadow.map & (1 << shadow.l1Count) - 1)) {
      wrong(
          e,
          v,
          "The map of loaded list registers is not that of the pending and active ones.",
          "lr_map " + hex(loaded),
          "lr_map " + hex(shadow.map));
      return false;
    }
    int k = 0;
    for (int i = 0; i < shadow.l1Count; i++) {
      if ((shadow.map >>> i & 1) == 0) {
        continue;
      }
      long ours = shadow.l1[i];
      long theirs = shadow.lr[k];
      boolean hwAppears = Lr.isHw(theirs, true) && !Lr.isHw(ours, true);
      if (((ours ^ theirs) & COPIED) != 0 || hwAppears) {
        wrong(
            e,
            v,
            "A nested guest's list register is not the hypervisor's.",
            register(i, ours) + " of the hypervisor",
            register(k, theirs));
        return false;
      }
      k++;
    }
    return true;
  }

  /** INV-NV-2. */
  private void translated(Event e, VcpuState v, Shadow shadow) {
    int k = 0;
    for (int i = 0; i < LrImage.LRS_MAX && k < shadow.used; i++) {
      if ((shadow.map >>> i & 1) == 0) {
        continue;
      }
      if (Lr.isHw(shadow.lr[k], true)) {
        if (i < shadow.l1Count) {
          physical(e, v, shadow.lr[k], k, Lr.physicalIntid(shadow.l1[i], true));
        } else {
          ledger.indeterminate(N2, Reason.NO_LR_IMAGE);
        }
      }
      k++;
    }
  }

  private void physical(Event e, VcpuState v, long lr, int k, int named) {
    long wanted = named > HIGHEST_SPI ? Machine.NOT_MAPPED : machine.physicalOf(named, v);
    if (wanted == Machine.MAPPING_UNKNOWN) {
      ledger.indeterminate(N2, Reason.NO_IRQ_SNAPSHOT);
    } else if (wanted == Lr.physicalIntid(lr, true)) {
      ledger.consistent(N2);
    } else {
      reporter.violated(
          N2,
          named > HIGHEST_SPI ? Strength.HARD : Strength.ABSENCE,
          e,
          "nested load " + register(k, lr),
          v,
          Lr.intid(lr, true, false),
          "A nested guest's list register is tied to a physical interrupt that is not its own.",
          wanted == Machine.NOT_MAPPED
              ? "HW=0, INTID " + named + " of the hypervisor has none"
              : "physical INTID " + wanted + " behind INTID " + named + " of the hypervisor",
          register(k, lr));
    }
  }

  /** The hardware's registers come back: INV-HW-1 and INV-HW-2 hold for them, too. */
  private void sync(Event e, VcpuState v, Shadow shadow) {
    if (shadow.stretch != machine.stretch() || recorded(e, LR0) < shadow.used) {
      ledger.indeterminate(N1, Reason.NO_LR_IMAGE);
      return;
    }
    for (int k = 0; k < shadow.used; k++) {
      long before = shadow.lr[k];
      long after = e.get(LR0 + k, 0);
      int reachable = REACHABLE[Lr.state(before, true)];
      boolean elsewhere = ((before ^ after) & ~Lr.stateMask(true)) != 0;
      if (elsewhere || (reachable >>> Lr.state(after, true) & 1) == 0) {
        shadow.stretch = -1;
        differs(
            e,
            v,
            shadow,
            "A nested guest's list register changed as hardware cannot change it.",
            "from " + register(k, before),
            register(k, after));
        return;
      }
      shadow.lr[k] = after;
    }
    shadow.synced = true;
    ledger.consistent(N1);
  }

  /** What came back is in the hypervisor's registers, and nothing else changed there. */
  private void put(Event e, VcpuState v, Shadow shadow) {
    if (shadow.stretch != machine.stretch()) {
      ledger.indeterminate(N3, Reason.TRACE_START);
      return;
    }
    ledger.consistent(N3);
    int count = Math.min(shadow.l1Count, recorded(e, L1_LR0));
    int k = 0;
    for (int i = 0; i < count; i++) {
      boolean loaded = (shadow.map >>> i & 1) != 0;
      long state = Lr.stateMask(true);
      long want =
          loaded && shadow.synced ? shadow.l1[i] & ~state | shadow.lr[k] & state : shadow.l1[i];
      k += loaded ? 1 : 0;
      long got = e.get(L1_LR0 + i, 0);
      if (got != want) {
        differs(
            e,
            v,
            shadow,
            loaded
                ? "The state of a nested guest's list register did not reach its hypervisor's."
                : "A list register of the hypervisor changed that its guest does not have.",
            register(i, want) + " of the hypervisor",
            register(i, got));
        shadow.stretch = -1;
        return;
      }
    }
    shadow.stretch = -1;
    if (count > 0) {
      ledger.consistent(N1);
    }
  }

  /** The level of the maintenance interrupt is evaluated from the hypervisor's registers. */
  private static void evaluate(Event e, Shadow shadow) {
    int count = recorded(e, L1_LR0);
    if (e.has(HCR) && e.has(VMCR) && count > 0) {
      long[] lrs = new long[count];
      for (int i = 0; i < count; i++) {
        lrs[i] = e.get(L1_LR0 + i, 0);
      }
      long hcr = e.get(HCR, 0);
      int misr = Misr.misr(hcr, lrs, count, e.get(VMCR, 0), true);
      shadow.level = (hcr & Hcr.EN) != 0 && misr != 0 ? 1 : 0;
    }
  }

  /**
   * INV-MAINT-4: an injection whose owner is the vCPU itself is that of its maintenance interrupt.
   */
  void injected(Event e) {
    long owner = e.get(INJECT_OWNER, 0);
    VcpuState v = owner == 0 ? null : machine.vcpuOfThread(e.pid);
    if (v == null || v.pointer() != owner || e.get(INJECT_VCPU, 0) != owner) {
      return;
    }
    ledger.exercised(Transition.NV_4);
    ledger.beginTransition();
    long intid = e.get(INJECT_INTID, -1);
    long first = maintenance.get(v.vmPointer());
    if (first < 0 && intid >= 0) {
      maintenance.put(v.vmPointer(), intid);
      first = intid;
    }
    Shadow shadow = shadows.get(owner);
    int level = shadow == null ? -1 : shadow.level;
    boolean another = intid != first && v.vmPointer() != 0;
    if (intid < 16 || intid > 31 || another) {
      String expected = another ? "INTID " + first : "a PPI";
      maintenanceWrong(
          e, v, intid, Strength.SOFT, "has another number", expected, "INTID " + intid);
    } else if (level < 0 || !e.has(INJECT_LEVEL)) {
      ledger.indeterminate(M4, Reason.NO_LR_IMAGE);
    } else if (e.get(INJECT_LEVEL, 0) == level) {
      ledger.consistent(M4);
    } else {
      maintenanceWrong(
          e,
          v,
          intid,
          Strength.ABSENCE,
          "has the wrong level",
          "level " + level,
          "level " + (1 - level));
    }
    if (shadow != null) {
      shadow.level = -1;
    }
    ledger.endTransition();
  }

  private void maintenanceWrong(
      Event e,
      VcpuState v,
      long intid,
      Strength strength,
      String how,
      String expected,
      String observed) {
    reporter.violated(
        M4,
        strength,
        e,
        "inject INTID " + intid,
        v,
        intid,
        "The maintenance interrupt of a guest hypervisor " + how + ".",
        expected,
        observed);
  }

  private void wrong(Event e, VcpuState v, String message, String expected, String observed) {
    reporter.violated(
        N1, Strength.HARD, e, "nested load " + observed, v, -1, message, expected, observed);
  }

  /** A put and a load that are both missing would explain it. */
  private void differs(
      Event e, VcpuState v, Shadow shadow, String message, String expected, String observed) {
    reporter.violated(
        N1,
        Strength.ABSENCE,
        e,
        "nested " + observed,
        v,
        -1,
        message,
        expected,
        observed,
        new EventRef(shadow.seq, shadow.ts, shadow.cpu, "nested load"));
  }

  private static String register(int k, long lr) {
    return "LR" + k + " = " + Lr.text(lr, true, false) + " (0x" + Long.toHexString(lr) + ")";
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }
}

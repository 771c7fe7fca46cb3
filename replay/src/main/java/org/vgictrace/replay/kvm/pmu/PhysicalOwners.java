package org.vgictrace.replay.kvm.pmu;

import static org.vgictrace.replay.rule.OwnershipRules.OWN_1;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_7;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.verdict.EventRef;

/** Judges which physical interrupts list registers tie guest interrupts to. */
final class PhysicalOwners {
  private static final int O1 = Ledger.index(OWN_1);
  private static final int O7 = Ledger.index(OWN_7);
  private static final int FIRST_SPI = 32;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** Who a physical SPI stands behind. */
  private final Int2ObjectHashMap<Owner> owners = new Int2ObjectHashMap<>();

  /** A guest interrupt. */
  private record Owner(long vm, int intid, int stretch, EventRef seen) {}

  PhysicalOwners(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /**
   * The list registers at entry.
   *
   * @param pmu interrupt of the vCPU's performance monitors, -1 if unknown
   * @param isSure whether that is known for sure
   */
  void image(Event e, int pmu, boolean isSure) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    boolean v3 = machine.isV3();
    boolean v2Guest = v != null && machine.isV2Guest(v);
    int used = Math.min(e.getInt(LrImage.USED_LRS, 0), LrImage.LRS_MAX);
    ledger.beginTransition();
    for (int k = 0; k < used; k++) {
      long lr = e.get(LrImage.LR0 + k, 0);
      if (lr == 0) {
        continue;
      }
      int intid = (int) Lr.intid(lr, v3, v2Guest);
      if (intid == pmu) {
        performanceMonitors(e, v, intid, lr, isSure);
      }
      if (Lr.isHw(lr, v3)) {
        physical(e, v, k, intid, Lr.physicalIntid(lr, v3));
      }
    }
    ledger.endTransition();
  }

  private void performanceMonitors(
      Event e, @Nullable VcpuState v, int intid, long lr, boolean isSure) {
    boolean v3 = machine.isV3();
    if (!Lr.isHw(lr, v3)) {
      ledger.consistent(O1);
      return;
    }
    reporter.violated(
        O1,
        isSure ? Strength.HARD : Strength.SOFT,
        e,
        "entry image",
        v,
        intid,
        "The host's performance monitor interrupt was forwarded to a guest.",
        "no HW bit",
        "HW bit, physical interrupt " + Lr.physicalIntid(lr, v3));
  }

  private void physical(Event e, @Nullable VcpuState v, int index, int intid, int physical) {
    boolean v3 = machine.isV3();
    for (int k = 0; k < index; k++) {
      long other = e.get(LrImage.LR0 + k, 0);
      if (Lr.isHw(other, v3) && Lr.physicalIntid(other, v3) == physical) {
        reporter.violated(
            O7,
            Strength.HARD,
            e,
            "entry image",
            v,
            intid,
            "Two guest interrupts share the physical interrupt " + physical + ".",
            "one list register with that physical interrupt",
            "LR" + k + " and LR" + index);
        return;
      }
    }
    if (physical < FIRST_SPI || v == null) {
      ledger.consistent(O7);
      return;
    }
    Owner owner = owners.get(physical);
    if (owner == null || owner.stretch != machine.stretch()) {
      EventRef seen = Ledger.ref(e, "entry image: INTID " + intid + " HW " + physical);
      owners.put(physical, new Owner(v.vmPointer(), intid, machine.stretch(), seen));
    } else if (owner.vm == v.vmPointer() && owner.intid == intid) {
      ledger.consistent(O7);
    } else {
      reporter.violated(
          O7,
          Strength.SOFT,
          e,
          "entry image",
          v,
          intid,
          "The physical interrupt " + physical + " stands behind two guest interrupts.",
          "INTID " + owner.intid,
          "INTID " + intid,
          owner.seen);
    }
  }

  /** A guest interrupt is mapped to a physical one. */
  void mapped(Event e, int intid, int pmu, int hostIrq) {
    if (intid != pmu) {
      return;
    }
    ledger.beginTransition();
    reporter.violated(
        O1,
        Strength.SOFT,
        e,
        "map INTID " + intid + " to host interrupt " + hostIrq,
        machine.vcpuOfThread(e.pid),
        intid,
        "The performance monitor interrupt of a guest was mapped to a physical one.",
        "no mapping",
        "a mapping to host interrupt " + hostIrq);
    ledger.endTransition();
  }

  /** Some mapping ends: what stood behind what may change. */
  void unmapped() {
    owners.clear();
  }
}

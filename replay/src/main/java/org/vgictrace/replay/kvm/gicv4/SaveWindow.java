package org.vgictrace.replay.kvm.gicv4;

import static org.vgictrace.replay.rule.VlpiRules.SAVE_1;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_2;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_3;
import static org.vgictrace.replay.rule.VlpiRules.SAVE_4;

import org.agrona.collections.LongHashSet;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * The window in which pending tables are saved (vgic_v3_save_pending_tables).
 *
 * <pre>
 *   IDLE --save--> SAVING --free of a vPE's interrupt--> UNMAPPED --read of a virtual LPI--> UNMAPPED
 *                                                            |
 *   IDLE &lt;--return, as many requested as freed-- MAPPING &lt;---+ request of a vPE's interrupt
 * </pre>
 *
 * One save at a time: the caller holds the locks of the VM and all its vCPUs.
 */
final class SaveWindow {
  private static final int S1 = Ledger.index(SAVE_1);
  private static final int S2 = Ledger.index(SAVE_2);
  private static final int S3 = Ledger.index(SAVE_3);
  private static final int S4 = Ledger.index(SAVE_4);

  private static final int EACCES = -13;

  private static final int KVM = Kind.LPIS.column("kvm");
  private static final int STATE_IRQ = Kind.VLPI_STATE.column("irq");
  private static final int WORK_RET = Kind.ITS_WORK.column("ret");

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final ForwardingChecks forwarding;

  /** Thread that saves, -1 for none. */
  private int saver = -1;

  private int stretch;
  private int freed;
  private int requested;
  private final LongHashSet read = new LongHashSet();

  /** The host's GIC can read virtual LPIs: a GICv4.1. */
  private boolean readsVlpis;

  SaveWindow(Machine machine, Reporter reporter, ForwardingChecks forwarding) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.forwarding = forwarding;
  }

  private boolean isIn(Event e) {
    return saver == e.pid && stretch == machine.stretch();
  }

  /** Whether vPEs are unmapped at present. */
  boolean isUnmapped() {
    return saver >= 0 && stretch == machine.stretch() && freed > requested;
  }

  void begin(Event e) {
    machine.saw(Observation.SAVED_TABLES);
    saver = e.pid;
    stretch = machine.stretch();
    freed = 0;
    requested = 0;
    read.clear();
    long kvm = e.get(KVM, 0);
    for (VcpuState v : machine.vcpus()) {
      if (v.vmPointer() != kvm || v.pid() < 0) {
        continue;
      }
      if (!v.isInGuest() || v.pid() == e.pid) {
        ledger.consistent(S2);
      } else {
        violated(
            S2,
            Strength.SOFT,
            e,
            "Pending tables are saved while a vCPU is in the guest.",
            "all vCPUs out of the guest",
            "vcpu" + v.id() + " in the guest");
      }
    }
  }

  /** A vCPU enters the guest. */
  void entered(Event e, VcpuState v) {
    if (isUnmapped() && v.pid() != saver) {
      violated(
          S2,
          Strength.SOFT,
          e,
          "A vCPU enters the guest while vPEs are unmapped for a save.",
          "no entry before the vPEs are mapped again",
          "vcpu" + v.id() + " enters");
    }
  }

  /** The interrupt of a vPE is freed or requested. */
  void irq(Event e, boolean request) {
    if (!isIn(e)) {
      return;
    }
    if (request) {
      requested++;
    } else {
      freed++;
    }
  }

  /** A virtual LPI is read. */
  void state(Event e) {
    readsVlpis = true;
    if (!machine.shows(Observation.SAVED_TABLES)) {
      ledger.indeterminate(S1, Reason.PROBE_MISSING);
      return;
    }
    read.add(e.get(STATE_IRQ, 0));
    if (isIn(e) && freed > 0 && requested == 0) {
      ledger.consistent(S1);
      return;
    }
    violated(
        S1,
        isIn(e) && requested > 0 ? Strength.SOFT : Strength.ABSENCE,
        e,
        "A virtual LPI is read while its vPE is mapped.",
        "between the free and the request of the vPEs' interrupts",
        isIn(e) ? freed + " freed, " + requested + " requested" : "outside of a save");
  }

  /** A doorbell rings. */
  void rings(Event e) {
    if (!isUnmapped()) {
      return;
    }
    violated(
        S1,
        Strength.SOFT,
        e,
        "A doorbell rings whose vPE is unmapped for a save.",
        "no doorbell between free and request",
        freed + " freed, " + requested + " requested");
  }

  void end(Event e) {
    if (!isIn(e)) {
      return;
    }
    saver = -1;
    if (freed > 0) {
      if (freed == requested) {
        ledger.consistent(S1);
      } else {
        violated(
            S1,
            Math.abs(freed - requested) > 1 ? Strength.SOFT : Strength.ABSENCE,
            e,
            "A save leaves vPEs unmapped.",
            freed + " interrupts requested again",
            requested + " requested");
      }
      missed(e);
    }
  }

  /** INV-SAVE-3: virtual LPIs that the save did not read. */
  private void missed(Event e) {
    LongHashSet.LongIterator it = forwarding.hardware().iterator();
    while (it.hasNext()) {
      long irq = it.nextValue();
      if (read.contains(irq)) {
        ledger.consistent(S3);
      } else {
        violated(
            S3,
            Strength.ABSENCE,
            e,
            "A save does not read an LPI that the hardware delivers.",
            "its state read",
            "structure 0x" + Long.toHexString(irq) + " not read");
      }
    }
  }

  /** The tables of an ITS were saved. */
  void saved(Event e) {
    if (!e.has(WORK_RET)) {
      return;
    }
    boolean refused = e.getInt(WORK_RET, 0) == EACCES;
    boolean forwarded = !forwarding.hardware().isEmpty();
    if (!refused && forwarded && !readsVlpis) {
      // A GICv4.1 shows itself only when the pending tables are saved.
      ledger.indeterminate(S4, Reason.CONFIG);
    } else if (refused && (readsVlpis || !forwarded)) {
      if (!machine.shows(Observation.VLPI)) {
        ledger.indeterminate(S4, Reason.PROBE_MISSING);
        return;
      }
      violated(
          S4,
          Strength.SOFT,
          e,
          "A save of an ITS is refused though all pending state can be read.",
          "not EACCES",
          "ret=" + EACCES);
    } else {
      ledger.consistent(S4);
    }
  }

  private void violated(
      int rule, Strength strength, Event e, String message, String expected, String observed) {
    reporter.violated(
        rule, strength, e, observed, machine.vcpuOfThread(e.pid), -1, message, expected, observed);
  }
}

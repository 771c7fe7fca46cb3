package org.vgictrace.replay.kvm.gicv4;

import static org.vgictrace.replay.rule.VlpiRules.V4_2;
import static org.vgictrace.replay.rule.VlpiRules.V4_3;
import static org.vgictrace.replay.rule.VlpiRules.V4_4;
import static org.vgictrace.replay.rule.VlpiRules.V4_5;

import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/** Judges where vPEs are resident, their doorbells, and that they are committed before entry. */
final class ResidencyOfVpes {
  private static final int V2 = Ledger.index(V4_2);
  private static final int V3 = Ledger.index(V4_3);
  private static final int V4 = Ledger.index(V4_4);
  private static final int V5 = Ledger.index(V4_5);

  private static final int STEP = Kind.VPE.column("step");
  private static final int VCPU = Kind.VPE.column("vcpu");
  private static final int VPE = Kind.VPE.column("vpe");
  private static final int RESIDENT = Kind.VPE.column("resident");
  private static final int DOORBELL = Kind.VPE.column("doorbell");
  private static final int IRQ = Kind.VPE.column("irq");
  private static final int WAITED = Kind.VCPU_WAKEUP.column("waited");
  private static final int KICK_VCPU = Kind.KICK.column("vcpu");

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  /** By address of the vPE, or of the vCPU where only that was recorded. */
  private final Long2ObjectHashMap<Vpe> vpes = new Long2ObjectHashMap<>();

  /** Address of a vCPU's vPE. */
  private final Long2ObjectHashMap<Vpe> vpeOfThread = new Long2ObjectHashMap<>();

  /** vCPU of a doorbell, by Linux interrupt number. */
  private final Long2LongHashMap vcpuOfDoorbell = new Long2LongHashMap(0);

  /** Doorbell whose handler runs, by CPU. */
  private final Int2IntHashMap ringing = new Int2IntHashMap(-1);

  /** vPEs are committed as far as was seen. */
  private boolean showsCommit;

  ResidencyOfVpes(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  private Vpe vpe(long address) {
    Vpe vpe = vpes.get(address);
    if (vpe == null) {
      vpe = new Vpe();
      vpe.stretch = machine.stretch();
      vpes.put(address, vpe);
    } else if (vpe.stretch != machine.stretch()) {
      vpe.forget(machine.stretch());
    }
    return vpe;
  }

  private @Nullable Vpe ofThread(int pid) {
    Vpe vpe = vpeOfThread.get(pid);
    if (vpe != null && vpe.stretch != machine.stretch()) {
      vpe.forget(machine.stretch());
    }
    return vpe;
  }

  void step(Event e) {
    machine.saw(Observation.VPE);
    String step = Kind.VPE.columns().get(STEP).labels().get(e.getInt(STEP, 0));
    long vcpu = e.get(VCPU, 0);
    switch (step) {
      case "load" -> load(e, vpe(vcpu));
      case "put" -> {
        Vpe vpe = vpe(vcpu);
        vpe.resident = 0;
        vpe.uncommitted = false;
        vpe.seen(e.seq, e.ts, e.cpu);
      }
      case "resident" -> resident(e, vpe(e.get(VPE, 0)));
      case "nonresident" -> nonresident(e, vpe(e.get(VPE, 0)));
      case "commit" -> {
        showsCommit = true;
        Vpe vpe = e.has(VPE) ? vpe(e.get(VPE, 0)) : vpe(vcpu);
        vpe.uncommitted = false;
      }
      case "doorbell" -> rings(e, e.getInt(IRQ, -1));
      default -> {
        // The vPEs of a VM are made or destroyed.
      }
    }
  }

  /** The vCPU is loaded; whether its vPE was resident before was recorded with it. */
  private void load(Event e, Vpe vpe) {
    vpeOfThread.put(e.pid, vpe);
    if (e.has(RESIDENT)) {
      boolean resident = e.get(RESIDENT, 0) != 0;
      if (vpe.resident < 0) {
        ledger.indeterminate(V2, Reason.TRACE_START);
      } else if (!resident) {
        ledger.consistent(V2);
      } else if (vpe.resident == 0) {
        violated(
            V2,
            Strength.SOFT,
            e,
            "A vPE is resident though its vCPU was put.",
            "not resident after put",
            "resident",
            vpe.ref("put"));
      } else if (vpe.cpu >= 0 && vpe.cpu != e.cpu) {
        violated(
            V2,
            Strength.SOFT,
            e,
            "A vPE is resident on one CPU while its vCPU is loaded on another.",
            "not resident, or on CPU " + e.cpu,
            "resident on CPU " + vpe.cpu,
            vpe.ref("load on CPU " + vpe.cpu));
      }
    }
    vpe.resident = 1;
    vpe.cpu = e.cpu;
    vpe.uncommitted = true;
    vpe.seen(e.seq, e.ts, e.cpu);
  }

  private void resident(Event e, Vpe vpe) {
    vpeOfThread.put(e.pid, vpe);
    if (vpe.freed) {
      violated(
          V2,
          Strength.ABSENCE,
          e,
          "A vPE is made resident after its interrupt was freed.",
          "not before the interrupt is requested again",
          "made resident",
          vpe.ref("interrupt freed"));
    } else if (vpe.resident < 0) {
      ledger.indeterminate(V2, Reason.TRACE_START);
    } else if (vpe.resident == 0) {
      ledger.consistent(V2);
    } else {
      violated(
          V2,
          Strength.ABSENCE,
          e,
          "A vPE is made resident while it is.",
          "made non-resident on CPU " + vpe.cpu + " before",
          "resident on CPU " + vpe.cpu + " and " + e.cpu,
          vpe.ref("made resident"));
    }
    vpe.resident = 1;
    vpe.cpu = e.cpu;
    vpe.uncommitted = true;
    vpe.seen(e.seq, e.ts, e.cpu);
  }

  private void nonresident(Event e, Vpe vpe) {
    vpeOfThread.put(e.pid, vpe);
    if (vpe.resident < 0) {
      ledger.indeterminate(V2, Reason.TRACE_START);
    } else if (vpe.resident == 1 && vpe.cpu == e.cpu) {
      ledger.consistent(V2);
    } else {
      violated(
          V2,
          Strength.ABSENCE,
          e,
          "A vPE is made non-resident where it is not resident.",
          vpe.resident == 1 ? "on CPU " + vpe.cpu : "made resident before",
          "made non-resident on CPU " + e.cpu,
          vpe.ref("latest change"));
    }
    vpe.resident = 0;
    vpe.uncommitted = false;
    if (e.has(DOORBELL)) {
      vpe.doorbell = e.getInt(DOORBELL, 0);
    }
    vpe.seen(e.seq, e.ts, e.cpu);
  }

  /** The guest waits for an interrupt. */
  void waits(Event e) {
    Vpe vpe = ofThread(e.pid);
    if (vpe != null) {
      vpe.inWfi = true;
      vpe.doorbell = -1;
    }
  }

  /** The vCPU goes on after it was blocked. */
  void wakes(Event e) {
    Vpe vpe = ofThread(e.pid);
    if (vpe == null || !vpe.inWfi) {
      return;
    }
    vpe.inWfi = false;
    if (vpe.doorbell < 0 || e.get(WAITED, 0) == 0) {
      return;
    }
    if (vpe.doorbell == 1) {
      ledger.consistent(V3);
    } else {
      violated(
          V3,
          Strength.ABSENCE,
          e,
          "A vCPU was blocked in WFI without a doorbell.",
          "made non-resident with a doorbell",
          "without",
          vpe.ref("made non-resident, db=0"));
    }
  }

  /** The vCPU of a thread enters the guest. */
  void enters(Event e) {
    Vpe vpe = ofThread(e.pid);
    if (vpe == null) {
      return;
    }
    vpe.inWfi = false;
    if (!showsCommit) {
      return;
    }
    if (!vpe.uncommitted) {
      ledger.consistent(V5);
    } else {
      violated(
          V5,
          Strength.ABSENCE,
          e,
          "A vCPU enters the guest without a commit of its vPE.",
          "commit between load and entry",
          "none",
          vpe.ref("load"));
      vpe.uncommitted = false;
    }
  }

  /** A doorbell's interrupt is requested for a vCPU, or freed. */
  void irq(long vcpu, int irq, boolean requested) {
    if (requested && vcpu != 0) {
      vcpuOfDoorbell.put(irq, vcpu);
    }
    Vpe vpe = vpes.get(vcpu);
    if (vpe != null) {
      vpe.freed = !requested;
    }
  }

  /** vCPU of a doorbell, 0 if unknown. */
  long vcpuOf(int irq) {
    return vcpuOfDoorbell.get(irq);
  }

  /** A doorbell's interrupt handler runs. */
  void rings(Event e, int irq) {
    if (irq >= 0) {
      ringing.put(e.cpu, irq);
    }
  }

  /** A vCPU is kicked. */
  void kicked(Event e) {
    int irq = ringing.get(e.cpu);
    if (irq < 0) {
      return;
    }
    long vcpu = vcpuOfDoorbell.get(irq);
    if (vcpu == 0) {
      ledger.indeterminate(V4, Reason.UNKNOWN_VCPU);
      ringing.remove(e.cpu);
    } else if (vcpu == e.get(KICK_VCPU, 0)) {
      ledger.consistent(V4);
      ringing.remove(e.cpu);
    }
  }

  /** An interrupt handler ends. */
  void rang(Event e, int irq) {
    if (ringing.get(e.cpu) != irq || irq < 0) {
      return;
    }
    ringing.remove(e.cpu);
    if (vcpuOfDoorbell.get(irq) == 0 || !machine.shows(Observation.KICK)) {
      return;
    }
    violated(
        V4,
        Strength.ABSENCE,
        e,
        "A doorbell's handler ended without a kick of its vCPU.",
        "kick of the vCPU that the doorbell belongs to",
        "none");
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    reporter.violated(rule, strength, e, observed, v, -1, message, expected, observed, because);
  }
}

package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnGuestRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * The interrupts of a Linux guest that are event channels, and the rules about their handlers:
 * EV-70 for those that belong to a CPU, EV-72, EV-74 and EV-76.
 *
 * <p>An interrupt is an event channel's if its handler runs right after the acknowledgement of a
 * port.
 */
final class GuestHandlers {
  private static final int EV_70 = index(EvtchnGuestRules.EV_70);
  private static final int EV_72 = index(EvtchnGuestRules.EV_72);
  private static final int EV_74 = index(EvtchnGuestRules.EV_74);
  private static final int EV_76 = index(EvtchnGuestRules.EV_76);

  /** Acknowledgements after which an interrupt is taken for an event channel's. */
  private static final int CONFIRMED = 2;

  /** Upcalls begun after an IPI: when the third begins, two have had to take it. */
  private static final int UPCALLS = 3;

  private static final int IRQS_MAX = 1 << 20;

  private static final int CHIP_STEP = Kind.GUEST_CHIP.column("step");
  private static final int CHIP_IRQ = Kind.GUEST_CHIP.column("irq");
  private static final int CHIP_DATA = Kind.GUEST_CHIP.column("data");
  private static final int ENABLE = Steps.of(Kind.GUEST_CHIP, "step", "enable");
  private static final int DISABLE = Steps.of(Kind.GUEST_CHIP, "step", "disable");
  private static final int LATEEOI = Steps.of(Kind.GUEST_CHIP, "step", "lateeoi");
  private static final int ACK = Steps.of(Kind.GUEST_CHIP, "step", "ack");
  private static final int SPINLOCK = Steps.of(Kind.GUEST_SEND, "vector", "spinlock");
  private static final int NMI = Steps.of(Kind.GUEST_SEND, "vector", "nmi");

  private final Reporter reporter;
  private final GuestPorts ports;
  private final HandlerNames handlerNames = new HandlerNames();
  private final Int2ObjectHashMap<GuestIrq> byNumber = new Int2ObjectHashMap<>();

  GuestHandlers(Reporter reporter, GuestPorts ports) {
    this.reporter = reporter;
    this.ports = ports;
  }

  void forget() {
    byNumber.values().forEach(GuestIrq::forget);
  }

  void chip(GuestCpu cpu, Event e) {
    int step = e.getInt(CHIP_STEP, -1);
    if (step < 0) {
      return;
    }
    interrupted(cpu);
    if (step == LATEEOI) {
      GuestIrq irq = byNumber.get(e.getInt(CHIP_IRQ, -1));
      ports.ended(irq == null ? -1 : irq.port);
      return;
    }
    if (step == ENABLE) {
      ports.enabled();
    } else if (step == DISABLE) {
      ports.disabled(e.get(CHIP_DATA, 0));
    }
    cpu.acknowledged = GuestCpu.NONE;
    cpu.chip = step;
    cpu.chipData = e.get(CHIP_DATA, 0);
  }

  /** Something else happens: an acknowledgement whose port was not recorded is a gap. */
  void interrupted(GuestCpu cpu) {
    boolean acknowledges =
        cpu.chip == ACK || cpu.chip == GuestPorts.LATE_ACK || cpu.chip == GuestPorts.LATE_MASK_ACK;
    if (acknowledges && ports.showsAcknowledgements()) {
      reporter.gap();
    }
    cpu.chip = GuestCpu.NONE;
  }

  void enter(GuestCpu cpu, int number, int name, Event e, Names names) {
    interrupted(cpu);
    int port = cpu.acknowledged;
    cpu.acknowledged = GuestCpu.NONE;
    if (!cpu.enter(number)) {
      reporter.gap();
    }
    GuestIrq irq = number < IRQS_MAX ? byNumber.get(number) : null;
    if (port >= 0 && number < IRQS_MAX) {
      irq = byNumber.computeIfAbsent(number, GuestIrq::new);
      handles(cpu, irq, port, e);
    }
    if (irq == null) {
      return;
    }
    starts(irq, e);
    int code = handlerNames.code(name, names);
    if (code != HandlerNames.NONE && irq.confirmed >= CONFIRMED) {
      ofCpu(cpu, code, irq, e);
    }
  }

  private void handles(GuestCpu cpu, GuestIrq irq, int port, Event e) {
    irq.confirmed = irq.port == port ? irq.confirmed + 1 : 1;
    irq.port = port;
    GuestPort p = ports.at(port);
    if (p == null) {
      return;
    }
    p.irq = irq.irq;
    if (p.bound == GuestPort.UNKNOWN) {
      return;
    }
    if (p.bound != irq.irq) {
      // A record of a binding may be missing; the next handling of the port tells.
      p.stranger = irq.irq;
      reporter.indeterminate(EV_76, Reason.UNMARKED_LOSS);
    } else if (p.stranger == GuestPort.UNKNOWN) {
      reporter.consistent(EV_76);
    } else {
      reporter.broken(
          EV_76,
          Strength.SOFT,
          Reporter.finding(
              EV_76,
              e,
              "port " + port + " handled by irq " + irq.irq,
              null,
              cpu.cpu,
              "Port " + port + " was handled by irq " + p.stranger + ", not by its own",
              "port " + port + " handled by irq " + irq.irq + ", which it is bound to",
              "irq " + p.stranger + " in between"));
      p.stranger = GuestPort.UNKNOWN;
    }
  }

  private void starts(GuestIrq irq, Event e) {
    if (irq.runsOn < 0 || irq.runsOn == e.cpu) {
      irq.entered(e);
    } else if (irq.rival == null) {
      irq.rival = new EventRef(e.seq, e.ts, e.cpu, "handler of irq " + irq.irq + " entered");
    }
  }

  void leave(GuestCpu cpu, int number, Event e) {
    interrupted(cpu);
    cpu.acknowledged = GuestCpu.NONE;
    GuestIrq irq = byNumber.get(number);
    if (!cpu.leave(number)) {
      reporter.gap();
      if (irq != null) {
        irq.forget();
      }
      return;
    }
    if (irq == null || irq.runsOn != e.cpu) {
      return;
    }
    EventRef rival = irq.rival;
    if (rival == null) {
      reporter.consistent(EV_72);
    } else if (e.ts - rival.ts() <= reporter.machine().skew()) {
      reporter.indeterminate(EV_72, Reason.RACE_WINDOW);
    } else {
      twice(irq, rival, e);
    }
    irq.forget();
  }

  private void twice(GuestIrq irq, EventRef rival, Event e) {
    reporter.broken(
        EV_72,
        Strength.SOFT,
        Reporter.finding(
            EV_72,
            e,
            "handler of irq " + irq.irq + " left",
            null,
            e.cpu,
            "The handler of port " + irq.port + " runs on two CPUs at once",
            "CPU " + rival.cpu() + " to enter it after CPU " + e.cpu + " has left it",
            "CPU " + rival.cpu() + " entered it while CPU " + e.cpu + " was in it",
            irq.entry(),
            rival));
  }

  /** The handler of an event that belongs to a CPU runs. */
  private void ofCpu(GuestCpu cpu, int code, GuestIrq irq, Event e) {
    if (HandlerNames.cpu(code) != cpu.cpu) {
      reporter.broken(
          EV_70,
          Strength.SOFT,
          Reporter.finding(
              EV_70,
              e,
              "handler of irq " + irq.irq + " entered",
              null,
              cpu.cpu,
              "CPU " + cpu.cpu + " handles an event of CPU " + HandlerNames.cpu(code),
              "irq " + irq.irq + " on CPU " + HandlerNames.cpu(code),
              "irq " + irq.irq + " on CPU " + cpu.cpu));
      return;
    }
    reporter.consistent(EV_70);
    int vector = HandlerNames.vector(code);
    if (vector >= 0) {
      cpu.handlerSeen[vector] = true;
      if (cpu.sentSeq[vector] >= 0) {
        cpu.sentSeq[vector] = GuestCpu.NONE;
        reporter.consistent(EV_74);
      }
    }
  }

  /** An IPI is about to be sent. */
  void sent(GuestCpu cpu, GuestCpu target, int vector, Event e) {
    if (vector < 0 || vector >= GuestCpu.VECTORS || vector == SPINLOCK || vector == NMI) {
      // Those of spinlocks are polled for and have no handler, NMIs are no events.
      return;
    }
    cpu.sendingTo = target.cpu;
    cpu.sendingVector = vector;
    cpu.sendsInInterrupt = e.isInInterrupt();
    if (target.sentSeq[vector] < 0) {
      target.sentSeq[vector] = e.seq;
      target.sentTs[vector] = e.ts;
      target.sentBy[vector] = cpu.cpu;
      target.raised[vector] = false;
      target.upcallsSince[vector] = 0;
    }
  }

  /** A CPU goes on: the IPI it was about to send has been raised, if it is not just interrupted. */
  void goesOn(GuestCpu cpu, Event e, Int2ObjectHashMap<GuestCpu> cpus) {
    if (cpu.sendingTo < 0 || e.isInInterrupt() && !cpu.sendsInInterrupt) {
      return;
    }
    @Nullable GuestCpu target = cpus.get(cpu.sendingTo);
    cpu.sendingTo = GuestCpu.NONE;
    if (target != null && target.sentBy[cpu.sendingVector] == cpu.cpu) {
      target.raised[cpu.sendingVector] = true;
    }
  }

  /** An upcall begins. */
  void upcall(GuestCpu cpu, Event e) {
    for (int vector = 0; vector < GuestCpu.VECTORS; vector++) {
      if (cpu.sentSeq[vector] < 0 || !cpu.raised[vector] || ++cpu.upcallsSince[vector] < UPCALLS) {
        continue;
      }
      EventRef send =
          new EventRef(
              cpu.sentSeq[vector], cpu.sentTs[vector], cpu.sentBy[vector], ipi(vector) + " sent");
      cpu.sentSeq[vector] = GuestCpu.NONE;
      if (!cpu.handlerSeen[vector]) {
        reporter.indeterminate(EV_74, Reason.PROBE_MISSING);
        continue;
      }
      reporter.broken(
          EV_74,
          Strength.ABSENCE,
          Reporter.finding(
              EV_74,
              e,
              "upcall of CPU " + cpu.cpu,
              null,
              cpu.cpu,
              "The IPI " + ipi(vector) + " for CPU " + cpu.cpu + " was not handled",
              "handler " + ipi(vector) + cpu.cpu + " in one of two upcalls after it was sent",
              "two upcalls without it",
              send));
    }
  }

  private static String ipi(int vector) {
    return Kind.GUEST_SEND.columns().get(Kind.GUEST_SEND.column("vector")).labels().get(vector);
  }
}

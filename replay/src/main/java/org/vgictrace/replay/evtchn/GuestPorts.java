package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;
import static org.vgictrace.replay.evtchn.GuestPort.NO;
import static org.vgictrace.replay.evtchn.GuestPort.UNKNOWN;
import static org.vgictrace.replay.evtchn.GuestPort.YES;

import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnGuestRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * The ports of a Linux guest and the rules about one port: EV-70 for ports that were moved, EV-71,
 * EV-73, EV-75.
 *
 * <p>A record of a change is made before the change. What a single missing record would explain is
 * reported only if it happens again and again.
 */
final class GuestPorts {
  private static final int EV_70 = index(EvtchnGuestRules.EV_70);
  private static final int EV_71 = index(EvtchnGuestRules.EV_71);
  private static final int EV_73 = index(EvtchnGuestRules.EV_73);
  private static final int EV_75 = index(EvtchnGuestRules.EV_75);

  /** Ports of the FIFO ABI; the two-level ABI has fewer. */
  private static final int PORTS_MAX = 1 << 17;

  /** Events after which Linux looks at the clock. */
  private static final int EVENTS_MANY = 256;

  private static final int STEP = Kind.GUEST_PORT.column("step");
  private static final int PORT = Kind.GUEST_PORT.column("port");
  private static final int IRQ = Kind.GUEST_PORT.column("irq");
  private static final int TARGET = Kind.GUEST_PORT.column("target_cpu");
  private static final int ABI = Kind.GUEST_PORT.column("abi");
  private static final int REASON = Kind.GUEST_PORT.column("reason");
  private static final int HANDLE = Steps.of(Kind.GUEST_PORT, "step", "handle");
  private static final int MASK = Steps.of(Kind.GUEST_PORT, "step", "mask");
  private static final int UNMASK = Steps.of(Kind.GUEST_PORT, "step", "unmask");
  private static final int CLEAR = Steps.of(Kind.GUEST_PORT, "step", "clear");
  private static final int BIND = Steps.of(Kind.GUEST_PORT, "step", "bind");
  private static final int MOVE = Steps.of(Kind.GUEST_PORT, "step", "move");
  private static final int CLOSE = Steps.of(Kind.GUEST_PORT, "step", "close");

  static final int LATE_ACK = Steps.of(Kind.GUEST_CHIP, "step", "lateeoi_ack");
  static final int LATE_MASK_ACK = Steps.of(Kind.GUEST_CHIP, "step", "lateeoi_mask_ack");
  private static final int ENABLE = Steps.of(Kind.GUEST_CHIP, "step", "enable");

  private final Reporter reporter;
  private final Int2ObjectHashMap<GuestPort> byNumber = new Int2ObjectHashMap<>();

  /** Ports by the pointer that their chip is called with. */
  private final Long2ObjectHashMap<GuestPort> byData = new Long2ObjectHashMap<>();

  private boolean sawClear;
  private boolean sawUnmask;
  private boolean sawEnd;
  private boolean sawEnable;

  GuestPorts(Reporter reporter) {
    this.reporter = reporter;
  }

  void forget() {
    byNumber.values().forEach(GuestPort::forget);
    byData.clear();
  }

  /** Whether acknowledgements show which port they are about. */
  boolean showsAcknowledgements() {
    return sawClear;
  }

  @Nullable GuestPort at(int number) {
    if (number <= 0 || number >= PORTS_MAX) {
      return null;
    }
    return byNumber.computeIfAbsent(number, GuestPort::new);
  }

  /** A CPU goes on: the port it was about to mask is masked, if it is not just interrupted. */
  void goesOn(GuestCpu cpu, Event e) {
    if (cpu.masking >= 0 && (cpu.masksInInterrupt || !e.isInInterrupt())) {
      GuestPort p = at(cpu.masking);
      cpu.masking = GuestCpu.NONE;
      if (p != null && p.masked == YES) {
        p.maskedSeq = Math.min(p.maskedSeq, e.seq);
      }
    }
  }

  void step(GuestCpu cpu, Event e) {
    GuestPort p = at(e.getInt(PORT, -1));
    int step = e.getInt(STEP, -1);
    if (p == null || step < 0) {
      return;
    }
    reporter.machine().saw(Observation.GUEST_PORT);
    if (step == HANDLE) {
      handle(cpu, p, e);
    } else if (e.has(REASON) && !e.has(ABI)) {
      // The function that keeps the reasons; the ABI's own follows if the mask changes.
      return;
    } else if (step == MASK) {
      p.masked = YES;
      // Its CPU may be interrupted, or the vCPU not run, before the mask is really set.
      p.maskedSeq = Long.MAX_VALUE;
      cpu.masking = p.port;
      cpu.masksInInterrupt = e.isInInterrupt();
    } else if (step == UNMASK) {
      unmask(cpu, p, e);
    } else if (step == CLEAR) {
      clear(cpu, p, e);
    } else if (step == BIND) {
      bind(p, e);
    } else if (step == MOVE) {
      move(p, e);
    } else if (step == CLOSE) {
      p.forget();
    }
  }

  private void bind(GuestPort p, Event e) {
    reporter.machine().saw(Observation.GUEST_BINDING);
    p.forget();
    p.bound = e.getInt(IRQ, UNKNOWN);
    p.cpu = e.getInt(TARGET, UNKNOWN);
    p.movedSeq = e.seq;
  }

  private void move(GuestPort p, Event e) {
    reporter.machine().saw(Observation.GUEST_BINDING);
    int target = e.getInt(TARGET, UNKNOWN);
    if (target != p.cpu) {
      p.cpuBefore = p.cpu;
      p.cpu = target;
    }
    p.movedSeq = e.seq;
  }

  private void handle(GuestCpu cpu, GuestPort p, Event e) {
    cpu.chip = GuestCpu.NONE;
    cpu.acknowledged = GuestCpu.NONE;
    if (++cpu.events == EVENTS_MANY + 1 && cpu.inUpcall) {
      crowded(cpu, e);
    }
    onItsCpu(cpu, p, e);
    if (p.ending == YES && !p.endAsked) {
      // Whether it is handled shows in its acknowledgement: Linux leaves alone what is active.
      return;
    }
    if (p.masked == NO) {
      reporter.consistent(EV_73);
    } else if (p.masked == UNKNOWN) {
      reporter.indeterminate(EV_73, Reason.TRACE_START);
      p.masked = NO;
    } else if (!sawUnmask) {
      reporter.indeterminate(EV_73, Reason.PROBE_MISSING);
    } else if (!cpu.inUpcall || p.maskedSeq > cpu.upcallSeq) {
      reporter.indeterminate(EV_73, Reason.RACE_WINDOW);
    } else {
      reporter.broken(
          EV_73,
          Strength.ABSENCE,
          Reporter.finding(
              EV_73,
              e,
              "port " + p.port + " handled",
              null,
              cpu.cpu,
              "Port " + p.port + " is handled although it is masked",
              "port " + p.port + " left alone until it is unmasked",
              "port " + p.port + " masked before the upcall, not unmasked, handled"));
      p.masked = UNKNOWN;
    }
  }

  private void crowded(GuestCpu cpu, Event e) {
    reporter.broken(
        EV_75,
        Strength.HARD,
        Reporter.finding(
            EV_75,
            e,
            "event " + (EVENTS_MANY + 1) + " of one upcall",
            null,
            cpu.cpu,
            "One upcall takes more than " + EVENTS_MANY + " events",
            "an upcall with fewer events",
            "the upcall began " + (e.ts - cpu.upcallTs) + " clock units before"));
  }

  private void onItsCpu(GuestCpu cpu, GuestPort p, Event e) {
    if (p.cpu == UNKNOWN) {
      return;
    }
    if (p.cpu == cpu.cpu) {
      reporter.consistent(EV_70);
      p.cpuBefore = GuestPort.SETTLED;
      return;
    }
    if (p.cpuBefore == cpu.cpu || p.cpuBefore == UNKNOWN || p.movedSeq > cpu.upcallSeq) {
      reporter.indeterminate(EV_70, Reason.RACE_WINDOW);
      p.cpuBefore = GuestPort.SETTLED;
      return;
    }
    reporter.broken(
        EV_70,
        Strength.ABSENCE,
        Reporter.finding(
            EV_70,
            e,
            "port " + p.port + " handled",
            null,
            cpu.cpu,
            "CPU " + cpu.cpu + " handles port " + p.port + " of CPU " + p.cpu,
            "port " + p.port + " handled by CPU " + p.cpu,
            "handled by CPU " + cpu.cpu));
  }

  private void clear(GuestCpu cpu, GuestPort p, Event e) {
    sawClear = true;
    if (cpu.chip == LATE_ACK || cpu.chip == LATE_MASK_ACK) {
      acknowledgedLate(cpu, p, e);
    } else if (cpu.chip >= 0) {
      p.ending = NO;
    }
    cpu.chip = GuestCpu.NONE;
    cpu.acknowledged = p.port;
  }

  private void acknowledgedLate(GuestCpu cpu, GuestPort p, Event e) {
    reporter.machine().saw(Observation.GUEST_EOI);
    if (p.ending == NO) {
      reporter.consistent(EV_71);
    } else if (p.ending == UNKNOWN) {
      reporter.indeterminate(EV_71, Reason.TRACE_START);
    } else if (!sawUnmask) {
      reporter.indeterminate(EV_71, Reason.PROBE_MISSING);
    } else if (p.endAsked) {
      // The end came without a record of the unmasking, or from a delayed list.
      reporter.gap();
      reporter.indeterminate(EV_71, Reason.UNMARKED_LOSS);
    } else {
      boolean both = sawEnd && p.irq != UNKNOWN;
      reporter.broken(
          EV_71,
          both ? Strength.SOFT : Strength.ABSENCE,
          Reporter.finding(
              EV_71,
              e,
              "port " + p.port + " acknowledged",
              null,
              cpu.cpu,
              "Port " + p.port + " is handled again before its last event has ended",
              "the end of the event (xen_irq_lateeoi) or the port unmasked in between",
              "two acknowledgements and neither in between",
              p.acknowledgement()));
    }
    if (cpu.chipData != 0) {
      byData.put(cpu.chipData, p);
    }
    p.acknowledged(e);
  }

  private void unmask(GuestCpu cpu, GuestPort p, Event e) {
    sawUnmask = true;
    boolean enabled = cpu.chip == ENABLE;
    cpu.chip = GuestCpu.NONE;
    p.masked = NO;
    if (p.ending != YES) {
      if (enabled) {
        p.ending = NO;
      }
      return;
    }
    p.ending = NO;
    if (enabled) {
      return;
    }
    if (p.endAsked) {
      reporter.consistent(EV_73);
    } else if (!sawEnd || !sawEnable || p.irq == UNKNOWN) {
      reporter.indeterminate(EV_73, Reason.PROBE_MISSING);
    } else {
      reporter.broken(
          EV_73,
          Strength.ABSENCE,
          Reporter.finding(
              EV_73,
              e,
              "port " + p.port + " unmasked",
              null,
              cpu.cpu,
              "Port " + p.port + " is unmasked while its event has not ended",
              "xen_irq_lateeoi of irq " + p.irq + " first",
              "unmasked without it",
              p.acknowledgement()));
    }
  }

  /** The end of an event was asked for. */
  void ended(int port) {
    sawEnd = true;
    GuestPort p = at(port);
    if (p != null) {
      p.endAsked = true;
    }
  }

  void enabled() {
    sawEnable = true;
  }

  /** An interrupt is disabled, for a time or because it is given up with its port. */
  void disabled(long data) {
    GuestPort p = byData.get(data);
    if (p != null && p.ending == YES) {
      p.ending = UNKNOWN;
    }
  }
}

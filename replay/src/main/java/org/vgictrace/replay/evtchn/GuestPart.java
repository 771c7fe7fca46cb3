package org.vgictrace.replay.evtchn;

import java.util.EnumSet;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Observation;

/**
 * Follows the event channels of a Linux guest through the probes in it: upcalls, what is done to
 * each port, the interrupts behind them and the IPIs that are sent.
 *
 * <p>The life of an event whose chip ends it late, on one CPU but for the end:
 *
 * <pre>
 * upcall  scan  handle(p)  lateeoi_ack  mask(p)  clear(p)  handler ...   lateeoi(irq)  unmask(p)
 *                             |------------- masked, no second handler --------------|
 * </pre>
 *
 * <p>Handlers of other captures than a guest's of Xen are passed over. Memory is bounded by the
 * ports that there can be.
 */
public final class GuestPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.GUEST_UPCALL,
          Kind.GUEST_PORT,
          Kind.GUEST_CHIP,
          Kind.GUEST_SEND,
          Kind.HOST_IRQ,
          Kind.LOST);

  private static final int CPUS_MAX = 4096;

  private static final int UPCALL_STEP = Kind.GUEST_UPCALL.column("step");
  private static final int ENTER = Steps.of(Kind.GUEST_UPCALL, "step", "enter");
  private static final int LEAVE = Steps.of(Kind.GUEST_UPCALL, "step", "leave");
  private static final int SEND_VIA = Kind.GUEST_SEND.column("via");
  private static final int SEND_IPI = Steps.of(Kind.GUEST_SEND, "via", "ipi");
  private static final int SEND_TARGET = Kind.GUEST_SEND.column("target_cpu");
  private static final int SEND_VECTOR = Kind.GUEST_SEND.column("vector");
  private static final int IRQ = Kind.HOST_IRQ.column("irq");
  private static final int IRQ_NAME = Kind.HOST_IRQ.column("name");
  private static final int IRQ_POINT = Kind.HOST_IRQ.column("point");

  private final Machine machine;
  private final Reporter reporter;
  private final GuestPorts ports;
  private final GuestHandlers handlers;
  private final Int2ObjectHashMap<GuestCpu> cpus = new Int2ObjectHashMap<>();

  private boolean seen;
  private boolean sawScan;

  public GuestPart(Machine machine, Ledger ledger) {
    this.machine = machine;
    reporter = new Reporter(ledger, machine);
    ports = new GuestPorts(reporter);
    handlers = new GuestHandlers(reporter, ports);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (!seen) {
      if (kind == Kind.HOST_IRQ || kind == Kind.LOST) {
        return;
      }
      seen = true;
    }
    if (kind == Kind.LOST) {
      cpus.values().forEach(GuestCpu::forget);
      ports.forget();
      handlers.forget();
      return;
    }
    GuestCpu cpu = at(e.cpu);
    if (cpu == null) {
      return;
    }
    if (e.flags() >= 0 && !e.isInInterrupt()) {
      cpu.runsTask();
    }
    handlers.goesOn(cpu, e, cpus);
    ports.goesOn(cpu, e);
    reporter.begin();
    switch (kind) {
      case GUEST_UPCALL -> upcall(cpu, e);
      case GUEST_PORT -> {
        scanned(cpu);
        ports.step(cpu, e);
      }
      case GUEST_CHIP -> {
        scanned(cpu);
        handlers.chip(cpu, e);
      }
      case GUEST_SEND -> send(cpu, e);
      case HOST_IRQ -> handler(cpu, e, names);
      default -> {}
    }
    reporter.end();
  }

  private @Nullable GuestCpu at(int number) {
    if (number < 0) {
      return null;
    }
    GuestCpu cpu = cpus.get(number);
    if (cpu == null && cpus.size() < CPUS_MAX) {
      cpu = new GuestCpu(number);
      cpus.put(number, cpu);
    }
    return cpu;
  }

  private void upcall(GuestCpu cpu, Event e) {
    int step = e.getInt(UPCALL_STEP, -1);
    if (step == ENTER) {
      machine.saw(Observation.GUEST_UPCALL);
      scanned(cpu);
      handlers.interrupted(cpu);
      cpu.inUpcall = true;
      cpu.upcallSeq = e.seq;
      cpu.upcallTs = e.ts;
      cpu.events = 0;
      cpu.awaitsScan = true;
      handlers.upcall(cpu, e);
    } else if (step == LEAVE) {
      cpu.inUpcall = false;
      cpu.awaitsScan = false;
    } else if (step >= 0) {
      sawScan = true;
      cpu.awaitsScan = false;
    }
  }

  /** An upcall begins with a search for ports: it was recorded, if such searches are. */
  private void scanned(GuestCpu cpu) {
    if (cpu.awaitsScan) {
      cpu.awaitsScan = false;
      if (sawScan) {
        reporter.gap();
      }
    }
  }

  private void send(GuestCpu cpu, Event e) {
    if (e.getInt(SEND_VIA, -1) == SEND_IPI && e.has(SEND_TARGET) && e.has(SEND_VECTOR)) {
      machine.saw(Observation.GUEST_IPI);
      GuestCpu target = at(e.getInt(SEND_TARGET, -1));
      if (target != null) {
        handlers.sent(cpu, target, e.getInt(SEND_VECTOR, -1), e);
      }
    }
  }

  private void handler(GuestCpu cpu, Event e, Names names) {
    int irq = e.getInt(IRQ, -1);
    if (irq < 0) {
      return;
    }
    scanned(cpu);
    if (e.getInt(IRQ_POINT, -1) == 0) {
      handlers.enter(cpu, irq, e.getInt(IRQ_NAME, -1), e, names);
    } else {
      handlers.leave(cpu, irq, e);
    }
  }
}

package org.vgictrace.replay.xen.dump;

import java.util.EnumSet;
import java.util.Set;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Observation;

/**
 * Judges dumps of a Xen console as snapshots.
 *
 * <p>Xen stops nothing while it prints. What is printed in one piece, a list register, and what is
 * printed under one lock, the ports of a domain, is judged by itself. The rest can be torn: a
 * disagreement is a finding only if it is in one dump after another.
 */
public final class DumpPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(Kind.XEN_DUMP_VCPU, Kind.XEN_DUMP_LR, Kind.XEN_DUMP_IRQ, Kind.XEN_DUMP_PORT);

  private final Machine machine;
  private final VcpuDumps vcpus;
  private final PortDumps ports;
  private long dump = -1;
  private boolean seen;

  /**
   * @param machine told what was seen
   * @param ledger takes the verdicts
   */
  public DumpPart(Machine machine, Ledger ledger) {
    this.machine = machine;
    DumpReporter report = new DumpReporter(machine, ledger);
    vcpus = new VcpuDumps(report);
    ports = new PortDumps(report);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (!seen) {
      seen = true;
      machine.saw(Observation.XEN_DUMPS);
    }
    long number = e.get(kind.column("dump"), -1);
    if (number != dump) {
      finish();
      dump = number;
    }
    switch (kind) {
      case XEN_DUMP_VCPU -> vcpus.vcpu(e);
      case XEN_DUMP_LR -> vcpus.register(e);
      case XEN_DUMP_IRQ -> vcpus.interrupt(e);
      case XEN_DUMP_PORT -> ports.port(e);
      default -> {}
    }
  }

  @Override
  public void finish() {
    vcpus.end();
    ports.end();
  }
}

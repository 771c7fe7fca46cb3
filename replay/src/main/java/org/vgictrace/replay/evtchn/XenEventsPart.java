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
 * Follows the event channels of all domains of a Xen that is instrumented for it: bindings, raises,
 * unmaskings and links of queues. One raise is recorded on its CPU as
 *
 * <pre>
 * fifo_link     with the FIFO ABI, if the port was put on a queue; under the queue's lock
 * wake          of the scheduler, if the vCPU slept and the upcall flag was newly set
 * set_pending   what the raise found and did; unmask for a hypercall that unmasks
 * </pre>
 *
 * <p>What guests do is not recorded. It follows in part: a paravirtualised vCPU that asks to be
 * blocked and is has taken all its events, and its upcall flag is clear. Memory is bounded by the
 * domains, vCPUs and ports that there can be.
 */
public final class XenEventsPart implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.XEN_EVTCHN,
          Kind.XEN_SCHED,
          Kind.XEN_SWITCH,
          Kind.XEN_RUNSTATE,
          Kind.XEN_HYPERCALL,
          Kind.XEN_DOMAIN,
          Kind.LOST);

  private static final int DOMAINS_MAX = 1 << 16;
  private static final int VCPUS_MAX = 8192;

  private static final int STEP = Kind.XEN_EVTCHN.column("step");
  private static final int SET_PENDING = Steps.of(Kind.XEN_EVTCHN, "step", "set_pending");
  private static final int UNMASK = Steps.of(Kind.XEN_EVTCHN, "step", "unmask");
  private static final int LINK = Steps.of(Kind.XEN_EVTCHN, "step", "fifo_link");
  private static final int STATE = Steps.of(Kind.XEN_EVTCHN, "step", "state");
  private static final int DOMAIN = Kind.XEN_EVTCHN.column("domain");
  private static final int VCPU = Kind.XEN_EVTCHN.column("vcpu_id");
  private static final int PORT = Kind.XEN_EVTCHN.column("port");
  private static final int SCHED_STEP = Kind.XEN_SCHED.column("step");
  private static final int WAKE = Steps.of(Kind.XEN_SCHED, "step", "wake");
  private static final int BLOCK = Steps.of(Kind.XEN_SCHED, "step", "block");
  private static final int SCHED_DOMAIN = Kind.XEN_SCHED.column("domain");
  private static final int SCHED_VCPU = Kind.XEN_SCHED.column("vcpu_id");
  private static final int RUN_DOMAIN = Kind.XEN_RUNSTATE.column("domain");
  private static final int RUN_VCPU = Kind.XEN_RUNSTATE.column("vcpu_id");
  private static final int RUN_NEW = Kind.XEN_RUNSTATE.column("new");
  private static final int RUNNING = Steps.of(Kind.XEN_RUNSTATE, "new", "running");
  private static final int NEXT_DOMAIN = Kind.XEN_SWITCH.column("next_domain");
  private static final int NEXT_VCPU = Kind.XEN_SWITCH.column("next_vcpu");
  private static final int CALL_DOMAIN = Kind.XEN_HYPERCALL.column("domain");
  private static final int CALL_VCPU = Kind.XEN_HYPERCALL.column("vcpu_id");
  private static final int CALL_OP = Kind.XEN_HYPERCALL.column("op");
  private static final int CALL_COMMAND = Kind.XEN_HYPERCALL.column("arg0");
  private static final int LIFE_DOMAIN = Kind.XEN_DOMAIN.column("domain");
  private static final int LIFE_OP = Kind.XEN_DOMAIN.column("op");
  private static final int CREATE = Steps.of(Kind.XEN_DOMAIN, "op", "create");
  private static final int SCHED_OP = 29;
  private static final int SCHEDOP_BLOCK = 1;

  private final Machine machine;
  private final Reporter reporter;
  private final XenBindings bindings;
  private final CpuRecords records = new CpuRecords();
  private final XenSleepers sleepers;
  private final XenRaises raises;
  private final Int2ObjectHashMap<XenDomain> domains = new Int2ObjectHashMap<>();

  private boolean seen;

  public XenEventsPart(Machine machine, Ledger ledger) {
    this.machine = machine;
    reporter = new Reporter(ledger, machine);
    bindings = new XenBindings(reporter, this::existing);
    sleepers = new XenSleepers(reporter, records);
    raises = new XenRaises(reporter, records, sleepers);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (!seen && kind != Kind.XEN_EVTCHN && kind != Kind.XEN_DOMAIN) {
      return;
    }
    switch (kind) {
      case XEN_EVTCHN -> channel(e);
      case XEN_SCHED -> scheduled(e);
      case XEN_SWITCH -> {
        runs(vcpu(e.getInt(NEXT_DOMAIN, -1), e.getInt(NEXT_VCPU, -1)));
        records.recorded(e, false);
      }
      case XEN_RUNSTATE -> {
        if (e.getInt(RUN_NEW, -1) == RUNNING) {
          runs(vcpu(e.getInt(RUN_DOMAIN, -1), e.getInt(RUN_VCPU, -1)));
        }
      }
      case XEN_HYPERCALL -> {
        called(e);
        records.recorded(e, false);
      }
      case XEN_DOMAIN -> lives(e.getInt(LIFE_DOMAIN, -1), e.getInt(LIFE_OP, -1) == CREATE);
      case LOST -> {
        domains.values().forEach(XenDomain::forget);
        raises.forget();
      }
      default -> {}
    }
  }

  private void lives(int id, boolean created) {
    domains.remove(id);
    if (created && id >= 0 && id < DOMAINS_MAX) {
      XenDomain domain = new XenDomain(id);
      domain.whole = true;
      domains.put(id, domain);
    }
  }

  private @Nullable XenDomain existing(int id) {
    return domains.get(id);
  }

  private @Nullable XenVcpu vcpu(int domain, int id) {
    XenDomain d = domains.get(domain);
    return d == null ? null : d.vcpus.get(id);
  }

  private void channel(Event e) {
    if (!seen) {
      seen = true;
      machine.saw(Observation.XEN_PORTS);
    }
    int id = e.getInt(DOMAIN, -1);
    int port = e.getInt(PORT, -1);
    int number = e.getInt(VCPU, -1);
    int step = e.getInt(STEP, -1);
    if (id < 0 || id >= DOMAINS_MAX || step < 0 || !e.has(PORT)) {
      return;
    }
    XenDomain domain = domains.computeIfAbsent(id, XenDomain::new);
    reporter.begin();
    if (bindings.isInRange(domain, port, e)) {
      XenPort p = domain.port(port);
      XenVcpu v = number < 0 || number >= VCPUS_MAX ? null : domain.vcpu(number);
      if (step == STATE) {
        bindings.changed(domain, p, number, e);
      } else if (v != null) {
        if (step == SET_PENDING) {
          bindings.raised(domain, p, v, records.latest(e.cpu), e);
          raises.raised(domain, p, v, e);
        } else if (step == UNMASK) {
          raises.unmasked(domain, p, v, e);
        } else {
          raises.linked(domain, p, v, e);
        }
      }
    }
    reporter.end();
    if (step != LINK) {
      records.recorded(e, false);
    }
  }

  private void scheduled(Event e) {
    int step = e.getInt(SCHED_STEP, -1);
    if (step != WAKE && step != BLOCK) {
      return;
    }
    if (step == BLOCK) {
      records.recorded(e, true);
    }
    XenVcpu v = vcpu(e.getInt(SCHED_DOMAIN, -1), e.getInt(SCHED_VCPU, -1));
    if (v == null) {
      return;
    }
    if (step == WAKE) {
      sleepers.woken(v, e.cpu);
    } else if (v.blocking) {
      raises.blocks(v, e.seq);
    }
  }

  private void runs(@Nullable XenVcpu v) {
    if (v != null) {
      sleepers.runs(v);
    }
  }

  private void called(Event e) {
    XenVcpu v = vcpu(e.getInt(CALL_DOMAIN, -1), e.getInt(CALL_VCPU, -1));
    if (v == null) {
      return;
    }
    sleepers.runs(v);
    v.blocking = e.getInt(CALL_OP, -1) == SCHED_OP && e.get(CALL_COMMAND, -1) == SCHEDOP_BLOCK;
  }
}

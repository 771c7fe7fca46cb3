package org.vgictrace.replay.xen.dump;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.rule.EvtchnPortRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the event channels of a dump. Those of one domain are printed under its event lock
 * (domain_dump_evtchn_info, xen/common/event_channel.c). A port that is free is not printed, and
 * looks like one whose line is missing.
 */
final class PortDumps {
  private static final int EV_02 = index(EvtchnPortRules.EV_02);
  private static final int EV_03 = index(EvtchnPortRules.EV_03);

  private static final Kind KIND = Kind.XEN_DUMP_PORT;
  private static final int DOMAIN = KIND.column("domain");
  private static final int PORT = KIND.column("port");
  private static final int STATE = KIND.column("state");
  private static final int VCPU = KIND.column("vcpu_id");
  private static final int CONSUMER = KIND.column("consumer");
  private static final int REMOTE_DOMAIN = KIND.column("remote_domain");
  private static final int REMOTE_PORT = KIND.column("remote_port");
  private static final int VIRQ = KIND.column("virq");

  private static final int INTERDOMAIN = 3;
  private static final int VIRTUAL = 5;
  private static final int VIRQS = 24;
  private static final int VIRQ_TIMER = 0;
  private static final int VIRQ_DEBUG = 1;
  private static final int VIRQ_XENOPROF = 7;
  private static final int VIRQ_PMU = 13;
  private static final int PORTS_MAX = 1 << 20;

  private final DumpReporter report;
  private final Map<Long, Port> ports = new LinkedHashMap<>();
  private final Set<Long> domains = new HashSet<>();
  private final Long2ObjectHashMap<EventRef> virqs = new Long2ObjectHashMap<>();

  private record Port(
      EventRef ref, int domain, int port, boolean connected, int remoteDomain, int remotePort) {}

  PortDumps(DumpReporter report) {
    this.report = report;
  }

  private static long key(int domain, int port) {
    return (long) domain << Integer.SIZE | port & 0xffff_ffffL;
  }

  void port(Event e) {
    int domain = e.getInt(DOMAIN, -1);
    int port = e.getInt(PORT, -1);
    int state = e.getInt(STATE, -1);
    if (domain < 0 || port < 0 || state < 0 || ports.size() >= PORTS_MAX) {
      return;
    }
    domains.add((long) domain);
    EventRef ref = Ledger.ref(e, "port " + port + " of d" + domain);
    if (state == VIRTUAL) {
      bound(domain, e.getInt(VCPU, -1), e.getInt(VIRQ, -1), ref);
    }
    boolean byXen = e.getInt(CONSUMER, 0) != 0;
    if (!byXen) {
      int remoteDomain = e.getInt(REMOTE_DOMAIN, -1);
      boolean connected = state == INTERDOMAIN;
      ports.put(
          key(domain, port),
          new Port(ref, domain, port, connected, remoteDomain, e.getInt(REMOTE_PORT, -1)));
    }
  }

  private void bound(int domain, int vcpu, int virq, EventRef ref) {
    if (virq < 0 || virq >= VIRQS || vcpu < 0) {
      return;
    }
    boolean own =
        virq == VIRQ_TIMER || virq == VIRQ_DEBUG || virq == VIRQ_XENOPROF || virq == VIRQ_PMU;
    long key = (long) domain << Integer.SIZE | (long) (own ? vcpu + 1 : 0) << 8 | virq;
    EventRef before = virqs.put(key, ref);
    if (before == null || before.text().equals(ref.text())) {
      report.consistent(EV_03);
      return;
    }
    report.broken(
        EV_03,
        true,
        ref,
        before,
        domain,
        own ? vcpu : -1,
        -1,
        "VIRQ " + virq + " is bound to two ports",
        "one port",
        before.text() + " and " + ref.text());
  }

  /** A dump is over: the two ends of a channel can be compared. */
  void end() {
    for (Port port : ports.values()) {
      if (port.connected && port.remoteDomain >= 0 && port.remotePort >= 0) {
        compare(port, ports.get(key(port.remoteDomain, port.remotePort)));
      }
    }
    ports.clear();
    domains.clear();
    virqs.clear();
    report.end();
  }

  private void compare(Port port, @Nullable Port peer) {
    if (peer == null) {
      boolean dumped = domains.contains((long) port.remoteDomain);
      report.indeterminate(EV_02, dumped ? Reason.RACE_WINDOW : Reason.TRACE_START);
    } else if (peer.connected && peer.remoteDomain == port.domain && peer.remotePort == port.port) {
      report.consistent(EV_02);
    } else {
      report.broken(
          EV_02,
          port.domain == port.remoteDomain,
          port.ref,
          peer.ref,
          port.domain,
          -1,
          -1,
          "port " + port.port + " is bound to a port that is not bound to it",
          "port " + peer.port + " of d" + peer.domain + " bound to it",
          peer.connected
              ? "bound to port " + peer.remotePort + " of d" + peer.remoteDomain
              : "not bound to another domain");
    }
  }
}

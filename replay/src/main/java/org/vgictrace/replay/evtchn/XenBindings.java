package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;
import static org.vgictrace.replay.evtchn.XenPort.FREE;
import static org.vgictrace.replay.evtchn.XenPort.INTERDOMAIN;
import static org.vgictrace.replay.evtchn.XenPort.IPI;
import static org.vgictrace.replay.evtchn.XenPort.RESERVED;
import static org.vgictrace.replay.evtchn.XenPort.UNBOUND;
import static org.vgictrace.replay.evtchn.XenPort.UNKNOWN;
import static org.vgictrace.replay.evtchn.XenPort.VIRQ;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnPortRules;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.Reason;

/**
 * What the ports of domains are bound to: EV-01 to EV-06, EV-08, EV-26, EV-35. A record of a state
 * names, of an interdomain channel, the other domain and port; of a VIRQ its number.
 */
final class XenBindings {
  private static final int EV_01 = index(EvtchnPortRules.EV_01);
  private static final int EV_02 = index(EvtchnPortRules.EV_02);
  private static final int EV_03 = index(EvtchnPortRules.EV_03);
  private static final int EV_04 = index(EvtchnPortRules.EV_04);
  private static final int EV_05 = index(EvtchnPortRules.EV_05);
  private static final int EV_06 = index(EvtchnPortRules.EV_06);
  private static final int EV_08 = index(EvtchnPortRules.EV_08);
  private static final int EV_26 = index(EvtchnQueueRules.EV_26);
  private static final int EV_35 = index(EvtchnQueueRules.EV_35);

  static final int PORTS_MAX = 1 << 17;
  private static final int STATES = 7;
  private static final int VIRQS = 24;
  private static final int VIRQ_DEBUG = 1;
  private static final int VIRQ_XENOPROF = 7;
  private static final int VIRQ_PMU = 13;

  private static final int STEP = Kind.XEN_EVTCHN.column("step");
  private static final int LINK = Steps.of(Kind.XEN_EVTCHN, "step", "fifo_link");
  private static final int OLD = Kind.XEN_EVTCHN.column("old_state");
  private static final int NEW = Kind.XEN_EVTCHN.column("new_state");
  private static final int AUX0 = Kind.XEN_EVTCHN.column("aux0");
  private static final int AUX1 = Kind.XEN_EVTCHN.column("aux1");

  private final Reporter reporter;
  private final IntFunction<@Nullable XenDomain> domains;

  XenBindings(Reporter reporter, IntFunction<@Nullable XenDomain> domains) {
    this.reporter = reporter;
    this.domains = domains;
  }

  /** Whether there can be such a port at all. */
  boolean isInRange(XenDomain domain, int port, Event e) {
    int step = e.getInt(STEP, -1);
    if (port > 0 && port < PORTS_MAX) {
      return true;
    }
    if (port == 0 && e.getInt(NEW, UNKNOWN) == RESERVED) {
      return false;
    }
    boolean link = step == LINK;
    broken(
        link ? EV_35 : EV_05,
        Strength.HARD,
        e,
        domain,
        null,
        "Port " + Integer.toUnsignedString(port) + " cannot exist",
        "a port from 1 to " + (PORTS_MAX - 1),
        "port " + Integer.toUnsignedString(port));
    return false;
  }

  void changed(XenDomain domain, XenPort p, int vcpu, Event e) {
    if (!e.has(OLD) || !e.has(NEW)) {
      return;
    }
    domain.showsStates = true;
    int old = e.getInt(OLD, UNKNOWN);
    int now = e.getInt(NEW, UNKNOWN);
    if (!isAllowed(old, now)) {
      broken(
          EV_01,
          Strength.HARD,
          e,
          domain,
          null,
          "Port " + p.port + " goes from " + XenPort.name(old) + " to " + XenPort.name(now),
          "a step between free and bound, or unbound and interdomain",
          XenPort.name(old) + " to " + XenPort.name(now));
      p.state = UNKNOWN;
      return;
    }
    if (p.state == UNKNOWN) {
      reporter.indeterminate(EV_01, Reason.TRACE_START);
    } else if (p.state == old) {
      reporter.consistent(EV_01);
      peerLeft(domain, p, now, e);
    } else {
      leftOther(domain, p, old, now, e);
    }
    if (old == now) {
      moved(domain, p, vcpu, e);
      return;
    }
    p.peerClosed = false;
    p.state = now;
    if (now == FREE) {
      closed(domain, p);
    } else {
      bound(domain, p, old, vcpu, e);
    }
  }

  private static boolean isAllowed(int old, int now) {
    if (old < 0 || now < 0 || old >= STATES || now >= STATES) {
      return false;
    }
    if (old == now) {
      return old > RESERVED;
    }
    if (old == RESERVED || now == RESERVED) {
      return false;
    }
    boolean free = old == FREE || now == FREE;
    return free || old == UNBOUND && now == INTERDOMAIN || old == INTERDOMAIN && now == UNBOUND;
  }

  /** A port whose other end was closed has to become unbound. */
  private void peerLeft(XenDomain domain, XenPort p, int now, Event e) {
    if (!p.peerClosed) {
      return;
    }
    p.peerClosed = false;
    if (now == UNBOUND) {
      reporter.consistent(EV_08);
    } else if (now != INTERDOMAIN) {
      broken(
          EV_08,
          Strength.ABSENCE,
          e,
          domain,
          null,
          "Port " + p.port + " is still interdomain after its peer was closed",
          "interdomain to unbound when the peer was closed",
          "interdomain to " + XenPort.name(now));
    }
  }

  private void leftOther(XenDomain domain, XenPort p, int old, int now, Event e) {
    broken(
        EV_01,
        Strength.ABSENCE,
        e,
        domain,
        null,
        "Port " + p.port + " leaves a state that it is not in",
        "from " + XenPort.name(p.state),
        "from " + XenPort.name(old) + " to " + XenPort.name(now));
  }

  /** The vCPU of a bound port changes. */
  private void moved(XenDomain domain, XenPort p, int vcpu, Event e) {
    boolean fixed = p.state == IPI || p.state == VIRQ && isOfVcpu(p.virq);
    if (fixed && p.vcpu >= 0 && p.vcpu != vcpu) {
      broken(
          EV_04,
          Strength.SOFT,
          e,
          domain,
          vcpu,
          "Port " + p.port + " (" + XenPort.name(p.state) + ") is moved to another vCPU",
          "vCPU " + p.vcpu + " as long as it is bound",
          "vCPU " + vcpu);
    }
    if (p.vcpu != vcpu) {
      p.vcpuBefore = p.vcpu;
      p.vcpu = vcpu;
      p.movedSeq = e.seq;
    }
  }

  private void closed(XenDomain domain, XenPort p) {
    XenPort peer = peer(p);
    if (peer != null
        && peer != p
        && peer.state == INTERDOMAIN
        && peer.remoteDomain == domain.id
        && peer.remotePort == p.port) {
      peer.peerClosed = true;
    }
    p.vcpu = UNKNOWN;
    p.vcpuBefore = UNKNOWN;
    p.virq = UNKNOWN;
    p.remoteDomain = UNKNOWN;
    p.remotePort = UNKNOWN;
  }

  private @Nullable XenPort peer(XenPort p) {
    XenDomain other = p.remoteDomain < 0 ? null : domains.apply(p.remoteDomain);
    return other == null ? null : other.ports.get(p.remotePort);
  }

  private void bound(XenDomain domain, XenPort p, int old, int vcpu, Event e) {
    if (old == FREE) {
      // A port that is handed out is on no queue; whether it really is not shows at its next link.
      p.reused = p.queue != null && !p.isUnlinked(e.seq);
      p.unlinkedSince = e.seq;
      p.vcpu = vcpu;
      p.vcpuBefore = UNKNOWN;
    }
    int aux = e.getInt(AUX0, UNKNOWN);
    if (p.state == INTERDOMAIN) {
      p.remoteDomain = aux;
      p.remotePort = e.getInt(AUX1, UNKNOWN);
      twoEnds(domain, p, e);
    } else if (p.state == VIRQ) {
      p.virq = aux >= 0 && aux < VIRQS ? aux : UNKNOWN;
      domain.namesVirqs |= p.virq > 0;
      virtual(domain, p, e);
    }
  }

  private void twoEnds(XenDomain domain, XenPort p, Event e) {
    XenPort peer = p.remotePort <= 0 ? null : peer(p);
    if (peer == null || peer.state != INTERDOMAIN || peer.remotePort <= 0 || peer.peerClosed) {
      return;
    }
    if (peer.remoteDomain == domain.id && peer.remotePort == p.port) {
      reporter.consistent(EV_02);
    } else {
      broken(
          EV_02,
          Strength.ABSENCE,
          e,
          domain,
          null,
          "Port " + p.port + " is bound to a port that is bound to another",
          "port " + peer.port + " of domain " + p.remoteDomain + " bound to " + end(domain.id, p),
          "bound to port " + peer.remotePort + " of domain " + peer.remoteDomain);
    }
  }

  private static String end(int domain, XenPort p) {
    return "port " + p.port + " of domain " + domain;
  }

  private void virtual(XenDomain domain, XenPort p, Event e) {
    if (p.virq == UNKNOWN || p.virq == 0 && !domain.namesVirqs) {
      return;
    }
    if (!isOfVcpu(p.virq) && !isOfArchitecture(p.virq) && p.vcpu > 0) {
      broken(
          EV_04,
          Strength.HARD,
          e,
          domain,
          p.vcpu,
          "Global VIRQ " + p.virq + " is bound on vCPU " + p.vcpu,
          "vCPU 0",
          "vCPU " + p.vcpu);
    } else {
      reporter.consistent(EV_04);
    }
    for (XenPort other : domain.ports.values()) {
      if (other != p
          && other.state == VIRQ
          && other.virq == p.virq
          && (other.vcpu == p.vcpu || !isOfVcpu(p.virq))) {
        broken(
            EV_03,
            Strength.ABSENCE,
            e,
            domain,
            p.vcpu,
            "VIRQ " + p.virq + " is bound to port " + p.port + " and to port " + other.port,
            "one port",
            "ports " + other.port + " and " + p.port);
        return;
      }
    }
    reporter.consistent(EV_03);
  }

  private static boolean isOfVcpu(int virq) {
    return virq == 0 || virq == VIRQ_DEBUG || virq == VIRQ_XENOPROF || virq == VIRQ_PMU;
  }

  /** Of those of the architecture, it decides. */
  private static boolean isOfArchitecture(int virq) {
    return virq >= 16;
  }

  /**
   * An event is raised: the port must be one that can have it, and be bound to that vCPU.
   *
   * @param began a record of its CPU from before the raise
   */
  void raised(XenDomain domain, XenPort p, XenVcpu v, long began, Event e) {
    if (p.state == FREE || p.state == RESERVED) {
      broken(
          EV_06,
          Strength.ABSENCE,
          e,
          domain,
          v.id,
          "An event is raised on port " + p.port + ", which is " + XenPort.name(p.state),
          "nothing",
          "set_pending");
      p.state = UNKNOWN;
      return;
    }
    if (p.state != UNKNOWN) {
      reporter.consistent(EV_06);
    } else if (domain.whole && domain.showsStates) {
      // The port was bound after the domain was created, and that is not recorded.
      reporter.gap();
      domain.whole = false;
    }
    if (p.vcpu < 0) {
      return;
    }
    boolean fixed = p.state == IPI || p.state == VIRQ && isOfVcpu(p.virq);
    if (v.id == p.vcpu) {
      reporter.consistent(EV_26);
    } else if (p.vcpuBefore == v.id && p.movedSeq > began) {
      // Raised before the port was moved.
      reporter.indeterminate(EV_26, Reason.RACE_WINDOW);
    } else {
      broken(
          fixed ? EV_04 : EV_26,
          Strength.ABSENCE,
          e,
          domain,
          v.id,
          "Port " + p.port + " of vCPU " + p.vcpu + " is raised for vCPU " + v.id,
          "vCPU " + p.vcpu,
          "vCPU " + v.id);
    }
  }

  private void broken(
      int rule,
      Strength strength,
      Event e,
      XenDomain domain,
      @Nullable Integer vcpu,
      String message,
      String expected,
      String observed) {
    reporter.broken(
        rule,
        strength,
        Reporter.finding(
            rule, e, "event channel", domain.label, vcpu, message, expected, observed));
  }
}

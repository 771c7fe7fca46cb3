package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.evtchn.ChannelCase.broken;
import static org.vgictrace.replay.evtchn.ChannelCase.holds;
import static org.vgictrace.replay.evtchn.XenRecord.FREE;
import static org.vgictrace.replay.evtchn.XenRecord.INTERDOMAIN;
import static org.vgictrace.replay.evtchn.XenRecord.IPI;
import static org.vgictrace.replay.evtchn.XenRecord.PIRQ;
import static org.vgictrace.replay.evtchn.XenRecord.UNBOUND;
import static org.vgictrace.replay.evtchn.XenRecord.VIRQ;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_01;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_02;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_03;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_04;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_05;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_06;
import static org.vgictrace.replay.rule.EvtchnPortRules.EV_08;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_20;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_21;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_22;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_23;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_24;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_26;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_30;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_31;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_32;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_33;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_35;
import static org.vgictrace.replay.rule.EvtchnQueueRules.EV_40;

import java.util.List;
import org.vgictrace.replay.ReplayResult;

/** What a hypervisor does right and wrong. CPU 0 and 1 run vCPU 0 and 1, CPU 2 raises. */
final class XenCases {
  private static final int D1 = 1;
  private static final int D2 = 2;
  private static final int CONSOLE = 2;

  static final List<ChannelCase> ALL =
      List.of(
          holds(EV_01, "bound, connected, closed", () -> life().result()),
          broken(
              EV_01,
              "EB-13, operation on a port that is not bound yet",
              () -> life().state(2, D1, 9, PIRQ, VIRQ, 0, 1, 0).result()),
          holds(EV_02, "both ends agree", () -> pairs(1, 5)),
          broken(EV_02, "EB-12, asymmetric pair", () -> pairs(3, 50)),
          holds(EV_03, "each bound once", () -> virtual(5).result()),
          broken(EV_03, "EB-01, bound to two ports", () -> virtual(5, 6, 7, 8).result()),
          holds(EV_04, "console on vCPU 0", () -> virtual(5).result()),
          broken(
              EV_04,
              "console on vCPU 1",
              () -> new XenRecord().state(2, D1, 5, FREE, VIRQ, 1, CONSOLE, 0).result()),
          broken(
              EV_04,
              "IPI moved",
              () ->
                  new XenRecord()
                      .state(2, D1, 5, FREE, IPI, 1, 0, 0)
                      .state(2, D1, 5, IPI, IPI, 0, 0, 0)
                      .result()),
          holds(EV_05, "handed out when it was taken off", () -> reused(false)),
          broken(EV_05, "EB-05, handed out while it is linked", () -> reused(true)),
          broken(
              EV_05,
              "port beyond every limit",
              () -> new XenRecord().state(2, D1, 1 << 17, FREE, IPI, 0, 0, 0).result()),
          holds(
              EV_06,
              "raised on an open port",
              () -> blocked(D1).raise(2, D1, 3, 0, "1011").result()),
          broken(EV_06, "raised on closed ports", XenCases::raisedClosed),
          holds(EV_08, "peer becomes unbound", () -> closedPeers(1, UNBOUND)),
          broken(EV_08, "peer closed as if it were connected", () -> closedPeers(3, FREE)),
          holds(EV_20, "selector set", () -> idle(3, "1011").result()),
          broken(EV_20, "EB-16 class, pending bit only", () -> idle(3, "1000").result()),
          holds(EV_21, "flag set with the selector", () -> idle(3, "1011").result()),
          broken(EV_21, "selector without the flag", () -> idle(3, "1010").result()),
          holds(
              EV_22,
              "second raise does nothing",
              () -> blocked(D1).raise(2, D1, 3, 0, "0000").result()),
          broken(
              EV_22,
              "flag without a selector bit",
              () -> blocked(D1).raise(2, D1, 3, 0, "1001").result()),
          holds(
              EV_23,
              "masked port left alone",
              () -> blocked(D1).raise(2, D1, 3, 0, "1100").result()),
          broken(
              EV_23,
              "delivery while masked",
              () -> blocked(D1).raise(2, D1, 3, 0, "1111").result()),
          holds(EV_24, "unmasking delivers", () -> unmasked(true)),
          broken(EV_24, "EB-17, port bound to another vCPU", () -> unmasked(false)),
          holds(EV_26, "raised where it is bound", () -> raisedFor(0)),
          broken(EV_26, "raised for another vCPU", () -> raisedFor(1)),
          holds(EV_30, "worked example", XenCases::example),
          broken(
              EV_30,
              "EB-20, old tail linked behind itself",
              () ->
                  queue()
                      .link(2, D1, 5, 0, 7, 0, false)
                      .raise(2, D1, 5, 0, "1011")
                      .link(2, D1, 5, 0, 7, 5, true)
                      .raise(2, D1, 5, 0, "1000")
                      .result()),
          broken(EV_30, "EB-04, tail of another queue", XenCases::foreignTails),
          holds(EV_31, "linked", XenCases::example),
          broken(EV_31, "EB-22, raised and never linked", () -> neverLinked(true)),
          holds(EV_32, "worked example", XenCases::example),
          broken(
              EV_32,
              "EB-21, ready for a port that is no head",
              () ->
                  queue()
                      .link(2, D1, 4, 0, 7, 0, false)
                      .raise(2, D1, 4, 0, "1011")
                      .link(2, D1, 5, 0, 7, 4, true)
                      .raise(2, D1, 5, 0, "1010")
                      .result()),
          holds(EV_33, "linked on a vCPU with queues", XenCases::example),
          broken(EV_33, "EB-08, pending without control block", () -> neverLinked(false)),
          holds(EV_35, "worked example", XenCases::example),
          broken(
              EV_35,
              "EB-24 class, tail out of the array",
              () -> queue().link(2, D1, 4, 0, 7, 1 << 20, true).result()),
          holds(EV_40, "woken", () -> woken(true)),
          broken(EV_40, "EB-29 class, not woken", () -> woken(false)));

  private XenCases() {}

  private static XenRecord life() {
    return new XenRecord()
        .state(2, D1, 5, FREE, UNBOUND, 0, 2, 0)
        .state(2, D1, 5, UNBOUND, INTERDOMAIN, 0, 2, 7)
        .state(2, D1, 5, INTERDOMAIN, UNBOUND, 0, 2, 0)
        .state(2, D1, 5, UNBOUND, FREE, 0, 0, 0);
  }

  /** Pairs whose second end names a port that is {@code shift} less 5 from the first. */
  private static ReplayResult pairs(int count, int shift) {
    XenRecord record = new XenRecord();
    for (int i = 0; i < count; i++) {
      record
          .state(2, D1, 5 + i, FREE, UNBOUND, 0, D2, 0)
          .state(2, D2, 7 + i, FREE, INTERDOMAIN, 0, D1, shift + i)
          .state(2, D1, 5 + i, UNBOUND, INTERDOMAIN, 0, D2, 7 + i);
    }
    return record.result();
  }

  private static XenRecord virtual(int... ports) {
    XenRecord record = new XenRecord();
    for (int port : ports) {
      record.state(2, D1, port, FREE, VIRQ, 0, CONSOLE, 0);
    }
    return record;
  }

  /**
   * Two-level domain, known as one after its first raises: four ports of vCPU 0, which has blocked,
   * and port 300 of vCPU 1.
   */
  private static XenRecord blocked(int domain) {
    XenRecord record = new XenRecord();
    for (int port : new int[] {3, 70, 130, 200}) {
      record.state(2, domain, port, FREE, UNBOUND, 0, 0, 0);
    }
    record.state(2, domain, 300, FREE, UNBOUND, 1, 0, 0);
    for (int port : new int[] {70, 130, 200}) {
      record.raise(2, domain, port, 0, "1011").hypercall(0, domain, 0, false);
    }
    return record.block(0, domain, 0).raise(2, domain, 300, 1, "0000");
  }

  /** Raises on a blocked vCPU, with the same outcome each time. */
  private static XenRecord idle(int times, String bits) {
    XenRecord record = blocked(D1);
    for (int i = 0; i < times; i++) {
      record.sched(2, "wake", D1, 0).raise(2, D1, 3, 0, bits).hypercall(0, D1, 0, false);
      record.block(0, D1, 0).raise(2, D1, 300, 1, "0000");
    }
    return record;
  }

  private static ReplayResult raisedClosed() {
    XenRecord record = new XenRecord();
    for (int port = 5; port < 8; port++) {
      record.state(2, D1, port, FREE, UNBOUND, 0, 0, 0).state(2, D1, port, UNBOUND, FREE, 0, 0, 0);
      record.raise(2, D1, port, 0, "1011");
    }
    return record.result();
  }

  private static ReplayResult closedPeers(int count, int next) {
    XenRecord record = new XenRecord();
    for (int i = 0; i < count; i++) {
      record
          .state(2, D1, 5 + i, FREE, UNBOUND, 0, D2, 0)
          .state(2, D2, 7 + i, FREE, INTERDOMAIN, 0, D1, 5 + i)
          .state(2, D1, 5 + i, UNBOUND, INTERDOMAIN, 0, D2, 7 + i)
          .state(2, D1, 5 + i, INTERDOMAIN, FREE, 0, 0, 0)
          .state(2, D2, 7 + i, INTERDOMAIN, next, 0, D1, 0);
    }
    return record.result();
  }

  private static ReplayResult unmasked(boolean delivers) {
    XenRecord record = blocked(D1);
    for (int i = 0; i < 3; i++) {
      record.raise(2, D1, 3, 0, "1100");
      record.hypercall(1, D1, 1, false);
      if (delivers) {
        record.sched(1, "wake", D1, 0);
      }
      record.raise(1, true, D1, 3, 0, false, true, delivers, delivers);
      record.hypercall(0, D1, 0, false).block(0, D1, 0).raise(2, D1, 300, 1, "0000");
      record.hypercall(1, D1, 1, false);
    }
    return record.raise(2, D1, 70, 0, "0000").result();
  }

  private static ReplayResult raisedFor(int vcpu) {
    XenRecord record = new XenRecord();
    for (int port = 5; port < 8; port++) {
      record.state(2, D1, port, FREE, UNBOUND, 0, 0, 0).raise(2, D1, port, vcpu, "1011");
    }
    return record.result();
  }

  /** A domain of the FIFO ABI with two ports of vCPU 0. */
  private static XenRecord queue() {
    return new XenRecord()
        .domain(D1, true)
        .state(2, D1, 4, FREE, UNBOUND, 0, 0, 0)
        .state(2, D1, 5, FREE, UNBOUND, 0, 0, 0);
  }

  /**
   * Ports 4 and 5 are raised, taken, and 5, the old tail, is raised again; then 5 is moved to vCPU
   * 1 and raised there.
   */
  static ReplayResult example() {
    return queue()
        .link(2, D1, 4, 0, 7, 0, false)
        .raise(2, D1, 4, 0, "1011")
        .link(2, D1, 5, 0, 7, 4, true)
        .raise(2, D1, 5, 0, "1000")
        .hypercall(0, D1, 0, false)
        .block(0, D1, 0)
        .link(2, D1, 5, 0, 7, 0, false)
        .sched(2, "wake", D1, 0)
        .raise(2, D1, 5, 0, "1011")
        .hypercall(0, D1, 0, false)
        .state(2, D1, 5, UNBOUND, UNBOUND, 1, 0, 0)
        .link(2, D1, 5, 1, 7, 0, false)
        .raise(2, D1, 5, 1, "1011")
        .link(2, D1, 4, 0, 7, 0, false)
        .raise(2, D1, 4, 0, "1010")
        .raise(2, D1, 4, 0, "0100")
        .result();
  }

  private static ReplayResult foreignTails() {
    XenRecord record = queue().state(2, D1, 6, FREE, UNBOUND, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
      record
          .link(2, D1, 4, 0, 7, 0, false)
          .raise(2, D1, 4, 0, "1011")
          .link(2, D1, 5, 0, 7, 6, true)
          .raise(2, D1, 5, 0, "1000");
    }
    return record.result();
  }

  private static ReplayResult neverLinked(boolean otherLinked) {
    XenRecord record = queue().link(2, D1, 4, 0, 7, 0, false).raise(2, D1, 4, 0, "1011");
    int vcpu = otherLinked ? 0 : 1;
    for (int port = 10; port < 13; port++) {
      record.state(2, D1, port, FREE, UNBOUND, vcpu, 0, 0).raise(2, D1, port, vcpu, "1000");
    }
    return record.result();
  }

  private static ReplayResult reused(boolean busy) {
    XenRecord record = queue();
    for (int i = 0; i < 3; i++) {
      record.link(2, D1, 5, 0, 7, 0, false).raise(2, D1, 5, 0, "1011");
      record.state(2, D1, 5, UNBOUND, FREE, 0, 0, 0).state(2, D1, 5, FREE, UNBOUND, 0, 0, 0);
      if (busy) {
        record.raise(2, D1, 5, 0, "1000");
      }
    }
    return record.result();
  }

  private static ReplayResult woken(boolean wakes) {
    XenRecord record = blocked(D1);
    for (int i = 0; i < 4; i++) {
      if (wakes) {
        record.sched(2, "wake", D1, 0);
      }
      record.raise(2, D1, 3, 0, "1011").raise(2, D1, 130, 0, "1010").raise(2, D1, 300, 1, "0000");
      record.hypercall(0, D1, 0, false).block(0, D1, 0).raise(2, D1, 300, 1, "0000");
    }
    return record.result();
  }
}

package org.vgictrace.replay;

import static org.vgictrace.replay.KvmXenCase.broken;
import static org.vgictrace.replay.KvmXenCase.holds;

import java.util.List;
import org.vgictrace.replay.rule.KvmXenRules;

/** Where the events of lines, timers and hypercalls go. */
final class KvmXenTargetCases {
  private KvmXenTargetCases() {}

  /** An eventfd raises a line whose event goes to a port of a vCPU. */
  private static KvmXenTrace raised(KvmXenTrace t, int gsi, long port, int vcpu) {
    return t.on(0).inInterrupt().raise(gsi).fast(port, vcpu, -1).ret(1).afterInterrupt();
  }

  /** User space sets a line whose event goes to a port of a vCPU. */
  private static KvmXenTrace set(KvmXenTrace t, int gsi, long port, int vcpu) {
    return t.worker()
        .line("setirq", "(kvm_set_irq+0x4/0x9) gsi=%d level=1", gsi)
        .fast(port, vcpu, -1)
        .ret(1)
        .line("setirq_ret", "(x <- kvm_set_irq) ret=1");
  }

  private static KvmXenTrace sent(KvmXenTrace t, long port, int vcpu) {
    return t.send(0).fast(port, vcpu, -1).ret(1).entry(0);
  }

  static final List<KvmXenCase> ALL =
      List.of(
          holds(
              KvmXenRules.EV_54,
              "a line's event goes where it is routed, before and after that changes",
              t -> {
                raised(t.route(24, 70, 0), 24, 70, 0);
                raised(t.route(24, 71, 1), 24, 70, 0);
                return set(raised(t, 24, 71, 1), 24, 71, 1);
              }),
          broken(
              KvmXenRules.EV_54,
              "the events of eventfds go to vCPUs of another number",
              t -> {
                for (int gsi = 24; gsi < 27; gsi++) {
                  raised(t.route(gsi, gsi, 4), gsi, gsi, 4);
                  raised(t, gsi, gsi, 1);
                }
                return t;
              },
              """
              EV-54 vcpu 1 INTID null x3: An event of the line 24 is delivered elsewhere than user space routed it
                at delivery returns
                expected port 24 to vCPU 4
                observed port 24 to vCPU 1
                because delivery of port 24 to vCPU 1
              """,
              "KB-05"),
          broken(
              KvmXenRules.EV_54,
              "the events of set lines go to other ports",
              t -> {
                for (int gsi = 24; gsi < 27; gsi++) {
                  set(set(t.route(gsi, gsi, 0), gsi, gsi, 0), gsi, gsi + 10, 0);
                }
                return t;
              },
              """
              EV-54 vcpu 0 INTID null x3: An event of the line 24 is delivered elsewhere than user space routed it
                at delivery returns
                expected port 24 to vCPU 0
                observed port 34 to vCPU 0
                because delivery of port 34 to vCPU 0
              """),
          holds(
              KvmXenRules.EV_54,
              "a timer has its port",
              t -> t.timerPort(0, 5).timerSet(0).timerFires(0, 5)),
          broken(
              KvmXenRules.EV_54,
              "timers raise the port of before",
              t -> {
                for (int port = 5; port < 8; port++) {
                  t.timerPort(0, port).timerSet(0).timerFires(0, port);
                  t.timerSet(0).timerFires(0, port + 10);
                }
                return t;
              },
              """
              EV-54 vcpu 0 INTID null x3: An event of the timer of vCPU 0 is delivered elsewhere than user space routed it
                at delivery returns
                expected port 5 to vCPU 0
                observed port 15 to vCPU 0
                because delivery of port 15 to vCPU 0
              """,
              "KB-13"),
          holds(
              KvmXenRules.EV_54,
              "a hypercall sends where an entry says, before and after it is updated",
              t -> {
                t.table(4, 0, 0, 0).table(0, 5, 70, 0);
                sent(t, 70, 0).table(2, 5, 70, 1);
                return sent(sent(t, 70, 0), 70, 1);
              }),
          broken(
              KvmXenRules.EV_54,
              "hypercalls send where no entry does",
              t -> {
                t.table(4, 0, 0, 0).table(0, 5, 70, 4).table(0, 6, 71, 4).table(0, 7, 72, 4);
                return sent(sent(sent(t, 70, 1), 71, 1), 72, 1);
              },
              """
              EV-54 vcpu 1 INTID null x3: A hypercall delivers where no entry sends to
                at delivery returns
                expected a target in the table
                observed port 70 to vCPU 1
                because delivery of port 70 to vCPU 1
                because hypercall 20
              """,
              "KB-05"),
          holds(
              KvmXenRules.EV_59,
              "a port is assigned again after it was removed",
              t -> {
                t.table(4, 0, 0, 0).table(0, 5, 70, 0).table(0, 6, 71, 0).table(1, 5, 0, 0);
                return sent(sent(t, 71, 0).table(0, 5, 70, 0), 70, 0);
              }),
          broken(
              KvmXenRules.EV_59,
              "entries that are gone are used",
              t -> {
                t.table(4, 0, 0, 0).table(0, 5, 70, 0).table(0, 6, 71, 0).table(0, 7, 72, 0);
                t.table(1, 5, 0, 0).table(1, 6, 0, 0).table(1, 7, 0, 0).deliver(9, 0, 1);
                return sent(sent(sent(t, 70, 0), 71, 0), 72, 0);
              },
              """
              EV-59 vcpu 0 INTID null x3: A hypercall delivers through an entry that was taken out of the table
                at delivery returns
                expected the hypercall to go to user space
                observed port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
                because hypercall 20
              """,
              "KB-07"));
}

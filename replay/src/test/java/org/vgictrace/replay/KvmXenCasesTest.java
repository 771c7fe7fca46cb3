package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.KvmXenCase.broken;
import static org.vgictrace.replay.KvmXenCase.callback;
import static org.vgictrace.replay.KvmXenCase.holds;
import static org.vgictrace.replay.KvmXenCase.preempted;
import static org.vgictrace.replay.KvmXenCase.running;
import static org.vgictrace.replay.KvmXenCase.vector;
import static org.vgictrace.replay.KvmXenTrace.HALT;
import static org.vgictrace.replay.KvmXenTrace.HYPERCALL;
import static org.vgictrace.replay.KvmXenTrace.INTERRUPT;
import static org.vgictrace.replay.KvmXenTrace.WINDOW;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** What each rule about KVM's emulation of Xen accepts and rejects. */
class KvmXenCasesTest {
  private static final List<KvmXenCase> CALLS =
      List.of(
          holds(KvmXenRules.EV_41, "an upcall is due", t -> callback(running(t))),
          broken(
              KvmXenRules.EV_41,
              "none is",
              t ->
                  callback(running(t))
                      .times(3, u -> u.exit(0, INTERRUPT).look(0, 0).inject(0).entry(0)),
              """
              EV-41 vcpu 0 INTID null x3: The callback vector is injected although no upcall is due
                at callback injected
                expected the upcall flag to be set
                observed the upcall flag was found clear
                because upcall flag found clear
              """,
              "KB-04"),
          holds(
              KvmXenRules.EV_42,
              "each callback has an event",
              t -> running(t).times(20, KvmXenCase::callback)),
          broken(
              KvmXenRules.EV_42,
              "17 callbacks for one event",
              t ->
                  callback(running(t))
                      .exit(0, INTERRUPT)
                      .look(0, 1)
                      .times(17, u -> u.look(0, 1).inject(0).entry(0).exit(0, INTERRUPT)),
              """
              EV-42 vcpu 0 INTID null x1: The callback vector is injected more than 16 times in a row
                at callback injected
                expected the guest to clear its upcall flag
                observed 17 injections without an event
                because upcall flag found set
              """,
              "KB-04"),
          holds(
              KvmXenRules.EV_50,
              "all possible results",
              t -> t.deliver(1, 0, 1).deliver(1, 0, 0).deliver(2, 0, -107).deliver(3, 0, -22)),
          broken(
              KvmXenRules.EV_50,
              "an error number of something else",
              t -> t.deliver(1, 0, -14),
              """
              EV-50 vcpu 0 INTID null x1: A delivery ends in an impossible result
                at delivery returns -14
                expected 1, 0, -107, -11 or -22
                observed -14 for port 1 to vCPU 0
                because delivery of port 1 to vCPU 0
              """,
              "KB-20"),
          broken(
              KvmXenRules.EV_50,
              "taken for masked",
              t -> t.user().fast(70, 0).ret(-107, " pending=0 masked=0"),
              """
              EV-50 vcpu 0 INTID null x1: A port is taken for masked that is not
                at delivery returns -107
                expected 1
                observed -107 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """),
          broken(
              KvmXenRules.EV_50,
              "taken for pending",
              t -> t.user().fast(70, 0).ret(0, " pending=0 masked=0"),
              """
              EV-50 vcpu 0 INTID null x1: A port is taken for pending that was not
                at delivery returns 0
                expected 1 or -107
                observed 0 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """),
          holds(
              KvmXenRules.EV_51,
              "a worker tries again",
              t -> t.on(0).inInterrupt().fast(70, 0).ret(-11).worker().fast(70, 0).ret(1)),
          broken(
              KvmXenRules.EV_51,
              "nobody tries again",
              t ->
                  t.times(
                          3,
                          u ->
                              u.on(0)
                                  .inInterrupt()
                                  .fast(70, 0)
                                  .ret(-11)
                                  .fast(71, 0)
                                  .ret(-11)
                                  .fast(72, 0)
                                  .ret(-11))
                      .later(50)
                      .deliver(9, 0, 1),
              """
              EV-51 vcpu 0 INTID null x3: A delivery that found the memory out of reach is not tried again
                at delivery returns -11
                expected another delivery of port 70 to vCPU 0
                observed none
              """,
              "KB-02"),
          broken(
              KvmXenRules.EV_51,
              "user space is told that all is well",
              t ->
                  t.ioctl(70, 0)
                      .fast(70, 0)
                      .ret(-11)
                      .ioctlRet(0)
                      .ioctl(71, 0)
                      .fast(71, 0)
                      .ret(-11)
                      .ioctlRet(0)
                      .ioctl(72, 0)
                      .fast(72, 0)
                      .ret(-11)
                      .ioctlRet(0),
              """
              EV-51 vcpu 0 INTID null x3: A delivery that found the memory out of reach is not tried again
                at delivery returns -11
                expected another delivery of port 70 to vCPU 0
                observed none
              """,
              "KB-02"),
          holds(
              KvmXenRules.EV_54,
              "delivered as asked",
              t -> t.ioctl(70, 1).fast(70, 1, -1).ret(1).ioctlRet(0)),
          broken(
              KvmXenRules.EV_54,
              "delivered to another vCPU",
              t -> t.ioctl(70, 1).fast(70, 0, -1).ret(1).ioctlRet(0),
              """
              EV-54 vcpu 1 INTID null x1: An event is delivered elsewhere than user space asked
                at request returns
                expected port 70 to vCPU 1
                observed port 70 to vCPU 0
                because request for port 70 to vCPU 1
              """,
              "KB-05"),
          broken(
              KvmXenRules.EV_54,
              "a number taken for an index",
              t -> t.user().fast(70, 4, 1).ret(1).fast(70, 1, 1).ret(1),
              """
              EV-54 vcpu 1 INTID null x1: A vCPU's number and its index do not belong together
                at delivery to vCPU 1 at index 1
                expected index 1 to be vCPU 4
                observed vCPU 1 at index 1
              """,
              "KB-05"),
          holds(KvmXenRules.EV_55, "the vector is sent", t -> vector(running(t))),
          broken(
              KvmXenRules.EV_55,
              "none is sent to vCPUs that sleep",
              t -> vector(running(t)).times(3, u -> u.exit(0, HALT).deliver(70, 0, 1).entry(0)),
              """
              EV-55 vcpu 0 INTID null x3: An event is delivered without the upcall vector of its vCPU
                at delivery returns 1
                expected vector 243 at vCPU 0
                observed 1 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """,
              "KB-06"),
          broken(
              KvmXenRules.EV_55,
              "the vector goes to another vCPU",
              t -> vector(running(t)).user().fast(71, 0).accept(1).ret(1),
              """
              EV-55 vcpu 0 INTID null x1: The upcall vector goes to vCPU 1
                at delivery returns 1
                expected vCPU 0
                observed 1 for port 71 to vCPU 0 and its upcall vector
                because delivery of port 71 to vCPU 0
              """),
          holds(
              KvmXenRules.EV_55,
              "APIC numbers that agree modulo 256",
              t -> vector(running(t)).user().fast(71, 0).accept(256).ret(1)),
          holds(
              KvmXenRules.EV_56,
              "told of the event",
              t -> running(t).times(2, KvmXenCase::callback)),
          broken(
              KvmXenRules.EV_56,
              "woken and not told",
              t ->
                  callback(running(t))
                      .times(3, u -> u.exit(0, HALT).deliver(70, 0, 1).look(0, 1).entry(0)),
              """
              EV-56 vcpu 0 INTID null x3: A vCPU is woken for an event and not told of it
                at entry
                expected the callback vector to be injected
                observed an entry without an injection
                because delivery returns 1
              """,
              "KB-06"),
          broken(
              KvmXenRules.EV_56,
              "the window is open and nothing comes",
              t -> callback(running(t)).times(3, u -> u.exit(0, WINDOW).look(0, 1).entry(0)),
              """
              EV-56 vcpu 0 INTID null x3: A vCPU that can take its callback does not get it
                at entry
                expected the callback vector to be injected
                observed an entry without an injection
                because upcall flag found set
              """,
              "KB-06"),
          holds(
              KvmXenRules.EV_57,
              "done in the kernel",
              t -> running(t).send(0).fast(70, 1).ret(-107).entry(0)),
          holds(
              KvmXenRules.EV_57,
              "another's event while user space is asked",
              t ->
                  running(t)
                      .send(0)
                      .fast(70, 1)
                      .ret(1)
                      .entry(0)
                      .send(0)
                      .inInterrupt()
                      .fast(70, 1)
                      .ret(1)
                      .afterInterrupt()
                      .userExit()
                      .entry(0)),
          broken(
              KvmXenRules.EV_57,
              "masked, and handed on",
              t -> running(t).send(0).fast(70, 1).ret(-107).userExit().entry(0),
              """
              EV-57 vcpu 0 INTID null x1: An event is delivered and its hypercall goes to user space all the same
                at exit to user space
                expected the hypercall to be done
                observed an exit after the delivery returned -107
                because delivery returns -107
                because hypercall 20
              """,
              "KB-20"),
          holds(
              KvmXenRules.EV_58,
              "user space serves ring 3",
              t -> running(t).exit(0, HYPERCALL).hypercall(0, 0x20, 4, 3).userExit().entry(0)),
          broken(
              KvmXenRules.EV_58,
              "the kernel delivers for ring 3",
              t ->
                  running(t)
                      .exit(0, HYPERCALL)
                      .hypercall(0, 0x20, 4, 3)
                      .fast(70, 1)
                      .ret(1)
                      .entry(0),
              """
              EV-58 vcpu 0 INTID null x1: The kernel delivers an event for ring 3
                at delivery returns
                expected the hypercall to go to user space
                observed a delivery in the kernel
                because hypercall 20
              """,
              "KB-09"),
          broken(
              KvmXenRules.EV_58,
              "the kernel does something for ring 3",
              t -> running(t).times(3, u -> u.exit(0, HYPERCALL).hypercall(0, 0x1d, 3, 3).entry(0)),
              """
              EV-58 vcpu 0 INTID null x3: A hypercall from ring 3 is done in the kernel
                at entry
                expected an exit to user space
                observed an entry
                because hypercall 1d
              """,
              "KB-09"),
          holds(KvmXenRules.EV_60, "the last port of narrow guests", t -> t.deliver(1023, 0, 1)),
          broken(
              KvmXenRules.EV_60,
              "port 4096",
              t -> t.deliver(4096, 0, 1),
              """
              EV-60 vcpu 0 INTID null x1: A port beyond the bitmap is delivered
                at delivery returns 1
                expected -22 for ports from 4096 on
                observed 1 for port 4096 to vCPU 0
                because delivery of port 4096 to vCPU 0
              """,
              "KB-11",
              "KB-15"),
          broken(
              KvmXenRules.EV_60,
              "port 1024 of a 32-bit guest",
              t ->
                  t.user()
                      .line("vmattr", "(kvm_xen_hvm_set_attr+0x4/0x700) kvm=0x1 type=0 a=0")
                      .deliver(1024, 0, 1),
              """
              EV-60 vcpu 0 INTID null x1: A port beyond the bitmap is delivered
                at delivery returns 1
                expected -22 for ports from 1024 on
                observed 1 for port 1024 to vCPU 0
                because delivery of port 1024 to vCPU 0
              """),
          holds(
              KvmXenRules.EV_61,
              "preempted and back",
              t -> running(t).times(3, KvmXenCase::preempted)),
          broken(
              KvmXenRules.EV_61,
              "blocked by KVM",
              t -> running(t).times(3, u -> preempted(u).runState(0, 2)),
              """
              EV-61 vcpu 0 INTID null x3: KVM makes a vCPU blocked by itself
                at run state blocked
                expected running or runnable
                observed runnable before blocked
                because run state runnable
              """,
              "KB-12"),
          broken(
              KvmXenRules.EV_61,
              "runnable without running",
              t -> running(t).times(3, u -> preempted(u).switchedOut(0).runState(0, 1)),
              """
              EV-61 vcpu 0 INTID null x3: A vCPU becomes runnable that was not running
                at run state runnable
                expected running, then a switch of threads
                observed runnable before runnable
                because run state runnable
              """,
              "KB-12"),
          holds(
              KvmXenRules.EV_63,
              "one event for each setting",
              t -> running(t).times(3, u -> u.timerSet(0).timerFires(0, 3))),
          broken(
              KvmXenRules.EV_63,
              "two events for each setting",
              t -> running(t).times(3, u -> u.timerSet(0).timerFires(0, 3).timerFires(0, 3)),
              """
              EV-63 vcpu 0 INTID null x3: A timer fires that was not set since it last fired
                at timer fires
                expected one event for each setting
                observed an event on port 3 to vCPU 0
                because timer set
              """,
              "KB-13"),
          holds(
              KvmXenRules.EV_65,
              "masked is a failure",
              t ->
                  t.worker()
                      .line("setirq", "(kvm_set_irq+0x4/0x9) gsi=24 level=1")
                      .fast(70, 0)
                      .ret(-107)
                      .line("setirq_ret", "(x <- kvm_set_irq) ret=-1")),
          broken(
              KvmXenRules.EV_65,
              "delivered is not",
              t ->
                  t.worker()
                      .line("setirq", "(kvm_set_irq+0x4/0x9) gsi=24 level=1")
                      .fast(70, 0)
                      .ret(1)
                      .line("setirq_ret", "(x <- kvm_set_irq) ret=-1"),
              """
              EV-65 vcpu null INTID null x1: Raising a line fails although its event was delivered
                at line set
                expected 0 or more
                observed -1 after the delivery returned 1
              """),
          holds(
              KvmXenRules.EV_66,
              "the mapping comes back",
              t -> t.worker().times(5, u -> u.fast(70, 0).ret(-11)).fast(70, 0).ret(1)),
          broken(
              KvmXenRules.EV_66,
              "it never does",
              t -> t.worker().times(120, u -> u.fast(70, 0).ret(-11)),
              """
              EV-66 vcpu 0 INTID null x1: A delivery is tried more than 100 times in a row
                at delivery returns -11
                expected 1, 0 or an error
                observed -11 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """));

  static final List<KvmXenCase> CASES =
      Stream.of(KvmXenMemoryCases.ALL, KvmXenTargetCases.ALL, CALLS).flatMap(List::stream).toList();

  static Stream<KvmXenCase> cases() {
    return CASES.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ruleDecides(KvmXenCase one) {
    ReplayResult result = one.trace().apply(new KvmXenTrace()).replay();

    assertThat(result.gaps()).as("gaps").isZero();
    assertThat(result.findings())
        .map(Replays::describe)
        .map(text -> text.replace("  because", "because").replace("because", "  because"))
        .containsExactlyElementsOf(one.isRejecting() ? List.of(one.expected()) : List.of());
    if (!one.isRejecting()) {
      assertThat(count(result, one.rule()).consistent()).as("instances that hold").isPositive();
    }
  }

  /** Bits in memory that a probe of one's own can record. */
  private static final Set<Observation> OF_MEMORY =
      Set.of(Observation.XEN_WORDS, Observation.XEN_PORTS);

  @Test
  void everyRuleThatATraceCanShowIsAcceptedAndRejected() {
    List<Rule> all =
        Stream.concat(
                Stream.of(
                    EvtchnQueueRules.EV_20,
                    EvtchnQueueRules.EV_21,
                    EvtchnQueueRules.EV_22,
                    EvtchnQueueRules.EV_23),
                KvmXenRules.rules().stream())
            .toList();
    assertThat(all)
        .allSatisfy(
            rule -> {
              boolean shown =
                  rule.needs().stream()
                      .allMatch(need -> need.isRecordable() || OF_MEMORY.contains(need));
              long accepted =
                  CASES.stream().filter(c -> c.rule().equals(rule) && !c.isRejecting()).count();
              long rejected =
                  CASES.stream().filter(c -> c.rule().equals(rule) && c.isRejecting()).count();
              assertThat(accepted > 0).as(rule.id()).isEqualTo(shown);
              assertThat(rejected > 0).as(rule.id()).isEqualTo(shown);
            });
  }

  /** A single record that the probes missed explains each of these. */
  @Test
  void oneAbsenceIsNoFinding() {
    KvmXenTrace trace =
        vector(running(new KvmXenTrace()))
            .exit(0, HALT)
            .deliver(70, 0, 1)
            .entry(0)
            .exit(0, INTERRUPT)
            .timerSet(0)
            .timerFires(0, 3)
            .timerFires(0, 3)
            .on(0)
            .inInterrupt()
            .fast(90, 0)
            .ret(-11)
            .afterInterrupt()
            .later(50)
            .deliver(9, 0, 1);

    ReplayResult result = trace.replay();

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, KvmXenRules.EV_51).undecided()).isOne();
    assertThat(count(result, KvmXenRules.EV_55).undecided()).isOne();
    assertThat(count(result, KvmXenRules.EV_63).undecided()).isOne();
  }

  private static final Set<String> SETTINGS =
      Set.of(" route: ", " vmattr: ", " vcattr: ", " inatomic: ", " timer_callback: ");

  /** Lines, timers and entries that are set anew now and then, and records missing at random. */
  @ParameterizedTest
  @ValueSource(ints = {3, 10, 30, 100})
  void missingSettingsAreNoFindings(int oneIn) {
    Random random = new Random(oneIn);
    KvmXenTrace trace = new KvmXenTrace().table(4, 0, 0, 0);
    int[] ports = new int[4];
    for (int i = 0; i < 2_000; i++) {
      int key = i < ports.length ? i : random.nextInt(ports.length);
      if (ports[key] == 0 || random.nextInt(10) == 0) {
        ports[key] = 10 + 100 * key + random.nextInt(100);
        trace.table(1, 5 + key, 0, 0).table(0, 5 + key, ports[key], 0);
        trace.route(24 + key, ports[key], 0).timerPort(0, ports[0]);
      }
      trace.send(0).fast(ports[key], 0).ret(1).entry(0);
      trace.inInterrupt().raise(24 + key).fast(ports[key], 0).ret(1).afterInterrupt();
      trace.timerSet(0).timerFires(0, ports[0]);
    }
    assertThat(trace.replay().findings()).isEmpty();

    for (int seed = 0; seed < 20; seed++) {
      ReplayResult result = trace.replayWithout(SETTINGS, oneIn, new Random(seed));
      assertThat(result.findings()).as("seed " + seed).isEmpty();
      assertThat(result.gaps()).isZero();
    }
  }

  /** What was in the table before the recording, or is set where no record says, may send too. */
  @Test
  void anUnknownTableDecidesNothing() {
    KvmXenTrace trace = new KvmXenTrace();
    for (int port = 5; port < 9; port++) {
      trace.table(0, port, port, 0).table(1, port, 0, 0).route(port, port, 0);
    }
    for (int port = 5; port < 9; port++) {
      trace.send(0).fast(port, 0).ret(1).entry(0).send(0).fast(port, 1).ret(1).entry(0);
      trace.inInterrupt().raise(port).fast(port, 1).ret(1).afterInterrupt();
    }

    ReplayResult result = trace.replay();

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, KvmXenRules.EV_54).undecided()).isEqualTo(8);
    assertThat(count(result, KvmXenRules.EV_59).undecided()).isEqualTo(4);
  }

  @Test
  void twoVmsWithVcpusOfTheSameNumberAreNotConfused() {
    KvmXenTrace trace =
        callback(running(new KvmXenTrace()))
            .user()
            .line("kvm_entry", "vcpu 0, rip 0x1000")
            .line("set_evtchn_fast", "(x+0x4/0x9) port=1 vcpu_id=0 vcpu_idx=7 prio=0xffffffff")
            .ret(1)
            .line("set_evtchn_fast", "(x+0x4/0x9) port=1 vcpu_id=0 vcpu_idx=0 prio=0xffffffff")
            .ret(1);

    assertThat(trace.replay().findings()).isEmpty();
  }

  private static RuleCount count(ReplayResult result, Rule rule) {
    return result.rules().stream().filter(c -> c.rule().equals(rule)).findFirst().orElseThrow();
  }
}

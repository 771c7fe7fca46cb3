package org.vgictrace.replay.both;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * A case that breaks each of the rules EV-BOTH, made of a genuine run; that as it is breaks none is
 * for {@link BothSidesTest}.
 */
class BothSidesCasesTest {
  private static List<String> findings(BothCase.Records records) {
    return records.judged().findings().stream().map(found -> describe(found.finding())).toList();
  }

  private static String describe(Finding finding) {
    return String.join(
        "\n",
        finding.rule().id()
            + " x"
            + finding.repetitions()
            + " "
            + finding.vm()
            + " vCPU "
            + finding.vcpu()
            + ": "
            + finding.message(),
        "  at " + ref(finding.at()),
        "  because "
            + String.join("; ", finding.because().stream().map(BothSidesCasesTest::ref).toList()),
        "  expected " + finding.expected(),
        "  observed " + finding.observed());
  }

  private static String ref(EventRef event) {
    return event.ts() + " CPU " + event.cpu() + " " + event.text();
  }

  @TestFactory
  Stream<DynamicTest> eachCase() {
    return Stream.concat(BothCases.WRONG.stream(), BothCases.RIGHT.stream())
        .map(one -> dynamicTest(one.name(), () -> check(one)));
  }

  private static void check(BothCase one) {
    BothResult result = one.altered().get().judged();

    assertThat(result.why()).isNull();
    assertThat(result.findings().stream().map(found -> found.finding().rule().id()).distinct())
        .containsExactlyInAnyOrderElementsOf(one.rules());
  }

  /** The hypervisor drops a third of the hypercalls by which events are sent. */
  @Test
  void sendsThatDoNotArrive() {
    assertThat(findings(BothCases.sendsDropped()))
        .containsExactly(
            """
            EV-BOTH-1 x17 d0 vCPU 1: The guest sends an IPI on CPU 1 that Xen does not \
            record
              at 34793476328 CPU 1 [guest] guest_send via=ipi target_cpu=0
              because 34793444720 CPU 0 [xen] xen_runstate d0v1 runnable -> running
              expected event_channel_op on CPU 0 before the sender goes on
              observed no such hypercall for 269185287 units\
            """,
            """
            EV-BOTH-1 x22 d0 vCPU 0: The guest sends an IPI on CPU 0 that Xen does not \
            record
              at 35125544377 CPU 0 [guest] guest_send via=ipi target_cpu=1
              because 35125508695 CPU 1 [xen] xen_runstate d0v0 runnable -> running
              expected event_channel_op on CPU 1 before the sender goes on
              observed no such hypercall for 15370 units\
            """);
  }

  /** The vCPU that runs first in the second half is accounted as running too late, once. */
  @Test
  void runsBeforeItIsAccountedAsRunning() {
    assertThat(findings(BothCases.runsEarly()))
        .containsExactly(
            """
            EV-BOTH-2 x2 d0 vCPU 1: The guest takes an upcall on CPU 1 while Xen says \
            that d0v1 is not running
              at 35233943778 CPU 1 [guest] guest_upcall step=enter
              because 35233925616 CPU 1 [xen] xen_runstate d0v1 blocked -> runnable; \
            35233969390 CPU 1 [xen] xen_runstate d0v1 runnable -> running
              expected d0v1 running
              observed d0v1 runnable from 18162 units before to 25612 after\
            """,
            """
            EV-BOTH-4 x6 d0 vCPU 1: The guest is active on CPU 1 while Xen says that \
            d0v1 is not running
              at 35233948744 CPU 1 [guest] guest_port step=test port=7
              because 35233925616 CPU 1 [xen] xen_runstate d0v1 blocked -> runnable; \
            35233969390 CPU 1 [xen] xen_runstate d0v1 runnable -> running
              expected d0v1 running
              observed d0v1 runnable from 23128 units before to 20646 after\
            """);
  }

  /** The hypervisor wakes vCPU 1 only some time after it got the event. */
  @Test
  void wakesThatComeLate() {
    assertThat(findings(BothCases.wakesLate()))
        .containsExactly(
            """
            EV-BOTH-3 x37 d0 vCPU 1: Xen gets an IPI for d0v1, which sleeps, and does \
            not wake it
              at 35065625253 CPU 0 [guest] guest_send via=ipi target_cpu=1
              because 35065627281 CPU 2 [xen] xen_hypercall event_channel_op; \
            35065580527 CPU 0 [xen] xen_runstate d0v1 running -> blocked
              expected d0v1 blocked -> runnable before the sender goes on
              observed d0v1 blocked for 531749 more units\
            """);
  }

  /** In the second half nothing interrupts CPU 1 of the guest any more. */
  @Test
  void wakesWithoutAnUpcall() {
    assertThat(findings(BothCases.upcallsForgotten()))
        .containsExactly(
            """
            EV-BOTH-5 x66 d0 vCPU 1: Xen wakes d0v1 from SCHEDOP_block and the guest \
            takes no upcall
              at 35225852948 CPU 1 [guest] sched_switch next_pid=622
              because 35225797814 CPU 1 [xen] xen_runstate d0v1 blocked -> runnable; \
            35177499324 CPU 1 [xen] xen_runstate d0v1 running -> blocked
              expected an upcall first
              observed sched_switch next_pid=622\
            """);
  }
}

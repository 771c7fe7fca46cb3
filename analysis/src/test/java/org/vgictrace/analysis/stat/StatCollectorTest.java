package org.vgictrace.analysis.stat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.parser.event.Kind;

/**
 * Small streams whose figures can be told by looking at them. Each event is one microsecond after
 * the one before.
 */
class StatCollectorTest {
  @Test
  void latenciesFromInjectionToListRegisterToRetirement() throws IOException {
    StatReport report =
        run(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made();
              events.at(10_000).on(1, 77, "injector");
              inject(events, 40, 1);
              events.at(30_000);
              guest.thread().populate(0, 0).enter(Guest.SPI40_PENDING);
              events.at(50_000);
              guest.leave(2, 0x24, Guest.SPI40_ACTIVE);
              events.at(60_000);
              guest.enter(Guest.SPI40_ACTIVE);
              events.at(90_000);
              guest.leave(0, 0, Guest.SPI40_DONE);
            });

    assertThat(report.interrupts())
        .containsExactly(new InterruptFigures("vm0", null, 40, 1, 1, 1, one(20_000), one(60_000)));
    VcpuFigures vcpu = report.vcpus().get(0);
    assertThat(vcpu.label()).isEqualTo("vm0 vcpu0");
    assertThat(vcpu.entries()).isEqualTo(2);
    assertThat(vcpu.exits()).containsExactly(Map.entry("IRQ", 1L), Map.entry("TRAP DABT_LOW", 1L));
    assertThat(vcpu.occupancy().subList(0, 3)).containsExactly(0L, 2L, 0L);
    assertThat(vcpu.toLr()).isEqualTo(one(20_000));
    assertThat(vcpu.toRetire()).isEqualTo(one(60_000));
    assertThat(report.total().toLr()).isEqualTo(one(20_000));
  }

  @Test
  void aLevelThatFallsAgainIsNotMeasuredButAnEdgeIs() throws IOException {
    StatReport report =
        run(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made();
              events.event(
                  Kind.QUEUE,
                  "kvm",
                  Guest.KVM,
                  "intid",
                  50,
                  "config",
                  "edge",
                  "target",
                  Guest.vcpu(0));
              inject(events, 40, 1);
              inject(events, 40, 0);
              events.at(20_000);
              inject(events, 50, 1);
              inject(events, 50, 0);
              events.at(40_000);
              guest.enter(Guest.SPI40_PENDING, 0x50a0_0000_0000_0032L);
            });

    assertThat(report.interrupts())
        .containsExactly(
            new InterruptFigures(
                "vm0", null, 40, 1, 0, 0, LatencyFigures.NONE, LatencyFigures.NONE),
            new InterruptFigures("vm0", null, 50, 1, 0, 0, one(20_000), LatencyFigures.NONE));
  }

  @Test
  void oneInjectionSeenByProbeAndTracepointCountsOnce() throws IOException {
    StatReport report =
        run(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made();
              new Guest(events, 1).thread().made();
              events.on(1, 77, "injector");
              events.event(
                  Kind.INJECT,
                  "kvm",
                  Guest.KVM,
                  "vcpu",
                  Guest.vcpu(1),
                  "intid",
                  27,
                  "level",
                  1,
                  "owner",
                  5);
              events.event(Kind.IRQ_PENDING, "vcpu_id", 1, "intid", 27, "level", 1);
              events.event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 27, "level", 1);
            });

    assertThat(report.interrupts())
        .extracting(InterruptFigures::vcpu, InterruptFigures::intid, InterruptFigures::injections)
        .containsExactly(tuple(0, 27L, 1L), tuple(1, 27L, 1L));
    assertThat(report.unattributed()).isZero();
  }

  @Test
  void maintenanceIsAnInterruptExitThatNoHostInterruptExplains() throws IOException {
    StatReport report =
        run(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.enter(Guest.SPI40_PENDING).leave(0, 0, Guest.SPI40_DONE);
              guest.enter(Guest.SPI40_PENDING);
              events.event(Kind.HOST_IRQ, "irq", 13, "name", "arch_timer", "point", "entry");
              guest.leave(0, 0, Guest.SPI40_DONE);
              guest.enter(Guest.SPI40_PENDING).leave(2, 0x24, Guest.SPI40_DONE);
              guest.enter(Guest.SPI40_PENDING).leave(0, 0, Guest.SPI40_ACTIVE);
            });

    assertThat(report.hostIrqsSeen()).isTrue();
    assertThat(report.vcpus().get(0).maintenance()).containsExactly(Map.entry("EOI", 1L));
  }

  @Test
  void lostEventsEndWhatWasBeingMeasured() throws IOException {
    StatReport report =
        run(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made();
              inject(events, 40, 1);
              events.event(Kind.LOST, "count", 5);
              guest.enter(Guest.SPI40_PENDING);
              events.event(Kind.LOST, "count", 5);
              guest.leave(0, 0, Guest.SPI40_DONE);
            });

    assertThat(report.interrupts())
        .containsExactly(
            new InterruptFigures(
                "vm0", null, 40, 1, 0, 1, LatencyFigures.NONE, LatencyFigures.NONE));
  }

  @Test
  void stockTracepointsAloneGiveThreadsAndRates() throws IOException {
    StatReport report =
        run(
            events ->
                events
                    .on(0, 950, "CPU 0/KVM")
                    .event(Kind.VCPU_ENTRY, "pc", 1)
                    .event(Kind.VCPU_EXIT, "reason", 2, "esr_ec", 1)
                    .event(Kind.IRQ_PENDING, "vcpu_id", 0, "intid", 27, "level", 1));

    assertThat(report.vcpus()).extracting(VcpuFigures::label).containsExactly("vm? pid 950");
    assertThat(report.vcpus().get(0).exits()).containsExactly(Map.entry("TRAP WFx", 1L));
    assertThat(report.unattributed()).isEqualTo(1);
    assertThat(report.hostIrqsSeen()).isFalse();
  }

  @Test
  void interruptsBeyondTheLimitAreCountedTogether() throws IOException {
    StatReport report =
        run(
            events -> {
              new Guest(events, 0).thread().made();
              for (int i = 0; i < StatCollector.INTERRUPTS_MAX + 10; i++) {
                events.event(
                    Kind.INJECT, "kvm", Guest.KVM, "vcpu", 0, "intid", 8192 + i, "level", 1);
              }
            });

    List<InterruptFigures> interrupts = report.interrupts();
    assertThat(interrupts).hasSize(StatCollector.INTERRUPTS_MAX + 1);
    assertThat(interrupts.get(interrupts.size() - 1))
        .isEqualTo(
            new InterruptFigures(
                null, null, -1, 10, 0, 0, LatencyFigures.NONE, LatencyFigures.NONE));
  }

  private static void inject(HandMade.Events events, int intid, int level) {
    events.event(
        Kind.INJECT, "kvm", Guest.KVM, "vcpu", 0, "intid", intid, "level", level, "owner", 0);
  }

  private static LatencyFigures one(long ns) {
    return new LatencyFigures(1, ns, ns, ns, ns);
  }

  private static StatReport run(HandMade.Script script) throws IOException {
    return StatCollector.run(new HandMade(script), batch -> {});
  }
}

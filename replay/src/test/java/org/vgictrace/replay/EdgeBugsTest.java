package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;
import org.vgictrace.replay.RuleCase.Host;
import org.vgictrace.replay.verdict.Finding;

/**
 * Bugs that kernels had, imitated in traces of correct ones: each is found under its rule. The
 * numbers are those of the catalogue of bugs.
 */
class EdgeBugsTest {
  private static final long MILLISECOND = 1_000_000;

  private static void isFound(String rule, List<Host> hosts, Consumer<ScenarioWriter> scenario) {
    for (Host host : hosts) {
      ScenarioWriter vm = RuleCase.play(scenario, host);
      for (ReplayResult result : List.of(Replays.text(vm), Replays.dat(vm))) {
        assertThat(result.findings())
            .as(host.toString())
            .extracting(Finding::rule)
            .extracting(found -> found.id())
            .contains(rule);
      }
    }
  }

  /** "vgic: Don't populate multiple LRs with the same vintid", Linux 4.16. */
  @Test
  void bug1SgiWithTwoSourcesInTwoListRegisters() {
    isFound(
        "INV-LRE-1",
        RuleCase.V2,
        vm -> {
          Irq sgi = vm.vcpu(0).sgi(3).pendingFrom(1);
          Irq other = vm.spi(40).edge();
          other.pending();
          vm.next("enter").lr(1, lr -> lr.withIntid(sgi.intid()));
          vm.vcpu(0).residency();
        });
  }

  /** "Do not use Active+Pending state for a HW interrupt", Linux 4.11. */
  @Test
  void bug3PendingAndActiveWithHardwareBit() {
    isFound(
        "INV-LRE-5",
        RuleCase.ALL,
        vm -> {
          vm.next("enter", 1).lr(0, lr -> lr.withState(3));
          Scenarios.mappedTimer(vm);
        });
  }

  /** "use vcpu requests for irq injection", Linux 4.13. */
  @Test
  void bug6InjectionBetweenFlushAndEntryWithoutAKick() {
    isFound(
        "INV-EDGE-4",
        RuleCase.LEGACY,
        vm -> {
          Irq spi = Scenarios.raisedAfterCreation(vm);
          Scenarios.takeAndFinish(vm, spi);
          for (int i = 0; i < 4; i++) {
            vm.vcpu(0).flush();
            vm.next("vcpu_kick").drop();
            spi.raise();
            vm.vcpu(0).enter().exit();
            Scenarios.takeAndFinish(vm, spi);
          }
        });
  }

  /** "vgic-v2: Handle SGI bits in GICD_I{S,C}PENDR0 as WI", Linux 5.3. */
  @Test
  void bug10WriteMakesAnSgiPendingWithoutASource() {
    isFound(
        "INV-EDGE-2",
        RuleCase.V2,
        vm -> {
          vm.create();
          Vcpu v1 = vm.vcpu(1);
          vm.vcpu(0).sendSgi(2, v1);
          v1.run(v1.sgi(2).ack(), v1.sgi(2).eoi()).exit();
          v1.residency();
          v1.writePending(v1.sgi(2));
        });
  }

  /** "Synchronize the whole guest on GIC{D,R}_I{S,C}ACTIVER read", Linux 5.7. */
  @Test
  void bug14StaleActiveStateRead() {
    isFound(
        "INV-FOLD-7",
        RuleCase.LEGACY,
        vm -> {
          Irq spi = Scenarios.raisedAfterCreation(vm);
          vm.vcpu(0).run(spi.ack()).exit();
          Vcpu v1 = vm.vcpu(1);
          v1.residency();
          v1.event("kvm_mmio", "type", 0, "len", 4, "gpa", 0x8000304L, "val", 0);
          v1.event(
              "mmio_read_active", "vcpu", v1.address(), "vcpu_id", 1, "addr", 0x8000304L, "len", 4);
          v1.event("kvm_mmio", "type", 1, "len", 4, "gpa", 0x8000304L, "val", 0);
        });
  }

  /** "Fix limit condition when writing to GICD_I[CS]ACTIVER", Linux 5.7: SPI 32 did not wait. */
  @Test
  void bug15ActiveStateWrittenWithoutWaiting() {
    isFound(
        "INV-FOLD-7",
        RuleCase.ALL,
        vm -> {
          vm.create();
          Irq other = vm.spi(33).enabled();
          Irq spi = vm.spi(32).enabled();
          spi.raise();
          vm.vcpu(0).run(spi.ack()).exit();
          vm.vcpu(0).enter();
          vm.vcpu(1).writeNotActive(spi);
          vm.advance(5 * MILLISECOND);
          // The kick for it finds vCPU 0 in the guest.
          other.raise();
          vm.vcpu(0).exit();
        });
  }

  /**
   * "vgic-v4: Restore pending state on host userspace write", Linux 6.8: a latch that gets lost.
   */
  @Test
  void bug33PendingStateLost() {
    isFound(
        "INV-EDGE-1",
        RuleCase.ALL,
        vm -> {
          Irq spi = Scenarios.raisedAfterCreation(vm);
          Scenarios.takeAndFinish(vm, spi);
          vm.next("queue_irq").set("pending_latch", 0);
          vm.vcpu(0).writePending(spi);
        });
  }

  /** "Fix source vcpu issues for GICv2 SGI", Linux 4.16. */
  @Test
  void bug59ActiveSgiWithAnotherSource() {
    isFound(
        "INV-LRE-17",
        RuleCase.V2,
        vm -> {
          Irq sgi = vm.vcpu(0).sgi(3).pendingFrom(1);
          vm.vcpu(0).run(sgi.ack()).exit();
          vm.next("enter").lr(0, lr -> lr.withSource(0));
          vm.vcpu(0).run(sgi.eoi()).exit();
        });
  }

  /** One altered number in a healthy residency. */
  @Test
  void usedCountAndEnableBitDoNotChange() {
    isFound(
        "INV-HW-3",
        RuleCase.ALL,
        vm -> {
          vm.next("fold").set("used_lrs", 2);
          Scenarios.levelSpi(vm);
        });
    isFound(
        "INV-UF-4",
        RuleCase.LEGACY,
        vm -> {
          vm.next("enter").change("hcr", hcr -> hcr & ~1);
          Scenarios.levelSpi(vm);
        });
    isFound(
        "INV-UF-2",
        RuleCase.COUNTING,
        vm -> {
          vm.next("enter").change("hcr", hcr -> hcr & ~1);
          Scenarios.levelSpi(vm);
        });
  }

  @Test
  void fieldsOfSnapshotsDoNotChangeByThemselves() {
    isFound("INV-LRE-16", RuleCase.ALL, vm -> altered(vm, "resample", "enabled", 0));
    isFound("INV-LRE-11", RuleCase.ALL, vm -> altered(vm, "resample", "hw", 1));
    isFound("INV-LRE-17", RuleCase.ALL, vm -> altered(vm, "put_irq", "source", 2));
    isFound("INV-LRE-10", RuleCase.ALL, vm -> altered(vm, "put_irq", "priority", 8));
    isFound("INV-LVL-2", RuleCase.ALL, vm -> altered(vm, "put_irq", "line_level", 1));
  }

  private static void altered(ScenarioWriter vm, String event, String field, long value) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    Scenarios.takeAndFinish(vm, spi);
    spi.raise();
    vm.next(event).set(field, value);
    Scenarios.takeAndFinish(vm, spi);
    spi.raise();
    Scenarios.takeAndFinish(vm, spi);
  }
}

package org.vgictrace.replay;

import static org.vgictrace.replay.rule.OwnershipRules.OWN_1;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_2;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_3;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_4;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_5;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_7;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-OWN: the performance monitor interrupt, and physical interrupts behind those of guests. */
class OwnershipCasesTest {
  private static final int AGAIN = 4;
  private static final int PMU = 23;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(OWN_1)
              .accepts(vm -> overflows(vm, AGAIN, 0, 0))
              .rejects(OwnershipCasesTest::mapped),
          RuleCase.of(OWN_2).accepts(vm -> hostOnly(vm, false)).rejects(vm -> hostOnly(vm, true)),
          RuleCase.of(OWN_3)
              .accepts(vm -> overflows(vm, AGAIN, 0, 0))
              .rejects(vm -> overflows(vm, AGAIN, AGAIN, 0)),
          RuleCase.of(OWN_4)
              .accepts(vm -> overflows(vm, AGAIN, 0, 0))
              .rejects(OwnershipCasesTest::bug5And25OverflowLost)
              .rejects(
                  vm -> {
                    overflows(vm, AGAIN, 0, 0);
                    Vcpu v = vm.vcpu(0);
                    v.event(
                        "pmu_update",
                        "vcpu",
                        v.address(),
                        "vcpu_id",
                        0,
                        "irq_level",
                        1,
                        "irq_num",
                        PMU);
                    v.residency();
                  }),
          RuleCase.of(OWN_5)
              .accepts(vm -> overflows(vm, AGAIN, 0, 0))
              .rejects(
                  vm -> {
                    vm.next("vgic_update_irq_pending", 2).set("vcpu_id", 1);
                    overflows(vm, AGAIN, 0, 0);
                  }),
          RuleCase.of(OWN_7).accepts(Scenarios::mappedTimer).rejects(OwnershipCasesTest::shared));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** The vCPU's performance monitor interrupt is known and its line is low. */
  private static Irq start(ScenarioWriter vm) {
    Vcpu v = vm.vcpu(0);
    v.residency();
    v.event("pmu_update", "vcpu", v.address(), "vcpu_id", 0, "irq_level", 0, "irq_num", PMU);
    return v.ppi(PMU);
  }

  /** The host's handler takes an interrupt after the guest's exit. */
  private static void handler(Vcpu v, boolean guestCounter) {
    v.inHandler("irq_handler_entry", "irq", 17, "name", "arm-pmu");
    if (guestCounter) {
      v.inHandler("pmu_overflow", "perf_event", 0xffff000004440000L);
      v.inHandler("vcpu_kick", "vcpu", v.address(), "vcpu_id", 0, "cpu", 0, "mode", 0);
    }
    v.inHandler("irq_handler_exit", "irq", 17, "ret", 1);
  }

  /** The guest takes the interrupt and clears the overflow with a trapped write. */
  private static void take(Vcpu v, Irq pmu) {
    v.run(pmu.ack()).exitTrap(0x18);
    v.event(
        "kvm_sys_access",
        "vcpu_pc",
        0x4000L,
        "is_write",
        1,
        "Op0",
        3,
        "Op1",
        3,
        "CRn",
        9,
        "CRm",
        12,
        "Op2",
        3);
    v.device(pmu, false);
    v.run(pmu.eoi()).exit();
  }

  /**
   * KVM: arm/arm64: PMU: Fix overflow interrupt injection (entry 5); KVM: arm64: PMU: Align chained
   * counter implementation with architecture pseudocode (entry 25).
   */
  private static void bug5And25OverflowLost(ScenarioWriter vm) {
    overflows(vm, AGAIN, 0, AGAIN);
  }

  /**
   * Counters of the guest overflow; then counters of the host, which the guest is told of; then
   * counters of the guest, which it is not told of.
   */
  private static void overflows(ScenarioWriter vm, int right, int leaked, int lost) {
    Irq pmu = start(vm);
    Vcpu v = vm.vcpu(0);
    for (int i = 0; i < right + leaked; i++) {
      v.flush().enter().fold();
      handler(v, i < right);
      v.exit();
      v.device(pmu, true);
      take(v, pmu);
    }
    for (int i = 0; i < lost; i++) {
      v.flush().enter().fold();
      handler(v, true);
      v.exit();
      v.residency();
    }
  }

  private static void mapped(ScenarioWriter vm) {
    Irq pmu = start(vm);
    pmu.mapped(PMU, 17).pending();
    vm.vcpu(0).residency();
  }

  /** The host profiles itself while no guest runs. */
  private static void hostOnly(ScenarioWriter vm, boolean injects) {
    start(vm);
    vm.idleInterrupt(1, "irq_handler_entry", "irq", 17, "name", "arm-pmu");
    if (injects) {
      vm.idleInterrupt(1, "vgic_update_irq_pending", "vcpu_id", 0, "irq", PMU, "level", 1);
    }
    vm.idleInterrupt(1, "irq_handler_exit", "irq", 17, "ret", 1);
  }

  /** Two interrupts of a guest with one physical interrupt. */
  private static void shared(ScenarioWriter vm) {
    vm.spi(50).mapped(70, 21).pending();
    vm.spi(51).mapped(70, 21).pending();
    vm.vcpu(0).residency();
  }
}

package org.vgictrace.replay;

import static org.vgictrace.replay.rule.WakeRules.WFI_1;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-WFI: what keeps a vCPU from going to sleep. */
class SleepCasesTest {
  /** The priority mask of the guest lets nothing through. */
  private static final long ALL_MASKED = 0x4c0002;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(WFI_1)
              .accepts(vm -> slept(vm, false))
              .accepts(
                  vm -> {
                    slept(vm, false);
                    vm.vcpu(0).vmcr(ALL_MASKED);
                    sleep(vm, true);
                  })
              .accepts(
                  vm -> {
                    Irq spi = waiting(vm);
                    sleep(vm, false);
                    vm.vcpu(0).run(spi.ack()).exit();
                    sleep(vm, true);
                  })
              .accepts(
                  vm -> {
                    slept(vm, false);
                    vm.vcpu(1).residency();
                    vm.vcpu(0).put();
                    block(vm, "vcpu_blocking");
                    vm.vcpu(1).writeActive(vm.spi(41));
                    wake(vm, true);
                  })
              .rejects(vm -> slept(vm, true))
              .rejects(
                  vm -> {
                    waiting(vm);
                    vm.vcpu(0).put();
                    block(vm, "vcpu_blocking");
                    vm.vcpu(0).event("pending_irq_ret", "ret", 0);
                    wake(vm, true);
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** An edge that the guest does not take goes back to the list. */
  private static Irq waiting(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    vm.vcpu(0).writePriority(vm.spi(41), 0x80);
    vm.vcpu(0).residency().residency();
    return spi;
  }

  private static void slept(ScenarioWriter vm, boolean waited) {
    waiting(vm);
    sleep(vm, waited);
  }

  /** vCPU 0 executes WFI and goes on. */
  private static void sleep(ScenarioWriter vm, boolean waited) {
    vm.vcpu(0).put();
    block(vm, "vcpu_blocking");
    wake(vm, waited);
  }

  private static void wake(ScenarioWriter vm, boolean waited) {
    block(vm, "vcpu_unblocking");
    Vcpu v = vm.vcpu(0);
    v.event("kvm_vcpu_wakeup", "ns", 70_000, "waited", waited ? 1 : 0, "valid", 1);
    v.load();
    v.residency();
  }

  private static void block(ScenarioWriter vm, String event) {
    Vcpu v = vm.vcpu(0);
    v.event(event, "vcpu", v.address(), "vcpu_id", 0);
  }
}

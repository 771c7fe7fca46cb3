package org.vgictrace.replay;

import static org.vgictrace.replay.rule.ApListRules.AP_1;
import static org.vgictrace.replay.rule.ApListRules.AP_2;
import static org.vgictrace.replay.rule.ApListRules.AP_3;
import static org.vgictrace.replay.rule.ApListRules.AP_4;
import static org.vgictrace.replay.rule.ApListRules.AP_5;
import static org.vgictrace.replay.rule.ApListRules.AP_6;
import static org.vgictrace.replay.rule.ApListRules.AP_7;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/** INV-AP: the lists of interrupts that wait for a vCPU. */
class ApListCasesTest {

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(AP_1)
              .accepts(vm -> queuedInOrder(vm))
              .rejects(
                  vm -> {
                    Irq spi = queuedInOrder(vm);
                    spi.raise();
                    vm.event("queue_irq_ret", "queued", 1);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(AP_2)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("irq_vcpu", vm.vcpu(1).address());
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("irq_vcpu", 0);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(AP_3)
              .accepts(ApListCasesTest::waitingTwice)
              .rejects(
                  vm -> {
                    waitingTwice(vm);
                    vm.next("put_irq").set("irq_vcpu", 0);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(AP_4)
              .accepts(vm -> queuedInOrder(vm))
              .rejects(
                  vm -> {
                    Irq spi = queuedInOrder(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    vm.vcpu(0).residency();
                    spi.raise();
                    vm.event("queue_irq_ret", "queued", 0);
                  }),
          RuleCase.of(AP_3)
              .accepts(ApListCasesTest::routedAway)
              .rejects(
                  vm -> {
                    Irq spi = routedAway(vm);
                    vm.next("queue_irq").set("irq_vcpu", vm.vcpu(0).address());
                    spi.raise();
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.vcpu(0).writePriority(spi, 0x80);
                    vm.vcpu(0).run(spi.ack()).exit();
                    if (vm.kernel() == Kernel.V6_12) {
                      // The reference that goes with the place on the list.
                      vm.next("put_irq", 1).drop();
                    }
                    vm.vcpu(0).run(spi.eoi()).exit();
                    vm.vcpu(0).residency().residency();
                    vm.next("queue_irq").set("irq_vcpu", vm.vcpu(0).address());
                    spi.raise();
                  }),
          RuleCase.of(AP_4)
              .accepts(vm -> queuedInOrder(vm))
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    vm.vcpu(0).residency();
                    vm.next("queue_irq").drop();
                    vm.next("vcpu_kick").drop();
                    vm.next("put_irq").set("irq_vcpu", 0);
                    vm.vcpu(0).writeActive(spi);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(AP_4)
              .on(RuleCase.DROPPING)
              .accepts(vm -> queuedInOrder(vm))
              .rejects(
                  vm -> {
                    Irq spi = queuedInOrder(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    vm.vcpu(0).residency();
                    vm.next("vcpu_kick").drop();
                    vm.next("put_irq").set("irq_vcpu", 0);
                    spi.raise();
                  }),
          RuleCase.of(AP_5)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("put_irq").set("irq_vcpu", vm.vcpu(1).address());
                    Scenarios.mappedTimer(vm);
                  }),
          RuleCase.of(AP_6)
              .accepts(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.vcpu(0).residency();
                    spi.target(1);
                    vm.vcpu(0).residency();
                    // Moved by now, which the next edge shows.
                    spi.raise();
                    vm.vcpu(1).run(spi.ack()).exit();
                    vm.vcpu(1).run(spi.eoi()).exit();
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.vcpu(0).run(spi.ack()).exit();
                    vm.next("queue_irq").set("irq_vcpu", vm.vcpu(1).address());
                    spi.raise();
                  }),
          RuleCase.of(AP_7)
              .accepts(
                  vm -> {
                    queuedInOrder(vm);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Irq first = queuedInOrder(vm);
                    Irq second = vm.spi(41);
                    Scenarios.nextRegister(vm, 0, second);
                    Scenarios.nextRegister(vm, 1, first);
                    vm.vcpu(0).residency();
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** SPIs 40 and 41 are raised one after the other in a VM seen from its creation. */
  private static Irq queuedInOrder(ScenarioWriter vm) {
    vm.create();
    Irq first = vm.spi(40).enabled();
    Irq second = vm.spi(41).enabled();
    for (Irq irq : List.of(first, second)) {
      irq.raise();
      vm.event("queue_irq_ret", "queued", 1);
    }
    vm.vcpu(0).put().load();
    return first;
  }

  /** An SPI that waits for vCPU 0 is routed to vCPU 1, and the next prune moves it. */
  private static Irq routedAway(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).enabled();
    vm.vcpu(1).residency();
    spi.raise();
    vm.vcpu(0).residency();
    vm.vcpu(0).writeTarget(spi, 1);
    vm.vcpu(0).residency().residency();
    return spi;
  }

  private static void waitingTwice(ScenarioWriter vm) {
    Scenarios.raisedAfterCreation(vm);
    vm.vcpu(0).residency();
    vm.vcpu(0).residency();
  }
}

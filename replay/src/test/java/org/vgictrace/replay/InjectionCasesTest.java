package org.vgictrace.replay;

import static org.vgictrace.replay.rule.InjectionRules.INJ_1;
import static org.vgictrace.replay.rule.InjectionRules.INJ_2;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/** INV-INJ: who may inject, and what follows. */
class InjectionCasesTest {
  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(INJ_1)
              .accepts(vm -> timerTwice(vm))
              .rejects(
                  vm -> {
                    Irq timer = timerTwice(vm);
                    vm.next("inject").set("owner", 0);
                    timer.raise();
                  }),
          RuleCase.of(INJ_2)
              .accepts(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    for (int i = 0; i < 4; i++) {
                      vm.next("queue_irq").drop();
                      vm.next("vcpu_kick").drop();
                      spi.raise();
                    }
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** The virtual timer fires twice. */
  private static Irq timerTwice(ScenarioWriter vm) {
    vm.create();
    Irq timer = vm.vcpu(0).ppi(27).mapped(27, 12).enabled();
    for (int i = 0; i < 2; i++) {
      timer.raise();
      vm.vcpu(0).run(timer.ack()).exit();
      timer.lower();
      vm.vcpu(0).run(timer.eoi()).exit();
    }
    return timer;
  }
}

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
                  }),
          RuleCase.of(INJ_2)
              .on(RuleCase.DROPPING)
              .accepts(InjectionCasesTest::levelServed)
              .rejects(
                  vm -> {
                    Irq spi = levelServed(vm);
                    vm.next("queue_irq").drop();
                    vm.next("vcpu_kick").drop();
                    vm.next("put_irq").set("line_level", 0).set("irq_vcpu", 0);
                    spi.raise();
                  }),
          RuleCase.of(INJ_2)
              .on(RuleCase.V3)
              .accepts(InjectionCasesTest::sgisBothWays)
              .rejects(
                  vm -> {
                    sgisBothWays(vm);
                    vm.next("dispatch_sgi").set("reg", 5 << 24 | 1);
                    vm.vcpu(0).sendSgi(5, vm.vcpu(1)).residency();
                  })
              .rejects(
                  vm -> {
                    sgisBothWays(vm);
                    vm.next("dispatch_sgi").set("reg", 1L << 40 | 5 << 24);
                    vm.vcpu(0).sendSgi(5, vm.vcpu(0)).residency();
                  })
              .rejects(
                  vm -> {
                    sgisBothWays(vm);
                    for (int i = 0; i < 4; i++) {
                      vm.next("queue_irq").drop();
                      vm.next("vcpu_kick").drop();
                      vm.next("put_irq").drop();
                      vm.vcpu(0).sendSgi(6 + i, vm.vcpu(1)).residency();
                    }
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** A level SPI is raised, served and lowered. */
  private static Irq levelServed(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).enabled();
    vm.vcpu(0).writeConfig(spi, true);
    spi.raise();
    vm.vcpu(0).run(spi.ack()).exit();
    spi.lower();
    vm.vcpu(0).run(spi.eoi()).exit();
    vm.vcpu(0).residency();
    return spi;
  }

  /** Two vCPUs send SGI 5 to each other after a first sync, which tells the affinity of both. */
  private static void sgisBothWays(ScenarioWriter vm) {
    vm.create();
    vm.vcpu(1).sgi(5).enabled();
    vm.vcpu(0).sgi(5).enabled();
    Irq first = vm.vcpu(0).sgi(5).raise();
    vm.vcpu(0).run(first.ack(), first.eoi()).exit();
    for (int receiver = 0; receiver < 2; receiver++) {
      vm.vcpu(1 - receiver).sendSgi(5, vm.vcpu(receiver)).residency();
      Irq sgi = vm.vcpu(receiver).sgi(5);
      vm.vcpu(receiver).run(sgi.ack(), sgi.eoi()).exit();
    }
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

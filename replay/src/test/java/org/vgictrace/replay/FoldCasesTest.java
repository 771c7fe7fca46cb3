package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.RuleCase.LEGACY;
import static org.vgictrace.replay.RuleCase.V2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_1;
import static org.vgictrace.replay.rule.FoldRules.FOLD_10;
import static org.vgictrace.replay.rule.FoldRules.FOLD_11;
import static org.vgictrace.replay.rule.FoldRules.FOLD_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_3;
import static org.vgictrace.replay.rule.FoldRules.FOLD_4;
import static org.vgictrace.replay.rule.FoldRules.FOLD_5;
import static org.vgictrace.replay.rule.FoldRules.FOLD_6;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;
import static org.vgictrace.replay.rule.FoldRules.FOLD_8;
import static org.vgictrace.replay.rule.FoldRules.FOLD_9;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;
import org.vgictrace.replay.RuleCase.Host;
import org.vgictrace.replay.rule.QuirkRules;

/** INV-FOLD: how list registers are read back into interrupts. */
class FoldCasesTest {
  private static final long UIE = 2;
  private static final long EOI_COUNT = 0x1fL << 27;

  private static final Host V7_2_V3 = new Host(Kernel.V7_2, Gic.V3);

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(FOLD_1)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    Scenarios.levelSpi(vm);
                    for (int i = 0; i < 3; i++) {
                      vm.next("resample").drop();
                      vm.next("resample", 1).drop();
                      Scenarios.levelSpi(vm);
                    }
                  })
              .rejects(
                  vm -> {
                    vm.next("resample").duplicate();
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(FOLD_2)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("resample").set("active", 0);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("put_irq").set("active", 0);
                    Scenarios.takeAndFinish(vm, spi);
                  }),
          RuleCase.of(FOLD_3)
              .accepts(FoldCasesTest::edgeLeft)
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("resample").set("pending_latch", 0);
                    vm.vcpu(0).residency();
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("resample").set("pending_latch", 1);
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("put_irq").set("pending_latch", 1);
                    Scenarios.takeAndFinish(vm, spi);
                  }),
          RuleCase.of(FOLD_4)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("resample", 1).set("pending_latch", 1);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("resample").set("pending_latch", 1);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(FOLD_5)
              .on(V2)
              .accepts(FoldCasesTest::sgiLeft)
              .rejects(
                  vm -> {
                    vm.next("put_irq").set("source", 0);
                    sgiLeft(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("put_irq", 1).set("active_source", 0);
                    sgiLeft(vm);
                  }),
          RuleCase.of(FOLD_6)
              .on(LEGACY)
              .accepts(FoldCasesTest::overflown)
              .rejects(
                  vm -> {
                    vm.next("set_underflow").change("hcr", hcr -> hcr | UIE);
                    overflown(vm);
                  }),
          RuleCase.of(FOLD_7)
              .accepts(FoldCasesTest::edgeLeft)
              .rejects(
                  vm -> {
                    Irq other = listedBefore(vm);
                    Irq spi = vm.spi(41).edge().enabled();
                    spi.raise();
                    vm.vcpu(0).run(other.ack(), spi.ack()).exit();
                    Scenarios.withholdLast(vm, 1);
                    Scenarios.nextCounts(vm, 0, 1);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(FOLD_8)
              .accepts(FoldCasesTest::edgeLeft)
              .rejects(
                  vm -> {
                    listedBefore(vm);
                    Irq spi = vm.spi(41).edge().enabled();
                    spi.raise();
                    vm.vcpu(0).residency();
                    Scenarios.withholdLast(vm, 1);
                    Scenarios.nextCounts(vm, 1, 0);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(FOLD_9)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("resample").set("lr_pending", 1);
                    Scenarios.mappedTimer(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("resample").set("lr_deactivated", 1);
                    Scenarios.mappedTimer(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("resample", 1).set("lr_deactivated", 0);
                    Scenarios.mappedTimer(vm);
                  })
              .accepts(FoldCasesTest::timerFinishedInOneRun)
              .rejects(
                  vm -> {
                    vm.next("resample").set("lr_deactivated", 1);
                    timerFinishedInOneRun(vm);
                  }),
          RuleCase.of(FOLD_10)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    Scenarios.levelSpi(vm);
                    for (int i = 0; i < 3; i++) {
                      vm.next("kvm_ack_irq").drop();
                      Scenarios.levelSpi(vm);
                    }
                  })
              .rejects(
                  vm -> {
                    vm.next("kvm_ack_irq").set("pin", 9);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("kvm_ack_irq").duplicate();
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(QuirkRules.ACK72)
              .on(List.of(V7_2_V3))
              .rejects(
                  vm -> {
                    Scenarios.levelSpi(vm);
                    finishedInOneRun(vm);
                  }),
          RuleCase.of(FOLD_10)
              .on(RuleCase.ALL.stream().filter(host -> !host.equals(V7_2_V3)).toList())
              .accepts(FoldCasesTest::finishedInOneRun),
          RuleCase.of(FOLD_11)
              .on(COUNTING)
              .accepts(vm -> allActive(vm).enter().eoiOutside().exit())
              .rejects(
                  vm -> {
                    Vcpu v0 = allActive(vm);
                    vm.next("fold").change("hcr", hcr -> hcr & ~EOI_COUNT);
                    v0.enter().eoiOutside().exit();
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** An edge that the guest takes only in the second run. */
  private static void edgeLeft(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    vm.vcpu(0).residency();
    Scenarios.takeAndFinish(vm, spi);
  }

  private static Irq listedBefore(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    spi.raise();
    vm.vcpu(0).put().load();
    return spi;
  }

  private static void sgiLeft(ScenarioWriter vm) {
    Irq sgi = vm.vcpu(0).sgi(3).pendingFrom(1);
    vm.vcpu(0).residency();
    Scenarios.takeAndFinish(vm, sgi);
  }

  static void overflown(ScenarioWriter vm) {
    Scenarios.sixWaiting(vm);
    vm.vcpu(0).residency();
    vm.vcpu(0).residency();
  }

  private static void finishedInOneRun(ScenarioWriter vm) {
    Vcpu v0 = vm.vcpu(0);
    Irq spi = vm.spi(40).level();
    spi.raise();
    v0.run(spi.ack(), spi.eoi()).exit();
    spi.lower();
    v0.residency();
  }

  /** It was not active before, so its end is none that a fold sees. */
  private static void timerFinishedInOneRun(ScenarioWriter vm) {
    Irq timer = vm.vcpu(0).ppi(27).mapped(27, 20).pending();
    vm.vcpu(0).run(timer.ack(), timer.eoi()).exit();
    vm.vcpu(0).residency();
  }

  /** Six interrupts are active, two of them in no list register. */
  private static Vcpu allActive(ScenarioWriter vm) {
    for (Irq irq : Scenarios.sixWaiting(vm)) {
      vm.vcpu(0).run(irq.ack()).exit();
    }
    return vm.vcpu(0);
  }
}

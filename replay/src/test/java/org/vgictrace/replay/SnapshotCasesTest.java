package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.LEGACY;
import static org.vgictrace.replay.RuleCase.V3;
import static org.vgictrace.replay.rule.ApListRules.AP_6;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.LVL_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_2;
import static org.vgictrace.replay.rule.FoldRules.FOLD_7;
import static org.vgictrace.replay.rule.LpiRules.REF_1;
import static org.vgictrace.replay.rule.LpiRules.REF_3;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/**
 * Snapshots that contradict the one before: a state, list, number or reference count that nothing
 * in between can have changed. Each rejected scenario is an accepted one with one value altered.
 */
class SnapshotCasesTest {
  private static final long MILLISECOND = 1_000_000;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(FOLD_7)
              .accepts(vm -> configured(vm, finished(vm)))
              .rejects(
                  vm -> {
                    Irq spi = finished(vm);
                    vm.next("put_irq").set("active", 1);
                    configured(vm, spi);
                  }),
          RuleCase.of(FOLD_7)
              .on(LEGACY)
              .accepts(vm -> configured(vm, active(vm)))
              .rejects(
                  vm -> {
                    Irq spi = active(vm);
                    vm.next("put_irq").set("active", 0);
                    configured(vm, spi);
                  }),
          RuleCase.of(EDGE_2)
              .accepts(SnapshotCasesTest::enabledAgain)
              .accepts(SnapshotCasesTest::raisedAgain)
              .rejects(
                  vm -> {
                    Irq spi = finished(vm);
                    vm.vcpu(0).writeDisable(spi);
                    vm.next("queue_irq").set("pending_latch", 1);
                    vm.vcpu(0).writeEnable(spi);
                  }),
          RuleCase.of(LVL_2)
              .accepts(vm -> levelAgain(vm))
              .rejects(
                  vm -> {
                    Irq spi = levelAgain(vm);
                    vm.next("queue_irq").set("pending_latch", 1);
                    spi.raise();
                  }),
          RuleCase.of(LVL_2)
              .on(V3)
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("line_level", 1);
                    lpiTaken(vm);
                  }),
          RuleCase.of(FOLD_2)
              .on(V3)
              .accepts(SnapshotCasesTest::lpiTaken)
              .rejects(
                  vm -> {
                    Scenarios.warmUp(vm);
                    vm.next("put_irq").set("active", 1);
                    lpiTaken(vm);
                  }),
          RuleCase.of(AP_6)
              .accepts(SnapshotCasesTest::moved)
              .rejects(
                  vm -> {
                    // Enabled, raised.
                    vm.next("queue_irq", 1).set("irq_vcpu", vm.vcpu(1).address());
                    moved(vm);
                  }),
          RuleCase.of(REF_1)
              .rejects(
                  vm -> {
                    vm.next("put_irq", 2).change("refs", refs -> refs + 1);
                    raisedAgain(vm);
                  }),
          RuleCase.of(REF_3)
              .rejects(
                  vm -> {
                    Irq spi = finished(vm);
                    vm.next("queue_irq").set("intid", 41);
                    spi.raise();
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  private static Irq finished(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    Scenarios.takeAndFinish(vm, spi);
    return spi;
  }

  private static void raisedAgain(ScenarioWriter vm) {
    Irq spi = finished(vm);
    spi.raise();
    Scenarios.takeAndFinish(vm, spi);
  }

  /** Pending on the list of vCPU 0, then routed to vCPU 1. */
  private static void moved(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    vm.vcpu(0).residency();
    spi.target(1);
    vm.vcpu(0).residency();
    spi.raise();
    vm.vcpu(1).run(spi.ack()).exit();
    vm.vcpu(1).run(spi.eoi()).exit();
  }

  private static Irq active(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    vm.vcpu(0).run(spi.ack()).exit();
    return spi;
  }

  /** Two vCPUs write the priority, one after the other, and an edge follows. */
  private static void configured(ScenarioWriter vm, Irq spi) {
    vm.advance(MILLISECOND);
    vm.vcpu(1).writePriority(spi, 0x80);
    vm.advance(MILLISECOND);
    vm.vcpu(0).writePriority(spi, 0x90);
    spi.raise();
  }

  private static void enabledAgain(ScenarioWriter vm) {
    Irq spi = finished(vm);
    vm.vcpu(0).writeDisable(spi).writeEnable(spi);
  }

  /** SPI 40, level-triggered, after one interrupt; its line is low. */
  private static Irq levelAgain(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).level().enabled();
    spi.raise();
    vm.vcpu(0).run(spi.ack()).exit();
    spi.lower();
    vm.vcpu(0).run(spi.eoi()).exit();
    vm.vcpu(0).residency();
    return spi;
  }

  private static void lpiTaken(ScenarioWriter vm) {
    Irq lpi = vm.lpi(8192).pending();
    vm.vcpu(0).run(lpi.ack(), lpi.eoi()).exit();
    vm.vcpu(0).residency();
  }
}

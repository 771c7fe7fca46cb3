package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.RuleCase.LEGACY;
import static org.vgictrace.replay.RuleCase.V2;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_3;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_4;
import static org.vgictrace.replay.rule.EdgeRules.LVL_1;
import static org.vgictrace.replay.rule.EdgeRules.LVL_2;
import static org.vgictrace.replay.rule.EdgeRules.LVL_3;
import static org.vgictrace.replay.rule.EdgeRules.LVL_4;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-EDGE, INV-LVL: edges and levels from the injection to the guest. */
class EdgeCasesTest {
  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(EDGE_1)
              .accepts(EdgeCasesTest::twoEdges)
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("queue_irq").set("pending_latch", 0);
                    spi.raise();
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("put_irq", 1).set("pending_latch", 0);
                    vm.vcpu(0).writePriority(spi, 0x80);
                    Scenarios.takeAndFinish(vm, spi);
                  }),
          RuleCase.of(EDGE_1)
              .on(V2)
              .accepts(EdgeCasesTest::sgiWaiting)
              .rejects(
                  vm -> {
                    vm.next("populate_lr", 1).change("source", source -> 0);
                    sgiWaiting(vm);
                  }),
          RuleCase.of(EDGE_2)
              .accepts(EdgeCasesTest::twoEdges)
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    unrecorded(vm, spi);
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    Scenarios.takeAndFinish(vm, spi);
                    unrecorded(vm, spi);
                    vm.next("populate_lr").drop();
                    Scenarios.takeAndFinish(vm, spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.vcpu(0).residency();
                    vm.next("put_irq", 1).set("pending_latch", 1);
                    vm.vcpu(0).writeNotPending(spi);
                  })
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("inject").set("level", 0);
                    vm.next("vgic_update_irq_pending").set("level", 0);
                    spi.raise();
                    Scenarios.takeAndFinish(vm, spi);
                  }),
          RuleCase.of(EDGE_3)
              .accepts(EdgeCasesTest::twoEdges)
              .rejects(
                  vm -> {
                    Irq other = Scenarios.raisedAfterCreation(vm);
                    Irq withheld = vm.spi(41).enabled();
                    Scenarios.takeAndFinish(vm, other);
                    for (int i = 0; i < 3; i++) {
                      other.raise();
                      withheld.raise();
                      withheld.raise();
                      vm.vcpu(0).put().load();
                      Scenarios.withholdLast(vm, 1);
                      Scenarios.nextCounts(vm, 1, 0);
                      vm.vcpu(0).residency();
                      Scenarios.takeAndFinish(vm, other);
                      Scenarios.takeAndFinish(vm, withheld);
                    }
                  }),
          RuleCase.of(EDGE_4)
              .on(LEGACY)
              .accepts(EdgeCasesTest::sharedLevels)
              .rejects(vm -> unkicked(vm, sharedLevels(vm))),
          RuleCase.of(EDGE_4)
              .on(COUNTING)
              .accepts(EdgeCasesTest::privateLevels)
              .rejects(vm -> unkicked(vm, privateLevels(vm))),
          RuleCase.of(EDGE_4)
              .accepts(EdgeCasesTest::movedOnce)
              .rejects(
                  vm -> {
                    Irq spi = movedOnce(vm);
                    for (int i = 1; i < 4; i++) {
                      vm.next("vcpu_kick", 1).drop();
                      move(vm, spi, i % 2);
                    }
                  }),
          RuleCase.of(LVL_1)
              .accepts(EdgeCasesTest::sharedLevels)
              .rejects(
                  vm -> {
                    Irq spi = sharedLevels(vm);
                    unrecorded(vm, spi);
                    vm.next("populate_lr").drop();
                    vm.vcpu(0).run(spi.ack()).exit();
                  }),
          RuleCase.of(LVL_2)
              .accepts(EdgeCasesTest::sharedLevels)
              .accepts(
                  vm -> {
                    sharedLevels(vm);
                    Irq timer = vm.vcpu(0).ppi(27).mapped(27, 20).enabled();
                    timer.raise();
                    vm.next("populate_lr").drop();
                    vm.vcpu(0).abort();
                    vm.vcpu(0).run(timer.ack()).exit();
                  })
              .rejects(
                  vm -> {
                    Irq spi = sharedLevels(vm);
                    unrecorded(vm, spi);
                    vm.vcpu(0).run(spi.ack()).exit();
                  })
              .rejects(
                  vm -> {
                    Irq spi = sharedLevels(vm);
                    spi.raise();
                    vm.next("put_irq", 1).set("line_level", 0);
                    vm.vcpu(0).writePriority(spi, 0x80);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(LVL_3)
              .accepts(EdgeCasesTest::sharedLevels)
              .rejects(
                  vm -> {
                    Irq spi = vm.spi(40).level();
                    spi.raise();
                    vm.event("queue_irq_ret", "queued", 1);
                    vm.vcpu(0).put().load();
                    for (int i = 0; i < 3; i++) {
                      Scenarios.withholdLast(vm, 0);
                      Scenarios.nextCounts(vm, 0, 0);
                      vm.vcpu(0).residency();
                    }
                  }),
          RuleCase.of(LVL_4)
              .accepts(EdgeCasesTest::sharedLevels)
              .rejects(
                  vm -> {
                    Irq spi = sharedLevels(vm);
                    vm.next("inject").set("level", 0);
                    vm.next("vgic_update_irq_pending").set("level", 0);
                    spi.raise();
                    vm.vcpu(0).run(spi.ack()).exit();
                  })
              .rejects(
                  vm -> {
                    Irq spi = sharedLevels(vm);
                    vm.next("queue_irq").set("line_level", 0);
                    spi.raise();
                    vm.vcpu(0).run(spi.ack()).exit();
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** An edge that the guest takes, and a second one. */
  private static void twoEdges(ScenarioWriter vm) {
    Irq spi = Scenarios.raisedAfterCreation(vm);
    Scenarios.takeAndFinish(vm, spi);
    spi.raise();
    Scenarios.takeAndFinish(vm, spi);
  }

  /** The SGI of a GICv2 is sent twice and taken once. */
  private static void sgiWaiting(ScenarioWriter vm) {
    vm.create();
    Irq sgi = vm.vcpu(1).sgi(3);
    vm.vcpu(0).sendSgi(3, vm.vcpu(1));
    vm.vcpu(1).run(sgi.ack(), sgi.eoi()).exit();
    vm.vcpu(0).sendSgi(3, vm.vcpu(1));
    vm.vcpu(1).run(sgi.ack(), sgi.eoi()).exit();
  }

  /** SPI 40, level-triggered, after two interrupts; its line is low. */
  private static Irq sharedLevels(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).level().enabled();
    for (int i = 0; i < 2; i++) {
      spi.raise();
      deliver(vm, spi);
    }
    return spi;
  }

  /** PPI 20, level-triggered and tied to nothing, after two interrupts; its line is low. */
  private static Irq privateLevels(ScenarioWriter vm) {
    vm.create();
    Irq ppi = vm.vcpu(0).ppi(20).enabled();
    for (int i = 0; i < 2; i++) {
      ppi.raise();
      deliver(vm, ppi);
    }
    return ppi;
  }

  private static void deliver(ScenarioWriter vm, Irq irq) {
    Vcpu v0 = vm.vcpu(0);
    v0.run(irq.ack()).exit();
    irq.lower();
    v0.run(irq.eoi()).exit();
    v0.residency();
  }

  /** An SPI that moves from vCPU 0 to vCPU 1. */
  private static Irq movedOnce(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).enabled();
    vm.vcpu(1).residency();
    move(vm, spi, 0);
    return spi;
  }

  /** The SPI waits for one vCPU, is routed to the other and moves at the next prune. */
  private static void move(ScenarioWriter vm, Irq spi, int from) {
    spi.raise();
    vm.vcpu(from).residency();
    vm.vcpu(from).writeTarget(spi, 1 - from);
    vm.vcpu(from).residency();
    vm.vcpu(1 - from).run(spi.ack()).exit();
    vm.vcpu(1 - from).run(spi.eoi()).exit();
    vm.vcpu(1 - from).residency();
  }

  private static void unkicked(ScenarioWriter vm, Irq irq) {
    for (int i = 0; i < 3; i++) {
      vm.next("vcpu_kick").drop();
      irq.raise();
      deliver(vm, irq);
    }
  }

  /** Raises an interrupt, and nothing of that is recorded. */
  private static void unrecorded(ScenarioWriter vm, Irq irq) {
    vm.next("inject").drop();
    vm.next("vgic_update_irq_pending").drop();
    vm.next("queue_irq").drop();
    vm.next("vcpu_kick").drop();
    if (vm.kernel() != Kernel.V6_1) {
      vm.next("put_irq").drop();
    }
    irq.raise();
  }
}

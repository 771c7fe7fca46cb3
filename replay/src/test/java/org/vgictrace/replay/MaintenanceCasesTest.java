package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.LEGACY;
import static org.vgictrace.replay.rule.MaintenanceRules.MAINT_1;
import static org.vgictrace.replay.rule.MaintenanceRules.MAINT_2;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-MAINT: what a maintenance interrupt can come from. */
class MaintenanceCasesTest {
  private static final long NPIE = 8;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(MAINT_1)
              .accepts(MaintenanceCasesTest::finished)
              .rejects(MaintenanceCasesTest::nothingToDo),
          RuleCase.of(MAINT_2)
              .on(LEGACY)
              .accepts(MaintenanceCasesTest::finished)
              .rejects(
                  vm -> {
                    // No entry images, in which INV-UF-4 would have seen it first.
                    for (int i = 0; i < 3; i++) {
                      vm.next("enter").drop();
                    }
                    vm.next("fold").change("hcr", hcr -> hcr | NPIE);
                    finished(vm);
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** A level interrupt ends, and the maintenance interrupt for it is taken. */
  private static void finished(ScenarioWriter vm) {
    Vcpu v0 = vm.vcpu(0);
    Irq spi = vm.spi(40).level();
    spi.raise();
    v0.run(spi.ack(), spi.eoi()).hostIrq(9, "vgic").exit();
    spi.lower();
    v0.residency();
  }

  private static void nothingToDo(ScenarioWriter vm) {
    Irq spi = vm.spi(40).edge();
    spi.raise();
    vm.vcpu(0).run(spi.ack()).hostIrq(9, "vgic").exit();
  }
}

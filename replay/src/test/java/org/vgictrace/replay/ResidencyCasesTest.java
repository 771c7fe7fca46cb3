package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.rule.ResidencyRules.HW_1;
import static org.vgictrace.replay.rule.ResidencyRules.HW_2;
import static org.vgictrace.replay.rule.ResidencyRules.HW_3;
import static org.vgictrace.replay.rule.ResidencyRules.HW_4;
import static org.vgictrace.replay.rule.ResidencyRules.HW_5;
import static org.vgictrace.replay.rule.ResidencyRules.HW_6;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Lr;
import org.vgictrace.fixtures.scenario.GuestAction;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-HW: what can happen to a list register while the guest runs. */
class ResidencyCasesTest {
  private static final long UIE = 2;
  private static final long EOI_COUNT_ONE = 1L << 27;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(HW_1)
              .accepts(Scenarios::levelSpi)
              .rejects(vm -> corrupted(vm, lr -> lr.withState(Lr.PENDING_ACTIVE)))
              .rejects(
                  vm -> {
                    Irq spi = vm.spi(40).edge().active();
                    GuestAction back = GuestAction.corrupt(spi, lr -> lr.withState(Lr.PENDING));
                    vm.vcpu(0).run(back).exit();
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Irq spi = vm.spi(40).edge().active();
                    GuestAction both =
                        GuestAction.corrupt(spi, lr -> lr.withState(Lr.PENDING_ACTIVE));
                    vm.vcpu(0).run(both).exit();
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(HW_2)
              .accepts(Scenarios::levelSpi)
              .rejects(vm -> corrupted(vm, lr -> lr.withPriority(0x80)))
              .rejects(vm -> corrupted(vm, lr -> lr.withIntid(41)))
              .rejects(vm -> corrupted(vm, lr -> lr.withEoi(true)))
              .rejects(vm -> corrupted(vm, lr -> lr.withGroup1(!lr.group1()))),
          RuleCase.of(HW_3)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("fold").lr(3, Lr.pending(50));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(HW_4)
              .accepts(ResidencyCasesTest::cancelled)
              .rejects(
                  vm -> {
                    Scenarios.warmUp(vm);
                    vm.next("fold", 1).lr(0, lr -> lr.withPriority(0x80));
                    cancelled(vm);
                  })
              .rejects(
                  vm -> {
                    Scenarios.warmUp(vm);
                    vm.next("fold", 1).lr(0, lr -> lr.withState(Lr.ACTIVE));
                    cancelled(vm);
                  }),
          RuleCase.of(HW_5)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("fold").change("hcr", hcr -> hcr | EOI_COUNT_ONE);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("fold").change("hcr", hcr -> hcr | UIE);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(HW_6)
              .on(COUNTING)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    long group = vm.gic() == Gic.V3 ? 2 : 1;
                    vm.vcpu(0).vmcr(0xf84c000bL & ~group);
                    Scenarios.levelSpi(vm);
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  private static void corrupted(ScenarioWriter vm, UnaryOperator<Lr> change) {
    Irq spi = vm.spi(40).edge();
    spi.raise();
    vm.vcpu(0).run(GuestAction.corrupt(spi, change)).exit();
    vm.vcpu(0).residency();
  }

  /** An entry that is given up before the guest runs, then one that is not. */
  private static void cancelled(ScenarioWriter vm) {
    Vcpu v0 = vm.vcpu(0);
    Irq spi = vm.spi(40).edge();
    spi.raise();
    v0.residency();
    v0.abort();
    Scenarios.takeAndFinish(vm, spi);
  }
}

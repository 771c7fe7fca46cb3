package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.RuleCase.LEGACY;
import static org.vgictrace.replay.rule.OverflowRules.ORD_1;
import static org.vgictrace.replay.rule.OverflowRules.ORD_2;
import static org.vgictrace.replay.rule.OverflowRules.ORD_3;
import static org.vgictrace.replay.rule.OverflowRules.ORD_4;
import static org.vgictrace.replay.rule.OverflowRules.ORD_5;
import static org.vgictrace.replay.rule.OverflowRules.UF_1;
import static org.vgictrace.replay.rule.OverflowRules.UF_2;
import static org.vgictrace.replay.rule.OverflowRules.UF_3;
import static org.vgictrace.replay.rule.OverflowRules.UF_4;
import static org.vgictrace.replay.rule.OverflowRules.UF_5;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.replay.RuleCase.Host;

/** INV-ORD and INV-UF: which interrupts get a list register, and what the rest asks for. */
class OverflowCasesTest {
  private static final long EN = 1;
  private static final long UIE = 2;
  private static final long LRENPIE = 4;
  private static final long NPIE = 8;
  private static final long VGRP0_DIE = 1 << 5;
  private static final long VGRP1_DIE = 1 << 7;
  private static final long VSGI_EOI_COUNT = 1 << 8;
  private static final long TDIR = 1 << 14;

  private static final List<Host> LEGACY_V2 =
      LEGACY.stream().filter(host -> host.gic() == Gic.V2).toList();
  private static final List<Host> COUNTING_V3 =
      COUNTING.stream().filter(host -> host.gic() == Gic.V3).toList();

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(ORD_1).accepts(OverflowCasesTest::twoWaiting),
          RuleCase.of(ORD_1)
              .on(LEGACY)
              .rejects(
                  vm -> {
                    Scenarios.warmUp(vm);
                    twoWaiting(vm);
                    Irq level = vm.spi(42).level().enabled();
                    for (int i = 0; i < 3; i++) {
                      vm.spi(40).raise();
                      level.raise();
                      vm.event("queue_irq_ret", "queued", 1);
                      vm.vcpu(0).put().load();
                      Scenarios.withholdLast(vm, 1);
                      vm.vcpu(0).residency();
                      Scenarios.takeAndFinish(vm, vm.spi(40));
                      level.lower();
                      vm.vcpu(0).residency();
                    }
                  }),
          RuleCase.of(ORD_1)
              .on(COUNTING)
              .rejects(
                  vm -> {
                    Scenarios.warmUp(vm);
                    vm.next("configure_hcr").set("nr_pend", 3);
                    twoWaiting(vm);
                  }),
          RuleCase.of(ORD_2)
              .on(LEGACY)
              .accepts(OverflowCasesTest::twiceOverflown)
              .rejects(
                  vm -> {
                    List<Irq> irqs = Scenarios.sixWaiting(vm);
                    vm.vcpu(0).residency();
                    Scenarios.nextRegister(vm, 0, irqs.get(1));
                    Scenarios.nextPriority(vm, 0, 0x50);
                    Scenarios.nextRegister(vm, 1, irqs.get(0));
                    Scenarios.nextPriority(vm, 1, 0x40);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(ORD_3)
              .on(COUNTING)
              .accepts(OverflowCasesTest::twiceOverflown)
              .rejects(
                  vm -> {
                    List<Irq> irqs = Scenarios.sixWaiting(vm);
                    vm.vcpu(0).residency();
                    Scenarios.nextRegister(vm, 0, irqs.get(1));
                    Scenarios.nextPriority(vm, 0, 0x50);
                    Scenarios.nextRegister(vm, 1, irqs.get(0));
                    Scenarios.nextPriority(vm, 1, 0x40);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(ORD_4)
              .on(LEGACY)
              .accepts(
                  vm -> {
                    List<Irq> irqs = Scenarios.sixWaiting(vm);
                    vm.vcpu(0).run(irqs.get(0).ack()).exit();
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    vm.create();
                    List<Irq> irqs = Scenarios.sixWaiting(vm);
                    vm.vcpu(0).run(irqs.get(0).ack()).exit();
                    Scenarios.nextRegister(vm, 0, irqs.get(4));
                    Scenarios.nextPending(vm, 0);
                    Scenarios.nextPriority(vm, 0, 0x80);
                    vm.vcpu(0).residency();
                  },
                  ORD_2),
          RuleCase.of(ORD_5)
              .on(LEGACY_V2)
              .accepts(vm -> besideSgi(vm))
              .rejects(
                  vm -> {
                    waitBesideSgi(vm);
                    Scenarios.nextPriority(vm, 2, 0x68);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(UF_1)
              .on(LEGACY)
              .accepts(OverflowCasesTest::twiceOverflown)
              .rejects(
                  vm -> {
                    Scenarios.levelSpi(vm);
                    vm.spi(40).raise();
                    vm.next("enter").change("hcr", hcr -> hcr | UIE);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Scenarios.sixWaiting(vm);
                    vm.next("enter").change("hcr", hcr -> hcr & ~UIE);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Scenarios.sixWaiting(vm);
                    vm.vcpu(0).residency();
                    vm.next("set_underflow").drop();
                    vm.next("enter").change("hcr", hcr -> hcr & ~UIE);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(UF_1)
              .on(LEGACY)
              .rejects(
                  vm -> {
                    // The last residency of it has no list register in use.
                    vm.next("enter", 2).change("hcr", hcr -> hcr | UIE);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(UF_2)
              .on(COUNTING)
              .accepts(OverflowCasesTest::twiceOverflown)
              .rejects(
                  vm -> {
                    Scenarios.sixWaiting(vm);
                    vm.next("enter").change("hcr", hcr -> hcr & ~UIE);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Scenarios.sixWaiting(vm);
                    vm.next("enter").change("hcr", hcr -> hcr & ~NPIE);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    Scenarios.sixWaiting(vm);
                    vm.next("enter").change("hcr", hcr -> hcr | LRENPIE);
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").change("hcr", hcr -> hcr | UIE);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(UF_3)
              .on(COUNTING)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").change("hcr", hcr -> hcr & ~(VGRP0_DIE | VGRP1_DIE));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(UF_3)
              .on(COUNTING_V3)
              .rejects(
                  vm -> {
                    vm.next("enter").change("hcr", hcr -> hcr & ~VSGI_EOI_COUNT);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(UF_4)
              .on(LEGACY)
              .accepts(Scenarios::levelSpi)
              .accepts(
                  vm -> {
                    // Not switched on before the first interrupt.
                    vm.next("enter").change("hcr", hcr -> hcr & ~EN);
                    vm.vcpu(0).residency();
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").change("hcr", hcr -> hcr | NPIE);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").change("hcr", hcr -> hcr | 1L << 27);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    Scenarios.levelSpi(vm);
                    vm.next("enter").change("hcr", hcr -> hcr & ~EN);
                    vm.vcpu(0).residency();
                  }),
          RuleCase.of(UF_5)
              .on(COUNTING_V3)
              .accepts(OverflowCasesTest::activeOverflown)
              .rejects(
                  vm -> {
                    vm.next("enter", 3).change("hcr", hcr -> hcr & ~TDIR);
                    activeOverflown(vm);
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  private static void twoWaiting(ScenarioWriter vm) {
    Irq first = vm.spi(40).edge();
    Irq second = vm.spi(41).edge();
    for (Irq irq : List.of(first, second)) {
      irq.raise();
      irq.raise();
    }
    vm.vcpu(0).put().load();
    vm.vcpu(0).residency();
    Scenarios.takeAndFinish(vm, first);
    Scenarios.takeAndFinish(vm, second);
  }

  private static void twiceOverflown(ScenarioWriter vm) {
    Scenarios.sixWaiting(vm);
    vm.vcpu(0).residency();
    vm.vcpu(0).residency();
  }

  private static void activeOverflown(ScenarioWriter vm) {
    List<Irq> irqs = Scenarios.sixWaiting(vm);
    vm.vcpu(0).run(irqs.get(0).ack()).exit();
    vm.vcpu(0).residency();
  }

  private static void besideSgi(ScenarioWriter vm) {
    waitBesideSgi(vm);
    vm.vcpu(0).residency();
    vm.vcpu(0).residency();
  }

  /** An SGI with two sources between a more and an equally important SPI. */
  private static void waitBesideSgi(ScenarioWriter vm) {
    Scenarios.warmUp(vm);
    vm.spi(40).edge().priority(0x20).pending();
    vm.vcpu(0).sgi(3).priority(0x40).pendingFrom(0).pendingFrom(1);
    vm.spi(41).edge().priority(0x40).pending();
  }
}

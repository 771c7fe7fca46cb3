package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.V2;
import static org.vgictrace.replay.RuleCase.V3;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_1;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_10;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_11;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_12;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_13;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_14;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_15;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_17;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_18;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_19;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_2;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_3;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_4;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_5;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_6;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_7;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_8;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_9;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Lr;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/** INV-LRE: what the list registers hold at entry. */
class EntryImageCasesTest {
  private static final long V2_RESERVED = 1L << 21;
  private static final long V3_RESERVED = 1L << 46;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(LRE_1)
              .accepts(EntryImageCasesTest::twoEdges)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(1, lr -> lr.withIntid(40));
                    twoEdges(vm);
                  }),
          RuleCase.of(LRE_2)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").set("used_lrs", 5);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_3)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withState(Lr.INVALID));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_4)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(1, Lr.pending(99));
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(3, Lr.pending(99).withState(Lr.INVALID));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_5)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withState(Lr.PENDING_ACTIVE));
                    Scenarios.mappedTimer(vm);
                  }),
          RuleCase.of(LRE_6)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter", 1).lr(0, lr -> lr.withState(Lr.PENDING_ACTIVE));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_7)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withHw(5));
                    Scenarios.mappedTimer(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withHw(1021));
                    Scenarios.mappedTimer(vm);
                  }),
          RuleCase.of(LRE_8)
              .accepts(Scenarios::levelSpi)
              .accepts(EntryImageCasesTest::twoEdges)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withEoi(false));
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(1, lr -> lr.withEoi(true));
                    twoEdges(vm);
                  }),
          RuleCase.of(LRE_8)
              .on(V3)
              .accepts(EntryImageCasesTest::lpi)
              .rejects(
                  vm -> {
                    // Without the snapshot of the population: an LPI is never a level interrupt.
                    vm.next("populate_lr").drop();
                    vm.next("enter").lr(0, lr -> lr.withEoi(true));
                    lpi(vm);
                  }),
          RuleCase.of(LRE_9)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withGroup1(!lr.group1()));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_10)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withPriority(0x80));
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("priority", 0x80);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_11)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withHw(30));
                    Scenarios.mappedTimer(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, EntryImageCasesTest::unmapped);
                    Scenarios.mappedTimer(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withHw(40));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_12)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    long reserved = vm.gic() == Gic.V3 ? V3_RESERVED : V2_RESERVED;
                    vm.next("enter").change("lr0", old -> old | reserved);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_13)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withIntid(1021));
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_13)
              .accepts(vm -> Scenarios.takeAndFinish(vm, Scenarios.raisedAfterCreation(vm)))
              .rejects(
                  vm -> {
                    Irq spi = Scenarios.raisedAfterCreation(vm);
                    vm.next("enter").lr(0, lr -> lr.withIntid(128));
                    Scenarios.takeAndFinish(vm, spi);
                  }),
          RuleCase.of(LRE_14).on(V3).accepts(EntryImageCasesTest::lpi),
          RuleCase.of(LRE_14)
              .on(RuleCase.COUNTING.stream().filter(host -> host.gic() == Gic.V3).toList())
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withState(Lr.ACTIVE));
                    lpi(vm);
                  }),
          RuleCase.of(LRE_15)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withState(Lr.ACTIVE));
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withIntid(55));
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withState(Lr.PENDING_ACTIVE));
                    twoEdges(vm);
                  }),
          RuleCase.of(LRE_16)
              .accepts(vm -> Scenarios.takeAndFinish(vm, Scenarios.raisedAfterCreation(vm)))
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("enabled", 0);
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("target_vcpu", vm.vcpu(1).address());
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    // What is written says off, and still the interrupt is delivered.
                    vm.next(vm.gic() == Gic.V3 ? "mmio_v3_misc" : "mmio_v2_misc").set("val", 0);
                    Scenarios.takeAndFinish(vm, Scenarios.raisedAfterCreation(vm));
                    vm.vcpu(0).writeDistributorControl(true);
                  }),
          RuleCase.of(LRE_17)
              .on(V2)
              .accepts(EntryImageCasesTest::sgi)
              .rejects(
                  vm -> {
                    vm.next("enter").lr(0, lr -> lr.withSource(0));
                    sgi(vm);
                  }),
          RuleCase.of(LRE_18)
              .accepts(Scenarios::mappedTimer)
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("target_vcpu", vm.vcpu(1).address());
                    Scenarios.mappedTimer(vm);
                  }),
          RuleCase.of(LRE_19)
              .on(RuleCase.COUNTING)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("populate_lr").set("on_lr", 1);
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LRE_19)
              .rejects(
                  vm -> {
                    Irq first = vm.spi(40).edge().pending();
                    vm.spi(41).edge().target(1).pending();
                    vm.vcpu(0).residency();
                    vm.vcpu(0).enter();
                    // vCPU 1 is recorded to take what vCPU 0 still has.
                    Scenarios.nextRegister(vm, 0, first);
                    vm.vcpu(1).residency();
                    vm.vcpu(0).exit();
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  private static Lr unmapped(Lr lr) {
    return new Lr(lr.state(), false, true, lr.group1(), lr.priority(), 0, 0, lr.intid());
  }

  private static void twoEdges(ScenarioWriter vm) {
    Irq first = vm.spi(40).edge().pending();
    vm.spi(41).edge().pending();
    vm.vcpu(0).run(first.ack()).exit();
    vm.vcpu(0).run(first.eoi()).exit();
  }

  private static void lpi(ScenarioWriter vm) {
    Irq lpi = vm.lpi(8192).pending();
    vm.vcpu(0).residency();
    vm.vcpu(0).run(lpi.ack(), lpi.eoi()).exit();
  }

  private static void sgi(ScenarioWriter vm) {
    Irq sgi = vm.vcpu(0).sgi(3).pendingFrom(1);
    vm.vcpu(0).run(sgi.ack()).exit();
    vm.vcpu(0).run(sgi.eoi()).exit();
  }
}

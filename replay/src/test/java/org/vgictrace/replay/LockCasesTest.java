package org.vgictrace.replay;

import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.rule.LockRules.LOCK_1;
import static org.vgictrace.replay.rule.LockRules.LOCK_2;
import static org.vgictrace.replay.rule.LockRules.LOCK_3;
import static org.vgictrace.replay.rule.LockRules.LOCK_4;
import static org.vgictrace.replay.rule.LockRules.LOCK_5;
import static org.vgictrace.replay.rule.LockRules.LOCK_6;
import static org.vgictrace.replay.rule.LockRules.LOCK_7;
import static org.vgictrace.replay.rule.LockRules.LOCK_8;
import static org.vgictrace.replay.rule.LockRules.LOCK_9;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.Locks;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** INV-LOCK: locks, their order, and whether interrupts are off. */
class LockCasesTest {
  static final String VM = "&kvm->lock";
  static final String VCPU = "&vcpu->mutex";
  static final String SLOTS = "&kvm->slots_lock";
  static final String CONFIG = "&kvm->arch.config_lock";
  static final String COMMANDS = "&its->cmd_lock";
  static final String ITS = "&its->its_lock";
  static final String LIST = "&vgic_cpu->ap_list_lock";
  static final String XARRAY = "&xa->xa_lock";
  static final String IRQ = "&irq->irq_lock";
  static final String DESCRIPTOR = "&irq_desc_lock_class";

  /** Where locks are; a class and a number give an address. */
  static final long A = 0xffff000005001000L;

  static final long B = 0xffff000005002000L;
  static final long C = 0xffff000005003000L;

  private static final int MAPPED = 27;

  private static final List<RuleCase.Host> V6_12 =
      RuleCase.ALL.stream().filter(host -> host.kernel() == Kernel.V6_12).toList();

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(LOCK_1)
              .accepts(vm -> vm.vcpu(0).locks().take(LIST, A).pass(IRQ, B).release(LIST, A))
              .rejects(vm -> vm.vcpu(0).locks().interrupts(true).pass(LIST, A))
              .rejects(vm -> vm.locks().interrupts(true).pass(IRQ, B))
              .rejects(vm -> vm.locks().interrupts(true).pass("&dist->lpi_list_lock", B)),
          RuleCase.of(LOCK_1)
              .on(COUNTING)
              .accepts(LockCasesTest::lastReference)
              .rejects(LockCasesTest::xarrayWithInterruptsOn),
          RuleCase.of(LOCK_2)
              .accepts(LockCasesTest::outsideIn)
              .rejects(vm -> inverted(vm, VCPU, VM))
              .rejects(vm -> inverted(vm, ITS, CONFIG))
              .rejects(vm -> inverted(vm, CONFIG, SLOTS))
              .rejects(vm -> vm.locks().take(IRQ, A).pass(LIST, B).release(IRQ, A))
              .rejects(vm -> vm.locks().take(DESCRIPTOR, A).pass(IRQ, B).release(DESCRIPTOR, A)),
          RuleCase.of(LOCK_3).accepts(vm -> bothLists(vm, A, B)).rejects(vm -> bothLists(vm, B, A)),
          RuleCase.of(LOCK_4)
              .accepts(
                  vm -> {
                    Locks sort = vm.vcpu(0).locks().take(LIST, A);
                    sort.take(IRQ, B).take(IRQ, C).release(IRQ, C).release(IRQ, B);
                    sort.release(LIST, A);
                  })
              .rejects(LockCasesTest::comparedWithItself)
              .rejects(vm -> vm.locks().take(IRQ, A).take(IRQ, B))
              .rejects(vm -> vm.locks().take(LIST, A).take(IRQ, B).take(IRQ, C).take(IRQ, A)),
          RuleCase.of(LOCK_4).on(COUNTING).rejects(LockCasesTest::slotReleasedUnderTheLock),
          RuleCase.of(LOCK_5)
              .accepts(vm -> vm.vcpu(0).locks().take(CONFIG, A).pass(ITS, B).release(CONFIG, A))
              .rejects(vm -> vm.vcpu(0).locks().interrupts(false).pass(ITS, B))
              .rejects(vm -> vm.vcpu(0).locks().take(LIST, A).pass(CONFIG, B).release(LIST, A)),
          RuleCase.of(LOCK_6)
              .on(COUNTING)
              .accepts(LockCasesTest::lastReference)
              .rejects(LockCasesTest::erasedUnderTheList),
          RuleCase.of(LOCK_6)
              .on(V6_12)
              .accepts(LockCasesTest::lastReference)
              .rejects(
                  vm -> {
                    started(vm);
                    vm.locks().take(IRQ, A).pass(XARRAY, B).release(IRQ, A);
                  }),
          RuleCase.of(LOCK_7)
              .accepts(Scenarios::levelSpi)
              .rejects(
                  vm -> {
                    vm.next("kvm_entry").interruptsOn();
                    vm.vcpu(0).residency();
                  })
              .rejects(
                  vm -> {
                    vm.next("clear_lr").interruptsOn();
                    Scenarios.levelSpi(vm);
                  })
              .rejects(
                  vm -> {
                    vm.next("fold").interruptsOn();
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LOCK_7)
              .on(RuleCase.LEGACY)
              .rejects(
                  vm -> {
                    vm.next("kvm_ack_irq").interruptsOn();
                    Scenarios.levelSpi(vm);
                  }),
          RuleCase.of(LOCK_8)
              .accepts(vm -> map(vm, vm.vcpu(0).locks()))
              .rejects(vm -> map(vm, vm.vcpu(0).locks().inHandler())),
          RuleCase.of(LOCK_9)
              .accepts(vm -> held(vm, 40_000_000))
              .rejects(vm -> held(vm, 60_000_000)));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  private static void outsideIn(ScenarioWriter vm) {
    Locks locks = vm.vcpu(0).locks();
    List<String> order = List.of(VCPU, SLOTS, CONFIG, COMMANDS, ITS, LIST, IRQ, DESCRIPTOR);
    for (int i = 0; i < order.size(); i++) {
      locks.take(order.get(i), A + i);
    }
    for (int i = order.size() - 1; i >= 0; i--) {
      locks.release(order.get(i), A + i);
    }
  }

  static void inverted(ScenarioWriter vm, String inner, String outer) {
    vm.vcpu(0).locks().take(inner, A).pass(outer, B).release(inner, A);
  }

  /** Flushes under their locks show whose lists A and B guard; then both are taken. */
  private static void bothLists(ScenarioWriter vm, long first, long second) {
    flushUnder(vm, 0, A);
    flushUnder(vm, 1, B);
    vm.vcpu(0).residency();
    Locks locks = vm.vcpu(0).locks().take(LIST, first).take(LIST, second);
    locks.pass(IRQ, C).release(LIST, second).release(LIST, first);
  }

  static void flushUnder(ScenarioWriter vm, int id, long list) {
    Vcpu vcpu = vm.vcpu(id);
    vm.spi(40 + id).edge().target(id).raise();
    Locks locks = vcpu.locks().take(LIST, list);
    vcpu.flush();
    locks.release(LIST, list);
    vcpu.exit();
  }

  static void comparedWithItself(ScenarioWriter vm) {
    vm.vcpu(0).locks().take(LIST, A).take(IRQ, B).take(IRQ, B);
  }

  /** An injection and a residency: a text, which names no release, shows the generation. */
  private static void started(ScenarioWriter vm) {
    vm.spi(40).edge().raise();
    vm.vcpu(0).residency();
  }

  /** The last reference to an LPI is dropped: its slot in the xarray is given up. */
  static Locks lastReference(ScenarioWriter vm) {
    started(vm);
    Irq lpi = vm.lpi(8192);
    return vm.locks().pass(IRQ, B).put(lpi, 1).pass(XARRAY, A);
  }

  static void erasedUnderTheList(ScenarioWriter vm) {
    started(vm);
    vm.vcpu(0).locks().take(LIST, B).put(vm.lpi(8192), 1).pass(XARRAY, A).release(LIST, B);
  }

  static void xarrayWithInterruptsOn(ScenarioWriter vm) {
    lastReference(vm).interrupts(true).pass(XARRAY, A);
  }

  static void slotReleasedUnderTheLock(ScenarioWriter vm) {
    lastReference(vm).take(XARRAY, A).take(XARRAY, A);
  }

  private static void map(ScenarioWriter vm, Locks by) {
    long vcpu = vm.vcpu(0).address();
    by.event("map_phys", "vcpu", vcpu, "vcpu_id", 0, "host_irq", 20, "vintid", MAPPED);
  }

  private static void held(ScenarioWriter vm, long nanoseconds) {
    Locks locks = vm.vcpu(0).locks().take(LIST, A).pass(IRQ, B);
    vm.advance(nanoseconds);
    locks.release(LIST, A);
  }
}

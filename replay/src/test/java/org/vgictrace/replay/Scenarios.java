package org.vgictrace.replay;

import java.util.ArrayList;
import java.util.List;
import org.vgictrace.fixtures.event.Lr;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/** What several rules' cases are made of. */
final class Scenarios {

  private Scenarios() {}

  /** SPI 40, level: raised, acknowledged, lowered, deactivated, and one entry without it. */
  static void levelSpi(ScenarioWriter vm) {
    Vcpu v0 = vm.vcpu(0);
    Irq spi = vm.spi(40).level();
    spi.raise();
    v0.run(spi.ack()).exit();
    spi.lower();
    v0.run(spi.eoi()).exit();
    v0.residency();
  }

  /** PPI 27, mapped to the host's 27: pending, acknowledged, deactivated. */
  static void mappedTimer(ScenarioWriter vm) {
    Vcpu v0 = vm.vcpu(0);
    Irq timer = v0.ppi(27).mapped(27, 20).pending();
    v0.run(timer.ack()).exit();
    v0.run(timer.eoi()).exit();
    v0.residency();
  }

  /**
   * Lets the next residency of any vCPU be recorded with another interrupt in register {@code k},
   * in all its events.
   */
  static void nextRegister(ScenarioWriter vm, int k, Irq irq) {
    vm.next("populate_lr", k).set("irq", irq.address()).set("intid", irq.intid());
    vm.next("enter").lr(k, lr -> lr.withIntid(irq.intid()));
    vm.next("fold").lr(k, lr -> lr.withIntid(irq.intid()));
    vm.next("resample", k).set("irq", irq.address()).set("intid", irq.intid());
    vm.next("put_irq", k).set("irq", irq.address()).set("intid", irq.intid());
  }

  /**
   * One interrupt from the first access to its end: shows how many list registers there are, and
   * that accesses to the distributor are recorded.
   */
  static void warmUp(ScenarioWriter vm) {
    Irq spi = vm.spi(60).edge().enabled();
    vm.vcpu(0).writePriority(spi, 0xa0);
    spi.raise();
    vm.vcpu(0).run(spi.ack(), spi.eoi()).exit();
  }

  /** Edge SPI 40, raised in a VM that is seen from its creation. */
  static Irq raisedAfterCreation(ScenarioWriter vm) {
    vm.create();
    Irq spi = vm.spi(40).enabled();
    spi.raise();
    return spi;
  }

  /** Two residencies of vCPU 0: the guest takes the interrupt, then finishes it. */
  static void takeAndFinish(ScenarioWriter vm, Irq irq) {
    vm.vcpu(0).run(irq.ack()).exit();
    vm.vcpu(0).run(irq.eoi()).exit();
  }

  /**
   * Six edge SPIs from 40 on, more than there are list registers, seen while they waited; the less
   * important the higher the number.
   */
  static List<Irq> sixWaiting(ScenarioWriter vm) {
    warmUp(vm);
    List<Irq> irqs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      irqs.add(vm.spi(40 + i).edge().priority(0x40 + 0x10 * i).enabled());
    }
    // Known to be listed: the second edge shows each of them on the list.
    irqs.forEach(Irq::raise);
    irqs.forEach(Irq::raise);
    vm.vcpu(0).put().load();
    return irqs;
  }

  /** Lets the next residency be recorded with another priority in register {@code k}. */
  static void nextPriority(ScenarioWriter vm, int k, int priority) {
    vm.next("populate_lr", k).set("priority", priority);
    vm.next("enter").lr(k, lr -> lr.withPriority(priority));
    vm.next("fold").lr(k, lr -> lr.withPriority(priority));
    vm.next("put_irq", k).set("priority", priority);
  }

  /** Lets the next residency be recorded with register {@code k} pending all the time. */
  static void nextPending(ScenarioWriter vm, int k) {
    vm.next("populate_lr", k).set("active", 0).set("pending_latch", 1);
    vm.next("enter").lr(k, lr -> lr.withState(Lr.PENDING));
    vm.next("fold").lr(k, lr -> lr.withState(Lr.PENDING));
    vm.next("resample", k).set("active", 0).set("pending_latch", 1).set("lr_pending", 1);
    vm.next("put_irq", k).set("active", 0).set("pending_latch", 1);
  }

  /** Lets the next residency be recorded without its last register, {@code k}. */
  static void withholdLast(ScenarioWriter vm, int k) {
    vm.next("populate_lr", k).drop();
    vm.next("enter").set("used_lrs", k).set("lr" + k, 0);
    vm.next("fold").set("used_lrs", k).set("lr" + k, 0);
    vm.next("resample", k).drop();
    vm.next("put_irq", k).drop();
  }

  /** Lets the next flush be recorded to have counted that many interrupts, where it counts. */
  static void nextCounts(ScenarioWriter vm, int pending, int active) {
    if (vm.kernel().countsEoi()) {
      vm.next("configure_hcr").set("nr_pend", pending).set("nr_act", active);
    }
  }
}

package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.RuleCase.COUNTING;
import static org.vgictrace.replay.TimerPlay.ENABLE;
import static org.vgictrace.replay.TimerPlay.IMASK;
import static org.vgictrace.replay.TimerPlay.ISTATUS;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_6;
import static org.vgictrace.replay.rule.TimerRules.TMR_1;
import static org.vgictrace.replay.rule.TimerRules.TMR_10;
import static org.vgictrace.replay.rule.TimerRules.TMR_11;
import static org.vgictrace.replay.rule.TimerRules.TMR_2;
import static org.vgictrace.replay.rule.TimerRules.TMR_3;
import static org.vgictrace.replay.rule.TimerRules.TMR_4;
import static org.vgictrace.replay.rule.TimerRules.TMR_5;
import static org.vgictrace.replay.rule.TimerRules.TMR_6;
import static org.vgictrace.replay.rule.TimerRules.TMR_7;
import static org.vgictrace.replay.rule.TimerRules.TMR_8;
import static org.vgictrace.replay.rule.TimerRules.TMR_9;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;
import org.vgictrace.replay.rule.QuirkRules;

/** INV-TMR, INV-OWN-6 and Q-SOFT: outputs of timers, their registers, and their soft timers. */
class TimerCasesTest {
  /** A thing that is missing is a finding only if it is missing again and again. */
  private static final int AGAIN = 4;

  static final List<RuleCase> CASES =
      List.of(
          RuleCase.of(OWN_6)
              .accepts(vm -> TimerPlay.vhe(vm).load(0).handler(0))
              .rejects(vm -> TimerPlay.vhe(vm).load(0).handler(1))
              .rejects(TimerCasesTest::bug61InterruptAfterPut),
          RuleCase.of(TMR_1)
              .accepts(TimerCasesTest::ticks)
              .rejects(
                  vm -> {
                    vm.next("vgic_update_irq_pending", 6).change("level", level -> 1 - level);
                    ticks(vm);
                  })
              .rejects(TimerCasesTest::outputsNotForwarded),
          RuleCase.of(TMR_2)
              .accepts(TimerCasesTest::emulated)
              .rejects(TimerCasesTest::bug7LostWhileBlocked)
              .rejects(
                  vm -> {
                    TimerPlay play = TimerPlay.nvhe(vm).load(0);
                    play.v.event("kvm_timer_emulate", "timer_idx", 0, "should_fire", 1);
                    play.v.timer(play.physicalIrq, false);
                  }),
          RuleCase.of(TMR_3)
              .accepts(TimerCasesTest::ticks)
              .rejects(
                  vm -> {
                    TimerPlay play = TimerPlay.vhe(vm);
                    play.cval = 0x2000;
                    play.load(0);
                  })
              .rejects(
                  vm -> {
                    for (int i = 0; i < AGAIN; i++) {
                      vm.next("kvm_timer_restore_state", 2 * i + 2).drop();
                    }
                    ticks(vm);
                  }),
          RuleCase.of(TMR_4)
              .accepts(TimerCasesTest::ticks)
              .rejects(vm -> TimerPlay.vhe(vm).load(1))
              .rejects(TimerCasesTest::expiredWhileAway),
          RuleCase.of(TMR_5)
              .accepts(TimerCasesTest::ticks)
              .rejects(
                  vm -> {
                    for (int i = 0; i < AGAIN; i++) {
                      vm.next("kvm_get_timer_map", i).set("direct_ptimer", -1);
                    }
                    ticks(vm);
                  }),
          RuleCase.of(TMR_6)
              .on(COUNTING)
              .accepts(vm -> deadlines(vm, 0))
              .rejects(TimerCasesTest::bug44And8SoftTimerNotStarted),
          RuleCase.of(QuirkRules.SOFT)
              .on(RuleCase.ALL.stream().filter(host -> host.kernel() == Kernel.V6_1).toList())
              .rejects(vm -> deadlines(vm, AGAIN)),
          RuleCase.of(TMR_7)
              .accepts(vm -> sleeps(vm, 0))
              .rejects(TimerCasesTest::bug7NothingToWakeTheVcpu),
          RuleCase.of(TMR_8)
              .accepts(TimerCasesTest::storm0)
              .rejects(TimerCasesTest::bug4ActiveStateCleared)
              .rejects(TimerCasesTest::bug4Storm),
          RuleCase.of(TMR_9)
              .accepts(vm -> again(vm, false))
              .rejects(TimerCasesTest::bug18NotPendingAgain),
          RuleCase.of(TMR_10)
              .accepts(vm -> reset(TimerPlay.vhe(vm), 0))
              .rejects(vm -> reset(TimerPlay.vhe(vm), 1)),
          RuleCase.of(TMR_11)
              // A text does not tell 6.12 from 6.18, which are not known to agree.
              .on(RuleCase.ALL.stream().filter(host -> host.kernel() == Kernel.V6_1).toList())
              .accepts(TimerCasesTest::ticks)
              .rejects(
                  vm -> {
                    for (int i = 0; i < AGAIN; i++) {
                      vm.next("load", i + 1).drop();
                    }
                    ticks(vm);
                  }),
          RuleCase.of(TMR_11)
              .on(COUNTING)
              .accepts(TimerCasesTest::ticks)
              .rejects(
                  vm -> {
                    TimerPlay play = TimerPlay.vhe(vm);
                    for (int i = 0; i < AGAIN; i++) {
                      play.v.load();
                      play.load(0);
                      play.put();
                    }
                  }));

  @TestFactory
  Stream<DynamicTest> cases() {
    return RuleCase.tests(CASES);
  }

  /** The virtual timer is set, fires while the vCPU is away, and is handled; several times. */
  private static void ticks(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm);
    for (int i = 0; i < AGAIN; i++) {
      fire(play);
      play.v.run(play.virtualIrq.ack()).exit();
      play.v.run(play.virtualIrq.eoi()).exit();
      play.ctl = ENABLE | IMASK | ISTATUS;
      play.put().load(0);
      play.ctl = 0;
      play.put();
    }
  }

  /** The guest sets its virtual timer, which fires while the vCPU is away. */
  private static void fire(TimerPlay play) {
    play.load(0);
    play.v.residency();
    play.ctl = ENABLE;
    play.cval += 0x100;
    play.put().load(1);
  }

  private static void outputsNotForwarded(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm);
    for (int i = 0; i < AGAIN; i++) {
      // The second of the outputs is that of the physical timer.
      vm.next("vgic_update_irq_pending", 1 + i).drop();
      vm.next("inject", 1 + i).drop();
      vm.next("put_irq", 1 + i).drop();
    }
    for (int i = 0; i < AGAIN; i++) {
      play.load(0).put();
    }
  }

  /** The physical timer, emulated, fires and is lowered again. */
  private static void emulated(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.nvhe(vm);
    for (int i = 0; i < AGAIN; i++) {
      play.load(0).emulate(1).put().load(0).put();
    }
  }

  /** KVM: arm/arm64: Fix lost IRQs from emulated physcial timer when blocked (entry 7). */
  private static void bug7LostWhileBlocked(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.nvhe(vm);
    for (int i = 0; i < AGAIN; i++) {
      play.load(0);
      play.v.event("kvm_timer_emulate", "timer_idx", 0, "should_fire", 1);
      play.put();
    }
  }

  /** KVM: arm/arm64: Properly handle arch-timer IRQs after vtimer_save_state (entry 61). */
  private static void bug61InterruptAfterPut(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm).load(0).put().putVgic();
    play.vm.idleInterrupt(0, "kvm_timer_update_irq", "vcpu_id", 0, "irq", 27, "level", 1);
  }

  private static void expiredWhileAway(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm);
    play.load(0);
    play.ctl = ENABLE | ISTATUS;
    play.put().load(0);
  }

  /**
   * The emulated physical timer fires, and the guest sets its next deadline; the last {@code
   * forgotten} times nothing is started for it.
   */
  private static void deadlines(ScenarioWriter vm, int forgotten) {
    TimerPlay play = TimerPlay.nvhe(vm).load(0).arm();
    for (int i = 0; i < AGAIN + forgotten; i++) {
      play.emulate(1);
      play.v.exitTrap(0x18);
      play.writePhysical(false).map().emulate(0);
      if (i < AGAIN) {
        play.arm();
      }
      play.map();
    }
  }

  /**
   * KVM: arm64: timer: Always evaluate the need for a soft timer (entry 44), and before it KVM:
   * arm/arm64: Fix potential loss of ptimer interrupts (entry 8).
   */
  private static void bug44And8SoftTimerNotStarted(ScenarioWriter vm) {
    deadlines(vm, AGAIN);
  }

  /** The other half of entry 7: nothing is started that would wake the vCPU. */
  private static void bug7NothingToWakeTheVcpu(ScenarioWriter vm) {
    sleeps(vm, AGAIN);
  }

  /** KVM: arm64: vgic: Resample HW pending state on deactivation (entry 18). */
  private static void bug18NotPendingAgain(ScenarioWriter vm) {
    again(vm, true);
  }

  /** The guest waits for its timer; the last {@code forgotten} times nothing will wake it. */
  private static void sleeps(ScenarioWriter vm, int forgotten) {
    TimerPlay play = TimerPlay.vhe(vm);
    Vcpu v = play.v;
    for (int i = 0; i < AGAIN + forgotten; i++) {
      play.load(0);
      v.residency();
      v.event("vcpu_blocking", "vcpu", v.address(), "vcpu_id", 0);
      play.ctl = ENABLE;
      play.put();
      if (i < AGAIN) {
        play.armBackground();
      }
      play.putVgic().load(0);
      v.event("vcpu_unblocking", "vcpu", v.address(), "vcpu_id", 0);
      play.ctl = 0;
      play.put();
    }
  }

  private static void storm0(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm);
    fire(play);
  }

  /** KVM: arm/arm64: arch_timer: Preserve physical dist. active state on LR.active (entry 4). */
  private static void bug4ActiveStateCleared(ScenarioWriter vm) {
    vm.next("chipstate", 4).set("val", 0);
    TimerPlay play = TimerPlay.vhe(vm);
    fire(play);
  }

  /** The same: what it leads to. */
  private static void bug4Storm(ScenarioWriter vm) {
    TimerPlay play = TimerPlay.vhe(vm);
    fire(play);
    for (int i = 0; i < AGAIN; i++) {
      play.handler(0);
    }
  }

  /**
   * The guest deactivates its timer interrupt, and the timer has fired again when the vCPU comes
   * back; unless that is lost, it is pending again.
   */
  private static void again(ScenarioWriter vm, boolean lost) {
    for (int i = 0; i < 9; i++) {
      Scenarios.warmUp(vm);
    }
    TimerPlay play = TimerPlay.vhe(vm);
    play.v.writeEnable(play.virtualIrq);
    fire(play);
    play.v.run(play.virtualIrq.ack()).exit();
    play.v.run(play.virtualIrq.eoi()).exit();
    play.put().load(1);
    if (lost) {
      Scenarios.withholdLast(vm, 0);
      Scenarios.nextCounts(vm, 0, 0);
    }
    play.v.residency();
  }

  private static void reset(TimerPlay play, int level) {
    play.map();
    play.v.timer(play.physicalIrq, false);
    play.v.timer(play.virtualIrq, level == 1);
    play.v.event("reset_mapped", "vcpu", play.v.address(), "vcpu_id", 0, "vintid", 27);
  }

  private static ReplayResult replay(Kernel kernel, Consumer<ScenarioWriter> scenario) {
    return Replays.text(RuleCase.play(scenario, new RuleCase.Host(kernel, Gic.V3)));
  }

  /** Registers that user space may have written are not held against the kernel. */
  @ParameterizedTest
  @EnumSource(Kernel.class)
  void userSpaceMayWriteTimers(Kernel kernel) {
    ReplayResult result =
        replay(
            kernel,
            vm -> {
              TimerPlay play = TimerPlay.vhe(vm).userSpace();
              play.cval = 0x2000;
              play.load(0);
            });

    assertThat(result.findings()).map(Replays::describe).isEmpty();
  }

  /** With an interrupt controller in user space no output is injected. */
  @ParameterizedTest
  @EnumSource(Kernel.class)
  void outputsOfAUserSpaceControllerAreNotInjected(Kernel kernel) {
    ReplayResult result =
        replay(
            kernel,
            vm -> {
              for (int i = 0; i < 60; i++) {
                vm.next("vgic_update_irq_pending").drop();
              }
              ticks(vm);
            });

    assertThat(result.findings()).map(Replays::describe).isEmpty();
  }

  /** A kernel that forgets to start the soft timer only after a change has a known quirk. */
  @Test
  void forgottenSoftTimersOfOldKernelsAreAQuirk() {
    ReplayResult result = replay(Kernel.V6_1, vm -> deadlines(vm, AGAIN));

    assertThat(result.findings())
        .extracting(finding -> finding.rule().id() + " x" + finding.repetitions())
        .containsExactly("Q-SOFT x4");
  }
}

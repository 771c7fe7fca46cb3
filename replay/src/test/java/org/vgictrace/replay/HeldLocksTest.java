package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.LockCasesTest.A;
import static org.vgictrace.replay.LockCasesTest.B;
import static org.vgictrace.replay.LockCasesTest.C;
import static org.vgictrace.replay.LockCasesTest.CONFIG;
import static org.vgictrace.replay.LockCasesTest.IRQ;
import static org.vgictrace.replay.LockCasesTest.ITS;
import static org.vgictrace.replay.LockCasesTest.LIST;
import static org.vgictrace.replay.LockCasesTest.SLOTS;
import static org.vgictrace.replay.LockCasesTest.VCPU;
import static org.vgictrace.replay.LockCasesTest.VM;
import static org.vgictrace.replay.LockCasesTest.XARRAY;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Locks;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.write.FtraceTextWriter;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/** What a context is taken to hold, and what is concluded when that is not certain. */
class HeldLocksTest {
  private final ScenarioWriter vm = new ScenarioWriter(Kernel.V6_12, Gic.V3);
  private final Locks locks = vm.vcpu(0).locks();

  @Test
  void whatIsOnlyTriedIsFreeOfTheOrderButHeld() {
    locks.take(CONFIG, A).tryToTake(VCPU, B).pass(VM, C).release(VCPU, B).release(CONFIG, A);

    assertThat(found()).containsExactly("INV-LOCK-2 x1 &kvm->lock is taken under &vcpu->mutex");
  }

  @Test
  void sharedLocksOfSrcuTakeNoPart() {
    locks.take(ITS, A).share("&kvm->srcu", B).release("&kvm->srcu", B).release(ITS, A);

    assertThat(found()).isEmpty();
    assertThat(counts("INV-LOCK-2")).isEqualTo("0 0 {}");
  }

  @Test
  void locksAreGivenBackInAnyOrder() {
    locks.take(CONFIG, A).take(ITS, B).release(CONFIG, A).pass(LIST, C).release(ITS, B);
    locks.pass(CONFIG, A);

    assertThat(found()).isEmpty();
    assertThat(counts("INV-LOCK-2")).isEqualTo("2 0 {}");
    assertThat(result().gaps()).isZero();
  }

  @Test
  void handlersHoldTheirOwnLocks() {
    locks.take(CONFIG, A).take(ITS, B);
    vm.vcpu(0).locks().inHandler().take(LIST, C).pass(IRQ, A).release(LIST, C);
    locks.release(ITS, B).release(CONFIG, A);

    assertThat(found()).isEmpty();
    assertThat(counts("INV-LOCK-2")).as("config before its, list before irq").isEqualTo("2 0 {}");
  }

  @Test
  void aMissingReleaseOfASpinlockIsAGapAndNoFinding() {
    vm.next("lock_release").drop();
    locks.pass(IRQ, A).pass(LIST, B).pass(IRQ, A);

    assertThat(found()).isEmpty();
    assertThat(result().gaps()).isEqualTo(1);
  }

  @Test
  void aMissingReleaseOfAMutexIsAGapAndNoFinding() {
    vm.next("lock_release").drop();
    locks.pass(CONFIG, A).pass(SLOTS, B).pass(CONFIG, A);

    assertThat(found()).isEmpty();
    assertThat(result().gaps()).isEqualTo(1);
  }

  @Test
  void aMissingAcquisitionIsAGapOnceTheCpuIsFollowed() {
    vm.vcpu(0).locks().interrupts(false).release(IRQ, A);
    assertThat(result().gaps()).as("held from before the recording").isZero();

    locks.pass(VCPU, C);
    vm.next("lock_acquire").drop();
    locks.pass(IRQ, A);
    assertThat(result().gaps()).isEqualTo(1);
    assertThat(found()).isEmpty();
  }

  @Test
  void whatIsHeldIsForgottenWithALoss() {
    locks.take(VCPU, A);
    vm.lose(0, 7);
    locks.pass(VM, B).release(VCPU, A);

    assertThat(found()).isEmpty();
    assertThat(result().gaps()).as("unmarked").isZero();
  }

  @Test
  void anInversionIsCertainOnlyOnceTheInnerMutexIsGivenBack() {
    locks.take(VCPU, A).pass(VM, B);
    assertThat(found()).isEmpty();

    locks.release(VCPU, A);
    assertThat(found()).containsExactly("INV-LOCK-2 x1 &kvm->lock is taken under &vcpu->mutex");
  }

  @Test
  void locksOfOtherXarraysAreNotJudged() {
    locks.pass(IRQ, C).put(vm.lpi(8192), 2);
    // The translation cache: more references are left, and it is locked with interrupts on.
    locks.interrupts(true).take(ITS, A).pass(XARRAY, B).release(ITS, A);

    assertThat(found()).isEmpty();
    assertThat(counts("INV-LOCK-1")).isEqualTo("1 0 {}");
    assertThat(counts("INV-LOCK-6")).isEqualTo("0 0 {}");
  }

  @Test
  void otherEventsOfTheCpuComeBetweenADropAndItsLock() {
    locks.pass(IRQ, C).put(vm.lpi(8192), 1).pass(IRQ, C);
    locks.interrupts(true).pass(XARRAY, B);

    assertThat(found()).isEmpty();
    assertThat(counts("INV-LOCK-6")).isEqualTo("0 0 {}");
  }

  @Test
  void earlyCandidatesOf618MayTakeTheXarraysLockWithInterruptsOn() {
    locks.pass(IRQ, C).put(vm.lpi(8192), 1).interrupts(true).pass(XARRAY, A);

    assertThat(found("6.18.0-rc3")).isEmpty();
    assertThat(found("6.18.0-rc6"))
        .containsExactly("INV-LOCK-1 x1 The LPI xarray's lock is taken with interrupts on");
    assertThat(found("6.8.0")).as("no LPI xarray yet").isEmpty();
  }

  @Test
  void theXarraysLockMovedOutsideOfTheListsIn618() {
    locks.take(LIST, B).put(vm.lpi(8192), 1).pass(XARRAY, A).release(LIST, B);
    assertThat(found("6.17.4")).isEmpty();
    assertThat(found("6.18.1"))
        .containsExactly(
            "INV-LOCK-6 x1 The LPI xarray's lock is taken under &vgic_cpu->ap_list_lock");
  }

  @Test
  void theListUnderTheXarraysLockIsAnInversionUntil617() {
    locks.pass(IRQ, C).put(vm.lpi(8192), 1).take(XARRAY, A).pass(LIST, B).release(XARRAY, A);

    assertThat(found("6.17.4"))
        .containsExactly(
            "INV-LOCK-2 x1 &vgic_cpu->ap_list_lock is taken under the LPI xarray's lock");
    assertThat(found("6.18.1")).isEmpty();
  }

  @Test
  void textWithoutFlagsDecidesNothingThatNeedsThem() {
    locks.take(LIST, A).take(IRQ, B).take(IRQ, C).release(IRQ, C).release(IRQ, B);
    locks.release(LIST, A).pass(ITS, B);
    String text = FtraceTextWriter.kernel().flagColumns(0).write(vm.events());

    ReplayResult result = Replays.text(text);

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, "INV-LOCK-1")).isEqualTo("0 0 {NO_CONTEXT=3}");
    assertThat(count(result, "INV-LOCK-4")).isEqualTo("0 0 {NO_CONTEXT=1}");
    assertThat(count(result, "INV-LOCK-5")).isEqualTo("0 0 {NO_CONTEXT=1}");
  }

  @Test
  void aFlagThatTheKernelDoesNotKnowDecidesNothing() {
    vm.vcpu(0).residency();
    String text = FtraceTextWriter.kernel().write(vm.events()).replace(" d....", " X....");

    ReplayResult result = Replays.text(text);

    assertThat(result.findings()).isEmpty();
    assertThat(count(result, "INV-LOCK-7")).isEqualTo("0 0 {NO_CONTEXT=1}");
  }

  private ReplayResult result() {
    return Replays.dat(vm);
  }

  private List<String> found() {
    return texts(result());
  }

  private List<String> found(String release) {
    return texts(Replays.text(vm, release));
  }

  private static List<String> texts(ReplayResult result) {
    return result.findings().stream().map(HeldLocksTest::text).toList();
  }

  private static String text(Finding finding) {
    return finding.rule().id() + " x" + finding.repetitions() + " " + finding.message();
  }

  private String counts(String rule) {
    return count(result(), rule);
  }

  private static String count(ReplayResult result, String rule) {
    RuleCount count =
        result.rules().stream().filter(c -> c.rule().id().equals(rule)).findFirst().orElseThrow();
    return count.consistent() + " " + count.inconsistent() + " " + count.indeterminate();
  }
}

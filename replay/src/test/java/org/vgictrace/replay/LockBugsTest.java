package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.LockCasesTest.CONFIG;
import static org.vgictrace.replay.LockCasesTest.ITS;
import static org.vgictrace.replay.LockCasesTest.SLOTS;
import static org.vgictrace.replay.LockCasesTest.VCPU;
import static org.vgictrace.replay.LockCasesTest.VM;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.ScenarioWriter;

/**
 * The locking bugs that released kernels had, as a kernel with lockdep would have recorded them.
 * Numbers are those of the project's catalogue of historical bugs.
 */
class LockBugsTest {

  /** Fix potential deadlock when ap_list is long (5.3, 5.2.12). */
  @Test
  void bug09SortComparesAnElementWithItself() {
    assertThat(found(Kernel.V6_1, LockCasesTest::comparedWithItself))
        .containsExactly("INV-LOCK-4 &irq->irq_lock is taken by the context that holds it");
  }

  /** Use config_lock to protect vgic state (6.4, 6.1.28). */
  @Test
  void bug26VmLockUnderVcpuMutex() {
    assertThat(found(Kernel.V6_1, vm -> LockCasesTest.inverted(vm, VCPU, VM)))
        .containsExactly("INV-LOCK-2 &kvm->lock is taken under &vcpu->mutex");
  }

  /** Don't acquire its_lock before config_lock (6.4, 6.1.28). */
  @Test
  void bug27ConfigLockUnderItsLock() {
    assertThat(found(Kernel.V6_1, vm -> LockCasesTest.inverted(vm, ITS, CONFIG)))
        .containsExactly("INV-LOCK-2 &kvm->arch.config_lock is taken under &its->its_lock");
  }

  /** Fix a circular locking issue (6.4, 6.1.33). */
  @Test
  void bug28SlotsLockUnderConfigLock() {
    assertThat(found(Kernel.V6_1, vm -> LockCasesTest.inverted(vm, CONFIG, SLOTS)))
        .containsExactly("INV-LOCK-2 &kvm->slots_lock is taken under &kvm->arch.config_lock");
  }

  /** Erase LPIs from xarray outside of raw spinlocks (6.18). */
  @Test
  void bug47LpiErasedUnderTheListsLock() {
    assertThat(found(Kernel.V7_2, LockCasesTest::erasedUnderTheList))
        .containsExactly("INV-LOCK-6 The LPI xarray's lock is taken under &vgic_cpu->ap_list_lock");
    assertThat(found(Kernel.V6_12, LockCasesTest::erasedUnderTheList))
        .as("what 6.12 does")
        .isEmpty();
  }

  /** Reinstate IRQ lock ordering for LPI xarray (6.18-rc6). */
  @Test
  void bug48XarrayLockedWithInterruptsOn() {
    assertThat(found(Kernel.V7_2, LockCasesTest::xarrayWithInterruptsOn))
        .containsExactly("INV-LOCK-1 The LPI xarray's lock is taken with interrupts on");
  }

  /** Release reserved slot outside of lpi_xa's lock (6.18-rc6). */
  @Test
  void bug49SlotReleasedUnderTheXarraysLock() {
    assertThat(found(Kernel.V7_2, LockCasesTest::slotReleasedUnderTheLock))
        .containsExactly("INV-LOCK-4 The LPI xarray's lock is taken by the context that holds it");
  }

  private static List<String> found(Kernel kernel, Consumer<ScenarioWriter> scenario) {
    ScenarioWriter vm = new ScenarioWriter(kernel, Gic.V3);
    scenario.accept(vm);
    return Replays.dat(vm).findings().stream()
        .map(finding -> finding.rule().id() + " " + finding.message())
        .toList();
  }
}

package org.vgictrace.replay.kvm.lock;

import org.vgictrace.replay.kvm.Profile;

/**
 * The classes of locks that the vGIC takes, under the names that lockdep gives them, outermost
 * first.
 *
 * <pre>
 *   kvm lock, vcpu mutex, slots_lock, config_lock, cmd_lock, its_lock             mutexes
 *     (xa_lock from 6.18), ap_list_lock, lpi_list_lock, (xa_lock to 6.17),       interrupts off
 *       irq_lock, interrupt descriptor, vpe_lock
 * </pre>
 *
 * <p>The order is that of the comment at the top of arch/arm64/kvm/vgic/vgic.c and of
 * Documentation/virt/kvm/locking.rst. {@code config_lock} came with 6.4 (6.1.28 among the stable
 * kernels), the LPI xarray with 6.9.
 */
enum LockClass {
  VM("&kvm->lock", 1),
  VCPU("&vcpu->mutex", 2),
  SLOTS("&kvm->slots_lock", 3),
  CONFIG("&kvm->arch.config_lock", 4),
  ITS_COMMANDS("&its->cmd_lock", 5),
  ITS("&its->its_lock", 6),
  AP_LIST("&vgic_cpu->ap_list_lock", 8),
  LPI_LIST("&dist->lpi_list_lock", 9),
  /** The name is that of every xarray's lock; see {@link LockIdentities}. */
  LPI_XARRAY("&xa->xa_lock", 10),
  IRQ("&irq->irq_lock", 11),
  DESCRIPTOR("&irq_desc_lock_class", 12),
  VPE("&vpe->vpe_lock", 13);

  /** The last rank of a mutex. */
  private static final int MUTEX_LAST = 6;

  /** Rank of the LPI xarray's lock where it is outside of the ap_list_lock. */
  private static final int LPI_XARRAY_OUTER = 7;

  private static final int VERSION_OUTER = Profile.version(6, 18, 0);

  /** Name of the class in {@code lock:lock_acquire}. */
  final String label;

  private final int rank;

  LockClass(String label, int rank) {
    this.label = label;
    this.rank = rank;
  }

  /** Whether a task may sleep while it waits for it. */
  boolean isMutex() {
    return rank <= MUTEX_LAST;
  }

  /** Whether it is a raw spinlock, which spins also on real-time kernels. */
  boolean isRaw() {
    return !isMutex() && this != LPI_XARRAY;
  }

  /** Place in the order: who holds one takes only greater ones. */
  int rank(Profile profile) {
    return this == LPI_XARRAY && isXarrayOuter(profile) ? LPI_XARRAY_OUTER : rank;
  }

  /** Whether {@link #rank} depends on a version that is not known. */
  boolean isRankKnown(Profile profile) {
    return this != LPI_XARRAY || profile.version() >= 0 || profile.isEoiCount();
  }

  /** Whether the LPI xarray's lock is taken outside of ap_list_lock, since 6.18. */
  static boolean isXarrayOuter(Profile profile) {
    return profile.isEoiCount() || profile.version() >= VERSION_OUTER;
  }
}

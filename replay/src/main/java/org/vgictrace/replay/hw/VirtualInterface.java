package org.vgictrace.replay.hw;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.gic.Hcr;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.gic.Misr;
import org.vgictrace.replay.gic.Vmcr;

/**
 * What is known of one physical CPU's virtual CPU interface. Every register is either known, from
 * the latest write or read and what the guest did since, or not.
 */
public final class VirtualInterface {
  /** Most list registers either architecture has. */
  public static final int LRS_MAX = 64;

  static final int SPURIOUS_FIRST = 1020;
  private static final int LPI_FIRST = 8192;
  private static final int NO_PRIORITY = 0x100;
  private static final int VMCR_EOIMODE = 1 << 9;
  private static final int VMCR_CBPR = 1 << 4;
  private static final int EOI_COUNT_MASK = 0x1f;

  final int cpu;
  final boolean v3;

  /** List registers; those of which the bit in {@link #known} is clear hold garbage. */
  final long[] lrs = new long[LRS_MAX];

  /** Which list registers are known, as bits. */
  long known;

  /** Which list registers the guest changed since the hypervisor last saw or wrote them. */
  long unseen;

  /** Which list registers the hypervisor wrote and has not read since, as bits. */
  long written;

  /** Where each list register got its value. */
  final long[] setSeq = new long[LRS_MAX];

  final long[] setTs = new long[LRS_MAX];

  long hcr;
  boolean hcrKnown;

  /** Whether the count of ends without a list register, a field of HCR, is known. */
  boolean countKnown;

  long vmcr;
  boolean vmcrKnown;

  /** Active priorities of group 0, or of both in GICv2, one bit per preemption level. */
  long ap0;

  long ap1;

  /** Which of the two are known: 1 and 2. */
  int apKnown;

  /** A contradiction that waits for reads to show that it is one; null if there is none. */
  @Nullable Suspicion suspicion;

  /** Level of the maintenance line as reported last, -1 before the first report. */
  int line = -1;

  /** The line is reported anew only with the next access. */
  boolean lineLate;

  /** GICv2: an acknowledge has happened, but what it returned is not read yet. */
  boolean acknowledging;

  /** Virtual CPUs loaded so far. */
  long residency;

  /** Whether list registers were written since the guest last used its interface. */
  boolean changed;

  /** Whether the latest access was the guest's. */
  boolean guestRuns;

  /** Times the guest was seen to run after the hypervisor. */
  long runs;

  VirtualInterface(int cpu, boolean v3) {
    this.cpu = cpu;
    this.v3 = v3;
  }

  /** Forgets everything. */
  void forget() {
    known = 0;
    unseen = 0;
    written = 0;
    suspicion = null;
    hcrKnown = false;
    countKnown = false;
    vmcrKnown = false;
    apKnown = 0;
    line = -1;
    acknowledging = false;
  }

  /** The first {@code count} list registers, as bits. */
  static long all(int count) {
    return count >= LRS_MAX ? -1L : (1L << count) - 1;
  }

  /** Whether the first {@code count} list registers are known. */
  public boolean allKnown(int count) {
    return count > 0 && (known & all(count)) == all(count);
  }

  /** Whether the value of a list register is known. */
  public boolean isKnown(int lr) {
    return (known >>> lr & 1) != 0;
  }

  /**
   * Whether a list register holds what the hypervisor wrote last, but for what the guest did. No
   * hypervisor overwrites one that is in use without a look at it, so that at least two lines would
   * have to be missing for it to hold something else.
   */
  public boolean isPinned(int lr) {
    return isKnown(lr) && (written >>> lr & 1) != 0 && Lr.state(lrs[lr], v3) != Lr.STATE_INACTIVE;
  }

  /** The {@linkplain #isPinned pinned} ones of the first {@code count} list registers, as bits. */
  public long pinned(int count) {
    long bits = 0;
    for (int lr = 0; lr < count; lr++) {
      bits |= isPinned(lr) ? 1L << lr : 0;
    }
    return bits;
  }

  /** The value of a list register, garbage unless {@linkplain #isKnown known}. */
  public long value(int lr) {
    return lrs[lr];
  }

  /** Whether it is that of a GICv3; else of a GICv2. */
  public boolean isV3() {
    return v3;
  }

  /** Whether ends of interrupt only drop the priority. */
  public boolean isSplitEnd() {
    return vmcrKnown && isSplit();
  }

  /** Whether the guest changed a list register and the hypervisor has not seen that. */
  public boolean isUnseen(int lr) {
    return (unseen >>> lr & 1) != 0;
  }

  /** Whether HCR is known and has all of these bits set. */
  public boolean hasControl(int bits) {
    return hcrKnown && Hcr.has(hcr, bits);
  }

  /** Whether HCR is known and has none of these bits set. */
  public boolean lacksControl(int bits) {
    return hcrKnown && (hcr & bits) == 0;
  }

  /** A list register got a value. */
  void set(int lr, long value, boolean write, long seq, long ts) {
    lrs[lr] = value;
    known |= 1L << lr;
    unseen &= ~(1L << lr);
    written = write ? written | 1L << lr : written & ~(1L << lr);
    setSeq[lr] = seq;
    setTs[lr] = ts;
  }

  boolean isEnabled() {
    return Hcr.has(hcr, Hcr.EN);
  }

  /** The list registers among the first {@code count} that are not inactive, as bits. */
  long inUse(int count) {
    long bits = 0;
    for (int lr = 0; lr < count; lr++) {
      bits |= Lr.state(lrs[lr], v3) == Lr.STATE_INACTIVE ? 0 : 1L << lr;
    }
    return bits;
  }

  /** Whether a number stands for no interrupt. */
  public static boolean isSpecial(long intid) {
    return intid >= SPURIOUS_FIRST && intid < SPURIOUS_FIRST + 4;
  }

  long intid(int lr) {
    return Lr.intid(lrs[lr], v3, false);
  }

  /**
   * The pending list register of the highest priority among the groups the guest has enabled, -1 if
   * there is none. Pending and active does not count as pending.
   */
  int highestPending(int count) {
    int best = -1;
    int priority = NO_PRIORITY;
    for (int lr = 0; lr < count; lr++) {
      if (Lr.state(lrs[lr], v3) == Lr.STATE_PENDING
          && Vmcr.isGroupEnabled(vmcr, Lr.group(lrs[lr], v3))
          && Lr.priority(lrs[lr], v3) < priority) {
        best = lr;
        priority = Lr.priority(lrs[lr], v3);
      }
    }
    return best;
  }

  /** Whether a pending list register is in a group the guest has disabled. */
  boolean hasDisabledPending(int count) {
    for (int lr = 0; lr < count; lr++) {
      if (Lr.state(lrs[lr], v3) == Lr.STATE_PENDING
          && !Vmcr.isGroupEnabled(vmcr, Lr.group(lrs[lr], v3))) {
        return true;
      }
    }
    return false;
  }

  /** The pending list register that holds an interrupt; of several the one acknowledged first. */
  public int pending(long intid, int count) {
    int best = -1;
    for (int lr = 0; lr < count; lr++) {
      if (isKnown(lr)
          && intid(lr) == intid
          && Lr.state(lrs[lr], v3) == Lr.STATE_PENDING
          && (best < 0 || Lr.priority(lrs[lr], v3) < Lr.priority(lrs[best], v3))) {
        best = lr;
      }
    }
    return best;
  }

  /** The first active list register that holds an interrupt, -1 if there is none. */
  public int active(long intid, int count) {
    for (int lr = 0; lr < count; lr++) {
      if (isKnown(lr) && intid(lr) == intid && Lr.isActive(lrs[lr], v3)) {
        return lr;
      }
    }
    return -1;
  }

  /** Whether two list registers that are not inactive hold the same interrupt. */
  boolean isAmbiguous(long intid, int count) {
    int found = 0;
    for (int lr = 0; lr < count; lr++) {
      found +=
          isKnown(lr) && intid(lr) == intid && Lr.state(lrs[lr], v3) != Lr.STATE_INACTIVE ? 1 : 0;
    }
    return found > 1;
  }

  /** Makes the list registers that may hold an interrupt unknown. */
  void doubt(long intid, int count) {
    for (int lr = 0; lr < count; lr++) {
      if (isKnown(lr) && intid(lr) == intid) {
        known &= ~(1L << lr);
      }
    }
  }

  /** Makes the pending list registers unknown. */
  void doubtPending(int count) {
    for (int lr = 0; lr < count; lr++) {
      if (isKnown(lr) && Lr.isPending(lrs[lr], v3)) {
        known &= ~(1L << lr);
      }
    }
  }

  /** The part of a priority that decides on preemption, for a group. */
  int groupPriority(int lr) {
    boolean first = Lr.group(lrs[lr], v3) == 0 || (vmcr & VMCR_CBPR) != 0;
    int shift = first ? Vmcr.bpr0(vmcr) + 1 : Math.max(1, Vmcr.bpr1(vmcr));
    return Lr.priority(lrs[lr], v3) & 0xff << shift & 0xff;
  }

  /** The running priority, 0x100 if idle; {@link #apKnown} must say that both are known. */
  int running(int preemptionBits) {
    long active = ap0 | ap1;
    if (active == 0) {
      return NO_PRIORITY;
    }
    return Long.numberOfTrailingZeros(active) << 8 - preemptionBits;
  }

  /** Whether the active priorities are known. */
  boolean prioritiesKnown() {
    return apKnown == (v3 ? 3 : 1);
  }

  /** The guest has acknowledged the interrupt of a list register. */
  void acknowledge(int lr, int preemptionBits) {
    lrs[lr] = lrs[lr] & ~Lr.stateMask(v3) | stateBits(Lr.STATE_ACTIVE);
    unseen |= 1L << lr;
    long bit = 1L << (groupPriority(lr) >> 8 - preemptionBits & 31);
    if (v3 && Lr.group(lrs[lr], true) == 1) {
      ap1 |= bit;
    } else {
      ap0 |= bit;
    }
  }

  private long stateBits(int state) {
    return (long) state << (v3 ? 62 : 28);
  }

  /** Drops the highest active priority. */
  void drop() {
    long lowest = Long.lowestOneBit(ap0 | ap1);
    if ((ap0 & lowest) != 0) {
      ap0 &= ~lowest;
    } else {
      ap1 &= ~lowest;
    }
  }

  /** Whether ends of interrupt only drop the priority. */
  boolean isSplit() {
    return Vmcr.isSplitEoi(vmcr);
  }

  /** The guest's deactivation of an interrupt takes effect. */
  void deactivate(long intid, int count) {
    if (!v3 && isAmbiguous(intid, count)) {
      doubt(intid, count);
      return;
    }
    int lr = active(intid, count);
    if (lr >= 0) {
      int state = Lr.state(lrs[lr], v3) & ~Lr.STATE_ACTIVE;
      lrs[lr] = lrs[lr] & ~Lr.stateMask(v3) | stateBits(state);
      unseen |= 1L << lr;
    } else if (pending(intid, count) >= 0) {
      // Of what it never acknowledged: the acknowledge is missing, or it was another register's.
      doubt(intid, count);
      countKnown = false;
    } else if (allKnown(count) && !isLpi(intid)) {
      int next = Hcr.eoiCount(hcr) + 1 & EOI_COUNT_MASK;
      hcr = hcr & 0x7ff_ffffL | (long) next << 27;
    } else {
      countKnown = false;
    }
  }

  /**
   * The guest drops the priority of an interrupt without deactivating it. The architecture does not
   * count that; QEMU does if no list register holds the interrupt.
   */
  void endWithoutDeactivation(long intid, int count) {
    if (active(intid, count) < 0) {
      countKnown = false;
    }
  }

  /** Whether an interrupt is an LPI, whose end is not counted. */
  private static boolean isLpi(long intid) {
    return intid >= LPI_FIRST;
  }

  /** The cause bits of maintenance. */
  int misr(int count) {
    return Misr.misr(hcr, lrs, count, vmcr, v3);
  }

  /**
   * Whether the cause bits can be told: the registers are known, and none is in a state in which
   * the emulation is known to differ from the architecture.
   */
  boolean isMisrKnown(int count) {
    if (!hcrKnown || !vmcrKnown || !allKnown(count)) {
      return false;
    }
    if (Hcr.has(hcr, Hcr.LRENPIE) && !countKnown) {
      return false;
    }
    boolean bothGroups = Vmcr.isGroupEnabled(vmcr, 0) == Vmcr.isGroupEnabled(vmcr, 1);
    if (v3 && Hcr.has(hcr, Hcr.VGRP0DIE) && !bothGroups) {
      return false;
    }
    if (Hcr.has(hcr, Hcr.NPIE)) {
      for (int lr = 0; lr < count; lr++) {
        if (Lr.state(lrs[lr], v3) == Lr.STATE_PENDING_ACTIVE) {
          return false;
        }
      }
    }
    return true;
  }

  /** The guest writes one of its own controls, which VMCR shows. */
  void setControl(int lowBit, long mask, long value) {
    vmcr = vmcr & ~(mask << lowBit) | (value & mask) << lowBit;
  }

  /**
   * VMCR as it is read back: the binary points are at least what the implementation has, and FIQEn
   * is 1 in GICv3.
   */
  long vmcrAsRead(int preemptionBits) {
    int least = 7 - preemptionBits;
    long bpr0 = Math.max(Vmcr.bpr0(vmcr), least);
    long bpr1 = Math.max(Vmcr.bpr1(vmcr), least + 1);
    return vmcr & ~(7L << 21 | 7L << 18) | bpr0 << 21 | bpr1 << 18 | (v3 ? 1 << 3 : 0);
  }

  /** HCR is written or read. */
  void setHcr(long value) {
    hcr = value;
    hcrKnown = true;
    countKnown = true;
  }

  void setSplit(boolean split) {
    vmcr = split ? vmcr | VMCR_EOIMODE : vmcr & ~VMCR_EOIMODE;
  }
}

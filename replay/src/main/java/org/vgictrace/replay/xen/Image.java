package org.vgictrace.replay.xen;

import java.util.Arrays;

/**
 * The registers that a context switch saves or restores: list registers, active priorities and
 * VMCR, as they were read or written.
 */
final class Image {
  final long[] lrs;

  /** Active priorities of group 0, or of both in GICv2. */
  long ap0;

  long ap1;

  /** Digest of further active priority registers, which machines with more priority bits have. */
  long apMore;

  long vmcr;

  /** The virtual CPU it belongs to, as numbered in {@link Vcpus}. */
  int vcpu = -1;

  /** Where its last register is. */
  long seq;

  long ts;
  int cpu;

  Image(int count) {
    lrs = new long[count];
  }

  /** Notes an active priority register of a group. */
  void priorities(int group, int index, long value) {
    if (index > 0) {
      apMore = apMore * 31 + value;
    } else if (group == 0) {
      ap0 = value;
    } else {
      ap1 = value;
    }
  }

  boolean isSameAs(Image other) {
    return isSameControl(other) && Arrays.equals(lrs, other.lrs);
  }

  /** Whether active priorities and VMCR are the same. */
  boolean isSameControl(Image other) {
    return ap0 == other.ap0 && ap1 == other.ap1 && apMore == other.apMore && vmcr == other.vmcr;
  }

  /** How many list registers differ. */
  int differences(Image other) {
    int differences = 0;
    for (int lr = 0; lr < lrs.length; lr++) {
      differences += lr < other.lrs.length && lrs[lr] == other.lrs[lr] ? 0 : 1;
    }
    return differences;
  }

  /** The first list register that differs, -1 if none does. */
  int firstDifference(Image other) {
    for (int lr = 0; lr < lrs.length; lr++) {
      if (lr >= other.lrs.length || lrs[lr] != other.lrs[lr]) {
        return lr;
      }
    }
    return -1;
  }

  /** Whether it is that of a virtual CPU that never ran. */
  boolean isBlank() {
    for (long lr : lrs) {
      if (lr != 0) {
        return false;
      }
    }
    return ap0 == 0 && ap1 == 0 && apMore == 0 && vmcr == 0;
  }
}

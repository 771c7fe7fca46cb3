package org.vgictrace.replay.gic;

/**
 * What the maintenance interrupt status would say: {@code GICH_MISR}, {@code GICH_EISRn} and {@code
 * GICH_ELRSRn} (Arm IHI 0048), {@code ICH_MISR_EL2}, {@code ICH_EISR_EL2} and {@code ICH_ELRSR_EL2}
 * (Arm IHI 0069). KVM does not save them, so they are computed from the images.
 *
 * <pre>
 *   7        6        5        4        3    2       1   0
 * +--------+--------+--------+--------+----+-------+---+-----+
 * | VGrp1D | VGrp1E | VGrp0D | VGrp0E | NP | LRENP | U | EOI |
 * +--------+--------+--------+--------+----+-------+---+-----+
 * </pre>
 *
 * <p>Bits 7 to 1 are set if the bit of that number in {@link Hcr} asks for it and its condition
 * holds. EOI has no such bit there: each list register asks for itself.
 */
public final class Misr {
  /** A list register that asked for it was deactivated. */
  public static final int EOI = 1;

  /** At most one list register is not inactive. */
  public static final int U = 1 << 1;

  /** Deactivations found no list register. */
  public static final int LRENP = 1 << 2;

  /** No list register is pending; pending and active does not count as pending. */
  public static final int NP = 1 << 3;

  /** The guest has group 0 enabled. */
  public static final int VGRP0E = 1 << 4;

  /** The guest has group 0 disabled. */
  public static final int VGRP0D = 1 << 5;

  /** The guest has group 1 enabled. */
  public static final int VGRP1E = 1 << 6;

  /** The guest has group 1 disabled. */
  public static final int VGRP1D = 1 << 7;

  private static final String[] NAMES = {
    "EOI", "U", "LRENP", "NP", "VGrp0E", "VGrp0D", "VGrp1E", "VGrp1D"
  };

  private Misr() {}

  /**
   * The status bits.
   *
   * @param lrs list registers; those from {@code used} up count as inactive
   * @param used number of used list registers, 0 to {@code lrs.length}
   */
  public static int misr(long hcr, long[] lrs, int used, long vmcr, boolean v3) {
    int busy = 0;
    int pending = 0;
    for (int i = 0; i < used; i++) {
      int state = Lr.state(lrs[i], v3);
      busy += state == Lr.STATE_INACTIVE ? 0 : 1;
      pending += state == Lr.STATE_PENDING ? 1 : 0;
    }
    int conditions =
        (busy <= 1 ? U : 0)
            | (Hcr.eoiCount(hcr) != 0 ? LRENP : 0)
            | (pending == 0 ? NP : 0)
            | (Vmcr.isGroupEnabled(vmcr, 0) ? VGRP0E : VGRP0D)
            | (Vmcr.isGroupEnabled(vmcr, 1) ? VGRP1E : VGRP1D);
    return conditions & (int) hcr | (eisr(lrs, used, v3) != 0 ? EOI : 0);
  }

  /**
   * Whether the maintenance interrupt is asserted.
   *
   * @param misr as computed by {@link #misr}
   */
  public static boolean isAsserted(long hcr, int misr) {
    return Hcr.has(hcr, Hcr.EN) && misr != 0;
  }

  /**
   * List registers, as bits, that raise the end-of-interrupt cause: inactive, HW=0 and EOI=1.
   *
   * @param used number of used list registers, at most 64
   */
  public static long eisr(long[] lrs, int used, boolean v3) {
    long bits = 0;
    for (int i = 0; i < used; i++) {
      if (Lr.state(lrs[i], v3) == Lr.STATE_INACTIVE && Lr.isEoi(lrs[i], v3)) {
        bits |= 1L << i;
      }
    }
    return bits;
  }

  /**
   * List registers, as bits, that can be used again: inactive, and not in {@link #eisr}. KVM reads
   * back only the others.
   *
   * @param used number of used list registers, at most 64
   */
  public static long elrsr(long[] lrs, int used, boolean v3) {
    long bits = 0;
    for (int i = 0; i < used; i++) {
      if (Lr.state(lrs[i], v3) == Lr.STATE_INACTIVE && !Lr.isEoi(lrs[i], v3)) {
        bits |= 1L << i;
      }
    }
    return bits;
  }

  /** The causes in words, such as {@code EOI U}; {@code none} for 0. */
  public static String text(int misr) {
    StringBuilder text = new StringBuilder(16);
    for (int bit = 0; bit < NAMES.length; bit++) {
      if ((misr >>> bit & 1) != 0) {
        text.append(text.length() == 0 ? "" : " ").append(NAMES[bit]);
      }
    }
    return text.length() == 0 ? "none" : text.toString();
  }
}

package org.vgictrace.replay.gic;

/**
 * The hypervisor control register: {@code GICH_HCR} (Arm IHI 0048) and {@code ICH_HCR_EL2} (Arm IHI
 * 0069). Bits 7 to 0 and the count are the same in both; the rest is GICv3's.
 *
 * <pre>
 *  31..27    26..16  15    14    13    12     11     10  9   8
 * +---------+-------+-----+-----+-----+------+------+---+---+-------------+
 * | EOIcount|   0   | DVIM| TDIR| TSEI| TALL1| TALL0| TC| 0 | vSGIEOICount|
 * +---------+-------+-----+-----+-----+------+------+---+---+-------------+
 *  7         6         5         4         3     2        1    0
 * +---------+---------+---------+---------+-----+--------+----+---+
 * | VGrp1DIE| VGrp1EIE| VGrp0DIE| VGrp0EIE| NPIE| LRENPIE| UIE| En|
 * +---------+---------+---------+---------+-----+--------+----+---+
 * </pre>
 *
 * <p>KVM before 6.19 sets En, UIE and trap bits only; from 6.19 it computes all of them at each
 * flush.
 */
public final class Hcr {
  /** The interface works and may raise the maintenance interrupt. */
  public static final int EN = 1;

  /** Underflow: maintenance when at most one list register is not inactive. */
  public static final int UIE = 1 << 1;

  /** List register entry not present: maintenance when {@link #eoiCount} is not 0. */
  public static final int LRENPIE = 1 << 2;

  /** No pending: maintenance when no list register is pending. */
  public static final int NPIE = 1 << 3;

  /** Maintenance while the guest has group 0 enabled. */
  public static final int VGRP0EIE = 1 << 4;

  /** Maintenance while the guest has group 0 disabled. */
  public static final int VGRP0DIE = 1 << 5;

  /** Maintenance while the guest has group 1 enabled. */
  public static final int VGRP1EIE = 1 << 6;

  /** Maintenance while the guest has group 1 disabled. */
  public static final int VGRP1DIE = 1 << 7;

  /** Deactivations of directly injected SGIs are not counted in {@link #eoiCount}. GICv3. */
  public static final int VSGIEOICOUNT = 1 << 8;

  /** Trap the registers common to both groups. GICv3. */
  public static final int TC = 1 << 10;

  /** Trap the group 0 registers. GICv3. */
  public static final int TALL0 = 1 << 11;

  /** Trap the group 1 registers. GICv3. */
  public static final int TALL1 = 1 << 12;

  /** Trap locally generated SErrors. GICv3. */
  public static final int TSEI = 1 << 13;

  /** Trap writes to ICC_DIR_EL1. GICv3. */
  public static final int TDIR = 1 << 14;

  /** Directly injected virtual interrupts are masked. GICv3. */
  public static final int DVIM = 1 << 15;

  private static final int EOICOUNT_SHIFT = 27;
  private static final int EOICOUNT_MASK = 0x1f;
  private static final int FIRST_V3_BIT = 8;

  /** Names of bits 15 to 0, empty where a bit is reserved. */
  private static final String[] NAMES = {
    "En",
    "UIE",
    "LRENPIE",
    "NPIE",
    "VGrp0EIE",
    "VGrp0DIE",
    "VGrp1EIE",
    "VGrp1DIE",
    "vSGIEOICount",
    "",
    "TC",
    "TALL0",
    "TALL1",
    "TSEI",
    "TDIR",
    "DVIM"
  };

  private Hcr() {}

  /** Whether all of these bits are set. */
  public static boolean has(long hcr, int bits) {
    return (hcr & bits) == bits;
  }

  /** Deactivations by the guest that found no list register, 0 to 31; it wraps. */
  public static int eoiCount(long hcr) {
    return (int) (hcr >>> EOICOUNT_SHIFT) & EOICOUNT_MASK;
  }

  /**
   * The register in words, such as {@code En UIE EOIcount=1}; {@code none} for 0. Bits that the
   * generation reserves are shown as a number: {@code En reserved=0x1c00}.
   */
  public static String text(long hcr, boolean v3) {
    StringBuilder text = new StringBuilder(48);
    long rest = hcr & ~((long) EOICOUNT_MASK << EOICOUNT_SHIFT);
    int defined = v3 ? NAMES.length : FIRST_V3_BIT;
    for (int bit = 0; bit < defined; bit++) {
      if ((rest >>> bit & 1) != 0 && !NAMES[bit].isEmpty()) {
        text.append(NAMES[bit]).append(' ');
        rest &= ~(1L << bit);
      }
    }
    if (eoiCount(hcr) != 0) {
      text.append("EOIcount=").append(eoiCount(hcr)).append(' ');
    }
    if (rest != 0) {
      text.append("reserved=0x").append(Long.toHexString(rest)).append(' ');
    }
    return text.length() == 0 ? "none" : text.substring(0, text.length() - 1);
  }
}

package org.vgictrace.replay.gic;

import org.jspecify.annotations.Nullable;

/** What a list register can have wrong all by itself, whatever the interrupt's state. */
public final class LrEncodingFaults {
  private static final long V2_RESERVED = 0x0070_0000L;
  private static final long V2_RESERVED_SOFT = 0x0007_fc00L;
  private static final long V2_CPUID = 0x0000_1c00L;
  private static final long V3_RESERVED = 0x0f00_e000_0000_0000L;
  private static final long V3_RESERVED_SOFT = 0x0000_1dff_0000_0000L;

  private LrEncodingFaults() {}

  /**
   * Reserved bits that are set, in words; null if there are none.
   *
   * @param v2Guest the guest is known to see a GICv2
   * @param mayBeV2Guest the guest may see a GICv2
   */
  public static @Nullable String reserved(
      long lr, boolean v3, boolean v2Guest, boolean mayBeV2Guest) {
    long reserved;
    if (v3) {
      reserved = V3_RESERVED | (Lr.isHw(lr, true) ? 0 : V3_RESERVED_SOFT);
      if (v2Guest) {
        reserved |= 0xffff_e000L | ((lr & 0x3ff) < 16 ? 0 : V2_CPUID);
      }
    } else {
      reserved = 0xffff_ffff_0000_0000L | V2_RESERVED;
      if (!Lr.isHw(lr, false)) {
        reserved |= V2_RESERVED_SOFT & ~((lr & 0x3ff) < 16 ? V2_CPUID : 0);
      }
    }
    long set = lr & reserved;
    return set == 0 ? null : "0x" + Long.toHexString(set);
  }

  /**
   * A virtual interrupt number no guest can have, in words; null if it is possible.
   *
   * @param spis number of SPIs of the VM, -1 if unknown
   */
  public static @Nullable String intid(
      long lr, boolean v3, boolean v2Guest, boolean mayBeV2Guest, int spis) {
    long intid = Lr.intid(lr, v3, v2Guest);
    if (v3 && !v2Guest && mayBeV2Guest && intid < 0x2000 && (intid & 0x3ff) < 16) {
      return null;
    }
    boolean lpi = v3 && !v2Guest && intid >= 8192 && intid < 1 << 16;
    if (!lpi && intid >= 1020) {
      return "INTID " + intid + ", which does not exist";
    }
    if (spis >= 0 && intid >= 32 && intid < 1020 && intid >= 32 + spis) {
      return "SPI " + intid + " of a VM with " + spis + " SPIs";
    }
    return null;
  }

  /** A physical interrupt number (or its use) that cannot be, in words; null if it is possible. */
  public static @Nullable String physical(long lr, boolean v3, boolean v2Guest) {
    int physical = Lr.physicalIntid(lr, v3);
    boolean valid =
        physical >= 16 && physical < 1020
            || v3 && physical >= 1056 && physical < 1120
            || v3 && physical >= 4096 && physical < 5120;
    if (!valid) {
      return "physical INTID " + physical;
    }
    long intid = Lr.intid(lr, v3, v2Guest);
    if (intid < 16 || intid >= 8192) {
      return "a physical interrupt for INTID " + intid + ", which cannot be mapped";
    }
    return null;
  }
}

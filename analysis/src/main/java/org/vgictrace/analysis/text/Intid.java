package org.vgictrace.analysis.text;

/** What an interrupt number stands for (Arm IHI 0069 2.2.1). */
public final class Intid {
  private Intid() {}

  /**
   * {@code SGI 3}, {@code PPI 27}, {@code SPI 40}, {@code LPI 8192}; other ranges by number only.
   */
  public static String name(long intid) {
    if (intid < 0) {
      return "INTID " + intid;
    }
    if (intid < 16) {
      return "SGI " + intid;
    }
    if (intid < 32 || (intid >= 1056 && intid < 1120)) {
      return "PPI " + intid;
    }
    if (intid < 1020 || (intid >= 4096 && intid < 5120)) {
      return "SPI " + intid;
    }
    return (intid >= 8192 ? "LPI " : "INTID ") + intid;
  }
}

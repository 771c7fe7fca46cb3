package org.vgictrace.analysis.text;

/**
 * {@code GICH_HCR} and {@code ICH_HCR_EL2} in words (Arm IHI 0048 5.3.2, IHI 0069 12.4.5).
 *
 * <pre>
 *  31      27       14    12    11   10      8          7      6      5      4     3    2     1   0
 * +--------+--   --+----+-----+-----+--+-+----------+------+------+------+------+----+------+---+--+
 * |EOIcount|       |TDIR|TALL1|TALL0|TC| |vSGIEOICnt|VGrp1D|VGrp1E|VGrp0D|VGrp0E|NPIE|LRENP |UIE|En|
 * +--------+--   --+----+-----+-----+--+-+----------+------+------+------+------+----+------+---+--+
 * </pre>
 */
final class HcrText {
  private static final String[] BITS = {
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

  private HcrText() {}

  /** Appends {@code En+UIE} and, if it is not 0, {@code EOIcount=2}; nothing for 0. */
  static void append(StringBuilder out, long hcr) {
    int start = out.length();
    for (int bit = 0; bit < BITS.length; bit++) {
      if ((hcr >>> bit & 1) != 0 && !BITS[bit].isEmpty()) {
        if (out.length() > start) {
          out.append('+');
        }
        out.append(BITS[bit]);
      }
    }
    long eoiCount = hcr >>> 27 & 31;
    if (eoiCount != 0) {
      out.append(" EOIcount=").append(eoiCount);
    }
  }
}

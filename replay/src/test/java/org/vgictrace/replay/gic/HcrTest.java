package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HcrTest {
  @Test
  void recordedValuesInWords() {
    assertThat(Hcr.text(0, true)).isEqualTo("none");
    assertThat(Hcr.text(0x1, true)).isEqualTo("En");
    assertThat(Hcr.text(0x3, false)).isEqualTo("En UIE");
    assertThat(Hcr.text(0x4191, true)).isEqualTo("En VGrp0EIE VGrp1DIE vSGIEOICount TDIR");
    assertThat(Hcr.text(0x0800_0003L, true)).isEqualTo("En UIE EOIcount=1");
    assertThat(Hcr.text(0xf800_0005L, false)).isEqualTo("En LRENPIE EOIcount=31");
  }

  @Test
  void everyBitHasItsName() {
    assertThat(Hcr.text(0xfdff, true))
        .isEqualTo(
            "En UIE LRENPIE NPIE VGrp0EIE VGrp0DIE VGrp1EIE VGrp1DIE vSGIEOICount TC TALL0 TALL1"
                + " TSEI TDIR DVIM");
    assertThat(Hcr.text(Hcr.TC | Hcr.TALL0 | Hcr.TALL1, true)).isEqualTo("TC TALL0 TALL1");
    assertThat(Hcr.text(Hcr.TSEI | Hcr.TDIR | Hcr.DVIM, true)).isEqualTo("TSEI TDIR DVIM");
  }

  @Test
  void reservedBitsAreShownAsANumber() {
    assertThat(Hcr.text(0x1c01, false)).isEqualTo("En reserved=0x1c00");
    assertThat(Hcr.text(0x1_0801_0200L, true)).isEqualTo("EOIcount=1 reserved=0x100010200");
  }

  @Test
  void countIsUnsigned() {
    assertThat(Hcr.eoiCount(0xf800_0000L)).isEqualTo(31);
    assertThat(Hcr.eoiCount(0x07ff_ffffL)).isZero();
    assertThat(Hcr.eoiCount(0xf800_0000)).isEqualTo(31);
  }

  @Test
  void hasAsksForAllBits() {
    assertThat(Hcr.has(0x3, Hcr.EN | Hcr.UIE)).isTrue();
    assertThat(Hcr.has(0x2, Hcr.EN | Hcr.UIE)).isFalse();
  }
}

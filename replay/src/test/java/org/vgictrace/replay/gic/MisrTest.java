package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MisrTest {
  private static final long PENDING = 0x5080_0000_0000_0028L;
  private static final long ACTIVE = 0x9080_0000_0000_0029L;
  private static final long BOTH = 0xd080_0000_0000_002aL;
  private static final long FINISHED_LEVEL = 0x1080_0200_0000_0028L;
  private static final long FINISHED_HW = 0x30a0_001b_0000_001bL;
  private static final int GROUPS = Hcr.VGRP0EIE | Hcr.VGRP0DIE | Hcr.VGRP1EIE | Hcr.VGRP1DIE;

  @Test
  void underflowWithAtMostOneBusyRegister() {
    assertThat(causes(0x3, ACTIVE, 0, 0, 0)).isEqualTo("U");
    assertThat(causes(0x3, PENDING, ACTIVE)).isEqualTo("none");
    assertThat(causes(0x3)).isEqualTo("U");
    assertThat(causes(0x1, ACTIVE, 0, 0, 0)).isEqualTo("none");
  }

  @Test
  void pendingAndActiveIsNotPending() {
    assertThat(causes(0x9, BOTH, ACTIVE)).isEqualTo("NP");
    assertThat(causes(0x9, BOTH, PENDING)).isEqualTo("none");
  }

  @Test
  void deactivationsOutsideTheRegisters() {
    assertThat(causes(0x0800_0005L, ACTIVE, ACTIVE)).isEqualTo("LRENP");
    assertThat(causes(0x0000_0005L, ACTIVE, ACTIVE)).isEqualTo("none");
    assertThat(causes(0xf800_0001L, ACTIVE, ACTIVE)).isEqualTo("none");
  }

  @Test
  void finishedRegisters() {
    long[] lrs = {FINISHED_LEVEL, FINISHED_HW, 0, PENDING, ACTIVE};

    assertThat(Misr.eisr(lrs, 5, true)).isEqualTo(0b00001);
    assertThat(Misr.elrsr(lrs, 5, true)).isEqualTo(0b00110);
    assertThat(causes(0x1, FINISHED_LEVEL)).isEqualTo("EOI");
    assertThat(causes(0x1, FINISHED_HW)).isEqualTo("none");
    assertThat(causes(0x3, FINISHED_LEVEL)).isEqualTo("EOI U");
  }

  @Test
  void finishedGicv2Registers() {
    long[] lrs = {0x0a08_0028L, 0x8a00_6c1bL, 0x8a0a_001bL, 0x1a00_0803L};

    assertThat(Misr.eisr(lrs, 4, false)).isEqualTo(0b0001);
    assertThat(Misr.elrsr(lrs, 4, false)).isEqualTo(0b0110);
    assertThat(Misr.text(Misr.misr(Hcr.EN | Hcr.UIE, lrs, 4, 0, false))).isEqualTo("EOI U");
    assertThat(Misr.text(Misr.misr(Hcr.EN | Hcr.NPIE, lrs, 4, 0, false))).isEqualTo("EOI");
  }

  @Test
  void onlyUsedRegistersCount() {
    long[] lrs = {ACTIVE, PENDING, FINISHED_LEVEL};

    assertThat(Misr.text(Misr.misr(Hcr.UIE | Hcr.NPIE, lrs, 1, 0, true))).isEqualTo("U NP");
    assertThat(Misr.text(Misr.misr(Hcr.UIE | Hcr.NPIE, lrs, 3, 0, true))).isEqualTo("EOI");
  }

  @Test
  void groupsAsTheGuestHasThem() {
    long[] none = {};

    assertThat(Misr.text(Misr.misr(GROUPS, none, 0, 0, true))).isEqualTo("VGrp0D VGrp1D");
    assertThat(Misr.text(Misr.misr(GROUPS, none, 0, 1, true))).isEqualTo("VGrp0E VGrp1D");
    assertThat(Misr.text(Misr.misr(GROUPS, none, 0, 2, false))).isEqualTo("VGrp0D VGrp1E");
    assertThat(Misr.text(Misr.misr(GROUPS, none, 0, 3, false))).isEqualTo("VGrp0E VGrp1E");
    assertThat(Misr.text(Misr.misr(Hcr.VGRP0EIE | Hcr.VGRP1DIE, none, 0, 2, true)))
        .isEqualTo("none");
  }

  @Test
  void theInterruptNeedsTheInterfaceEnabled() {
    assertThat(Misr.isAsserted(0x3, Misr.U)).isTrue();
    assertThat(Misr.isAsserted(0x2, Misr.U)).isFalse();
    assertThat(Misr.isAsserted(0x3, 0)).isFalse();
  }

  /** Each cause but EOI needs its own request bit and no other. */
  @Test
  void everyRequestBitGatesExactlyItsCause() {
    long[] lrs = {FINISHED_LEVEL};
    for (int requests = 0; requests < 256; requests++) {
      for (int groups = 0; groups < 4; groups++) {
        int holding =
            Misr.U
                | Misr.LRENP
                | Misr.NP
                | ((groups & 1) != 0 ? Misr.VGRP0E : Misr.VGRP0D)
                | ((groups & 2) != 0 ? Misr.VGRP1E : Misr.VGRP1D);
        assertThat(Misr.misr(0x0800_0000L | requests, lrs, 1, groups, true))
            .isEqualTo(Misr.EOI | requests & holding);
      }
    }
  }

  private static String causes(long hcr, long... lrs) {
    return Misr.text(Misr.misr(hcr, lrs, lrs.length, 0, true));
  }
}

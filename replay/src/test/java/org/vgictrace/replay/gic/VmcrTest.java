package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VmcrTest {
  @Test
  void recordedValuesInWords() {
    assertThat(Vmcr.text(0xf84c_000aL, true)).isEqualTo("Grp1En FIQEn BPR0=2 BPR1=3 PMR=f8");
    assertThat(Vmcr.text(0xf04c_020aL, true))
        .isEqualTo("Grp1En FIQEn EOImode1 BPR0=2 BPR1=3 PMR=f0");
    assertThat(Vmcr.text(0, true)).isEqualTo("BPR0=0 BPR1=0 PMR=00");
    assertThat(Vmcr.text(0xffff_ffffL, false))
        .isEqualTo("Grp0En Grp1En AckCtl FIQEn CBPR EOImode1 BPR0=7 BPR1=7 PMR=f8");
  }

  @Test
  void everyFieldHasItsOwnBits() {
    assertThat(Vmcr.isGroupEnabled(0x1, 0)).isTrue();
    assertThat(Vmcr.isGroupEnabled(0x1, 1)).isFalse();
    assertThat(Vmcr.isGroupEnabled(0x2, 1)).isTrue();
    assertThat(Vmcr.isAckCtl(0x4)).isTrue();
    assertThat(Vmcr.isFiqEnabled(0x8)).isTrue();
    assertThat(Vmcr.isCommonBinaryPoint(0x10)).isTrue();
    assertThat(Vmcr.isSplitEoi(0x200)).isTrue();
    assertThat(Vmcr.isSplitEoi(0xffff_fdffL)).isFalse();
    assertThat(Vmcr.bpr1(0x001c_0000L)).isEqualTo(7);
    assertThat(Vmcr.bpr0(0x00e0_0000L)).isEqualTo(7);
    assertThat(Vmcr.bpr0(0xff1f_ffffL)).isZero();
  }

  @Test
  void gicv2KeepsFiveBitsOfThePriorityMask() {
    assertThat(Vmcr.priorityMask(0xff00_0000L, true)).isEqualTo(0xff);
    assertThat(Vmcr.priorityMask(0xff00_0000L, false)).isEqualTo(0xf8);
    assertThat(Vmcr.priorityMask(0xa000_0000, false)).isEqualTo(0xa0);
  }
}

package org.vgictrace.replay.gic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LrEncodingFaultsTest {
  private static final long V3_HW_27 = 0x70a0001b0000001bL;
  private static final long V2_HW_27 = 0x9a006c1bL;
  private static final long V2_SPI_40 = 0x1a080028L;

  @ParameterizedTest
  @ValueSource(
      longs = {
        0x50a002000000001bL,
        V3_HW_27,
        0xb0a0001b0000001bL,
        0x50a0000000002000L,
        0xd080000000000028L,
        0x1080020000000028L
      })
  void valuesOfCorrectKernelsHaveNoFaultOnGicv3(long lr) {
    assertThat(LrEncodingFaults.reserved(lr, true, false, false)).isNull();
    assertThat(LrEncodingFaults.intid(lr, true, false, false, 96)).isNull();
    assertThat(Lr.isHw(lr, true) ? LrEncodingFaults.physical(lr, true, false) : null).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1a000803L, 0x1a080803L, V2_HW_27, V2_SPI_40, 0x2a080028L, 0x1b00002fL})
  void valuesOfCorrectKernelsHaveNoFaultOnGicv2(long lr) {
    assertThat(LrEncodingFaults.reserved(lr, false, true, true)).isNull();
    assertThat(LrEncodingFaults.intid(lr, false, true, true, 96)).isNull();
    assertThat(Lr.isHw(lr, false) ? LrEncodingFaults.physical(lr, false, true) : null).isNull();
  }

  @Test
  void everyReservedBitOfGicv3() {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      boolean always = bit >= 45 && bit <= 47 || bit >= 56 && bit <= 59;
      boolean soft = bit >= 32 && bit <= 44 && bit != 41;
      long mask = 1L << bit;
      String fault = "0x" + Long.toHexString(mask);
      assertThat(LrEncodingFaults.reserved(mask, true, false, false))
          .as("bit %d", bit)
          .isEqualTo(always || soft ? fault : null);
      assertThat(LrEncodingFaults.reserved(1L << 61 | mask, true, false, false))
          .as("bit %d with HW", bit)
          .isEqualTo(always ? fault : null);
    }
  }

  @Test
  void everyReservedBitOfGicv2() {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      boolean always = bit >= 20 && bit <= 22 || bit >= 32;
      boolean spiOnly = bit >= 10 && bit <= 12;
      boolean soft = bit >= 13 && bit <= 18;
      long mask = 1L << bit;
      String fault = "0x" + Long.toHexString(mask);
      assertThat(LrEncodingFaults.reserved(mask | 0x20, false, true, true))
          .as("bit %d of an SPI", bit)
          .isEqualTo(always || soft || spiOnly ? fault : null);
      if (bit >= 4 && bit <= 9) {
        continue;
      }
      assertThat(LrEncodingFaults.reserved(mask, false, true, true))
          .as("bit %d of an SGI", bit)
          .isEqualTo(always || soft ? fault : null);
      assertThat(LrEncodingFaults.reserved(mask | 1L << 31, false, true, true))
          .as("bit %d with HW", bit)
          .isEqualTo(always ? fault : null);
    }
  }

  @Test
  void aGicv2GuestOnGicv3HasTenBitsAndASource() {
    long sgi3FromCpu2 = 0x40a0020000000803L;
    assertThat(LrEncodingFaults.reserved(sgi3FromCpu2, true, true, true)).isNull();
    assertThat(LrEncodingFaults.reserved(0x40a0020000000828L, true, true, true)).isEqualTo("0x800");
    assertThat(LrEncodingFaults.reserved(0x40a0020000002003L, true, true, true))
        .isEqualTo("0x2000");
    // Number 2051 does not exist, but of a guest that may see a GICv2 it is SGI 3 of CPU 2.
    assertThat(LrEncodingFaults.intid(sgi3FromCpu2, true, false, true, -1)).isNull();
    assertThat(LrEncodingFaults.intid(sgi3FromCpu2, true, false, false, -1))
        .isEqualTo("INTID 2051, which does not exist");
  }

  @ParameterizedTest
  @CsvSource({
    "0, true", "31, true", "127, true", "128, false", "1019, false", "1020, false",
    "1023, false", "1024, false", "8191, false", "8192, true", "65535, true", "65536, false",
    "4294967295, false"
  })
  void interruptNumbersOfAVmWith96Spis(long intid, boolean valid) {
    String fault = LrEncodingFaults.intid(1L << 62 | intid, true, false, false, 96);
    assertThat(fault == null).isEqualTo(valid);
  }

  @Test
  void saysWhichNumber() {
    assertThat(LrEncodingFaults.intid(128, true, false, false, 96))
        .isEqualTo("SPI 128 of a VM with 96 SPIs");
    assertThat(LrEncodingFaults.intid(128, true, false, false, -1)).isNull();
    assertThat(LrEncodingFaults.intid(0x1a0003fdL, false, true, true, -1))
        .isEqualTo("INTID 1021, which does not exist");
  }

  @ParameterizedTest
  @CsvSource({
    "15, false", "16, true", "1019, true", "1020, false", "1055, false", "1056, true",
    "1119, true", "1120, false", "4095, false", "4096, true", "5119, true", "5120, false"
  })
  void physicalNumbersOfGicv3(long physical, boolean valid) {
    long lr = V3_HW_27 & ~(0x1fffL << 32) | physical << 32;
    assertThat(LrEncodingFaults.physical(lr, true, false))
        .isEqualTo(valid ? null : "physical INTID " + physical);
  }

  @Test
  void onlyPpisAndSpisAreMapped() {
    assertThat(LrEncodingFaults.physical(0x70a0001b00000003L, true, false))
        .isEqualTo("a physical interrupt for INTID 3, which cannot be mapped");
    assertThat(LrEncodingFaults.physical(0x70a0001b00002000L, true, false))
        .isEqualTo("a physical interrupt for INTID 8192, which cannot be mapped");
    assertThat(LrEncodingFaults.physical(V2_HW_27 & ~0x3ffL | 5, false, true))
        .isEqualTo("a physical interrupt for INTID 5, which cannot be mapped");
  }
}

package org.vgictrace.analysis.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void timesAreSecondsWithNineDecimals() {
    assertThat(Figures.time(358_324_958_000L, true)).isEqualTo("358.324958000");
    assertThat(Figures.time(7, true)).isEqualTo("0.000000007");
    assertThat(Figures.time(-1_500_000_000L, true)).isEqualTo("-1.500000000");
    assertThat(Figures.time(Long.MIN_VALUE, true)).isEqualTo("-9223372036.854775808");
  }

  @Test
  void otherClocksAreShownAsTheyAre() {
    assertThat(Figures.time(123_456_789_012L, false)).isEqualTo("123456789012");
  }

  @Test
  void durationsHaveTheUnitThatFits() {
    assertThat(Figures.duration(0)).isEqualTo("0 ns");
    assertThat(Figures.duration(999)).isEqualTo("999 ns");
    assertThat(Figures.duration(1_234)).isEqualTo("1.234 us");
    assertThat(Figures.duration(12_345)).isEqualTo("12.35 us");
    assertThat(Figures.duration(123_456)).isEqualTo("123.5 us");
    assertThat(Figures.duration(2_733_000_000L)).isEqualTo("2.733 s");
    assertThat(Figures.duration(-1_500_000)).isEqualTo("-1.500 ms");
    assertThat(Figures.duration(Long.MIN_VALUE)).isEqualTo("-9223372037 s");
  }

  @Test
  void onlyAllIsHundredPercent() {
    assertThat(Figures.percent(3, 3)).isEqualTo("100.0 %");
    assertThat(Figures.percent(99_999, 100_000)).isEqualTo("99.9 %");
    assertThat(Figures.percent(1, 3)).isEqualTo("33.3 %");
    assertThat(Figures.percent(0, 0)).isEqualTo("-");
  }

  @Test
  void ratesArePerSecond() {
    assertThat(Figures.rate(3, 2_000_000_000L)).isEqualTo("1.5");
    assertThat(Figures.rate(3, 0)).isEqualTo("-");
  }

  @Test
  void decimalsRoundHalfUp() {
    assertThat(Figures.decimal(0.25, 1)).isEqualTo("0.3");
    assertThat(Figures.decimal(-0.04, 1)).isEqualTo("0.0");
    assertThat(Figures.decimal(-12.5, 1)).isEqualTo("-12.5");
    assertThat(Figures.decimal(Double.NaN, 1)).isEqualTo("NaN");
  }
}

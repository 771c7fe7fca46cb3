package org.vgictrace.parser.tracedat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TimeConversionTest {

  @Test
  void scalesCyclesWithA128BitProduct() {
    assertThat(new TimeScale(735_842_807L, 31, 0).nanoseconds(64_642_415_116_611L))
        .isEqualTo(22_149_950_354_670L);
    assertThat(new TimeScale(1, 0, -5).nanoseconds(100)).isEqualTo(95);
    assertThat(new TimeScale(1L << 31, 32, 1).nanoseconds(1L << 62)).isEqualTo((1L << 61) + 1);
  }

  @Test
  void shiftsByTheOnlySample() {
    TimeShift shift = shift(new long[] {100}, new long[] {-7}, true);
    assertThat(shift.apply(5)).isEqualTo(-2);
    assertThat(shift.apply(500)).isEqualTo(493);
  }

  @Test
  void takesTheSampleBeforeWithoutInterpolation() {
    TimeShift shift = shift(new long[] {300, 100, 200}, new long[] {30, 10, 20}, false);
    assertThat(shift.apply(50)).isEqualTo(60);
    assertThat(shift.apply(100)).isEqualTo(110);
    assertThat(shift.apply(199)).isEqualTo(209);
    assertThat(shift.apply(200)).isEqualTo(220);
    assertThat(shift.apply(5000)).isEqualTo(5020);
  }

  @Test
  void interpolatesAndExtrapolates() {
    TimeShift shift = shift(new long[] {100, 200}, new long[] {1000, 1101}, true);
    assertThat(shift.apply(100)).isEqualTo(1100);
    assertThat(shift.apply(150)).isEqualTo(150 + 1000 + 51);
    assertThat(shift.apply(300)).isEqualTo(300 + 1000 + 202);
    assertThat(shift.apply(0)).isEqualTo(1000 - 101);
  }

  @Test
  void interpolatesBeyond64Bits() {
    long span = 1L << 40;
    TimeShift shift = shift(new long[] {0, span}, new long[] {0, 1L << 50}, true);
    assertThat(shift.apply(span / 2)).isEqualTo(span / 2 + (1L << 49));
  }

  @Test
  void dropsSamplesOfEqualTime() {
    TimeShift shift = shift(new long[] {100, 100, 200}, new long[] {1, 2, 3}, true);
    assertThat(shift.samples()).isEqualTo(2);
    assertThat(shift.apply(100)).isEqualTo(101);
  }

  @Test
  void scalesTheGuestsTime() {
    TimeShift shift =
        TimeShift.of(new long[] {0}, new long[] {3}, new long[] {3L << 47}, new long[] {48}, false);
    assertThat(shift.apply(1000)).isEqualTo(1503);
  }

  private static TimeShift shift(long[] times, long[] offsets, boolean interpolate) {
    long[] ones = new long[times.length];
    Arrays.fill(ones, 1);
    return TimeShift.of(times, offsets, ones, new long[times.length], interpolate);
  }
}

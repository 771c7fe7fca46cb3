package org.vgictrace.parser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CaptureCountsTest {

  private static long lost(Map<Integer, Long> byCpu) {
    return new CaptureCounts(
            0,
            0,
            new TreeMap<>(),
            new TreeMap<>(),
            new TreeMap<>(byCpu),
            0,
            -1,
            0,
            0,
            0,
            List.of(),
            Map.of())
        .lost();
  }

  @Test
  void lossesOfAllCpusAddUp() {
    assertThat(lost(Map.of())).isZero();
    assertThat(lost(Map.of(-1, 2L, 0, 3L, 7, 4L))).isEqualTo(9);
  }

  /** A damaged file may claim any number. */
  @Test
  void lossesBeyondAllNumbers() {
    assertThat(lost(Map.of(0, Long.MAX_VALUE, 1, Long.MAX_VALUE, 2, 1L))).isEqualTo(Long.MAX_VALUE);
  }
}

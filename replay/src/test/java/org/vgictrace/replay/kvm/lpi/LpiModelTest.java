package org.vgictrace.replay.kvm.lpi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.replay.rule.Generation;

class LpiModelTest {

  @ParameterizedTest
  @CsvSource({
    "6.1.176, M61, false",
    ", M61, false",
    "6.12.107+deb13-arm64, M612, true",
    ", M612, true",
    "6.19.3, M72, true",
    "7.1.4, M72, true",
    "7.2, M72, true",
    "7.2.9, M72, true",
    "7.2.10, M72, false",
    "7.2.13+deb14-arm64, M72, false",
    "7.3.0, M72, false",
    "8.0.1, M72, false",
    ", M72, true",
    ", , true"
  })
  void releasesWhoseMovallMovesAll(String release, Generation generation, boolean all) {
    assertThat(LpiModel.mayMoveAll(release, generation)).isEqualTo(all);
  }
}

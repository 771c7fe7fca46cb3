package org.vgictrace.replay.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.replay.rule.Generation;

class ProfileTest {

  @ParameterizedTest
  @CsvSource({
    "6.1.0-50-arm64, M61",
    "6.12.107+deb13-arm64, M612",
    "7.2.13+deb14-arm64, M72",
    "4.16.0, M61",
    "5.10, M61",
    "5.15.0-rc3, M61",
    "6.3.13, M61",
    "6.4, M612",
    "6.4-rc1, M612",
    "6.18.99, M612",
    "6.19.0, M72",
    "6.19-rc7+, M72",
    "7.0, M72",
    "10.1.2, M72",
    "6.1.176-android14-11-g0123abc, M61",
    "6.12_custom, M612"
  })
  void isChosenByTheRelease(String release, Generation generation) {
    Profile profile = Profile.choose(null, release);
    assertThat(profile).hasToString(generation + " (release " + release + ")");
    assertThat(profile.isKnown()).isTrue();
    assertThat(profile.isEoiCount()).isEqualTo(generation == Generation.M72);
    assertThat(profile.isLegacy()).isEqualTo(generation != Generation.M72);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "6",
        "6.",
        ".6.1",
        "-6.1",
        "v6.1",
        "arm64",
        "4.4.0",
        "4.15.18",
        "3.10.0",
        "0.0",
        "6.x.1",
        "9999.1",
        "99999999999999999999.1",
        "\u0000",
        "six.one",
        "6-1",
        "6.99999",
        "\u0666.\u0661"
      })
  void isUnknownForAReleaseItCannotStandFor(String release) {
    Profile profile = Profile.choose(null, release);
    assertThat(profile).hasToString("unknown (release unknown)");
    assertThat(profile.isKnown()).isFalse();
    assertThat(profile.isEoiCount()).isFalse();
    assertThat(profile.isLegacy()).isFalse();
  }

  @Test
  void isUnknownForAVeryLongNumber() {
    assertThat(Profile.choose(null, "6." + "9".repeat(500)).isKnown()).isFalse();
    assertThat(Profile.choose(null, "6".repeat(500) + ".1").isKnown()).isFalse();
  }

  @Test
  void knowsTheVersionUnlessItIsForced() {
    Profile candidate = Profile.choose(null, "6.18.0-rc3-lab");
    assertThat(candidate.version()).isEqualTo(Profile.version(6, 18, 0));
    assertThat(candidate.candidate()).isEqualTo(3);

    assertThat(Profile.choose(null, "6.12.107").candidate()).isZero();
    assertThat(Profile.choose(null, "6.12.0-rcu").candidate()).isZero();
    assertThat(Profile.choose(null, null).version()).isEqualTo(-1);
    assertThat(Profile.choose("M72", "6.12.107").version()).as("contradicted").isEqualTo(-1);
    assertThat(Profile.choose("M612", "6.12.107").version()).isEqualTo(Profile.version(6, 12, 107));
  }

  @Test
  void isForcedByName() {
    assertThat(Profile.choose("m72", "6.1.0")).hasToString("M72 (forced)");
    assertThatThrownBy(() -> Profile.choose("M73", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no profile M73; there are M61, M612, M72, XEN_OLD and XEN_NEW");
  }

  @Test
  void evidenceDecidesOnlyWhereNothingElseDid() {
    Profile open = Profile.choose(null, null);
    open.evidence(Generation.M612, "set_underflow in the recording");
    assertThat(open).hasToString("M612 (set_underflow in the recording)");
    open.evidence(Generation.M72, "on_lr in the recording");
    assertThat(open).hasToString("M72 (on_lr in the recording)");

    Profile byRelease = Profile.choose(null, "6.1.0-50-arm64");
    byRelease.evidence(Generation.M72, "on_lr in the recording");
    assertThat(byRelease).hasToString("M61 (release 6.1.0-50-arm64)");

    Profile forced = Profile.choose("M61", null);
    forced.evidence(Generation.M72, "on_lr in the recording");
    assertThat(forced).hasToString("M61 (forced)");
  }
}

package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.CandidateOutcome;

/** Which generation is chosen if the release is unknown, and what is said of the others. */
class CandidateReplayTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "6.1-gicv3-mix   | M61 (release unknown; M612 and M72 excluded by injection with a vCPU"
            + " number)",
        "6.1-gicv3-mid-run | M61 (release unknown; M612 excluded by injection with a vCPU number;"
            + " M72 excluded by set_underflow)",
        "6.12-gicv3-record-v6-lost | M612 (release unknown; M61 excluded by injection with a vCPU"
            + " pointer; M72 excluded by set_underflow)",
        "7.2-gicv2-mix | M72 (release unknown; M61 and M612 excluded by configure_hcr)"
      })
  void eventsOfOneGenerationDecide(String capture, String profile) {
    ReplayResult result = Replays.candidates(Shipped.file(capture, "trace.dat.zst"), null);

    // Whether an event or a rule speaks first against the third depends on their order.
    assertThat(result.profile()).startsWith(profile);
    assertThat(result.candidates()).hasSize(3);
    assertThat(Replays.errors(result)).isEmpty();
  }

  /** Without any event that tells, the rules have to. */
  private ReplayResult withoutEvidence(String capture) throws IOException {
    Path file = folder.resolve("trace.txt");
    try (var lines =
        Files.lines(Shipped.plain(capture, "trace.txt"), StandardCharsets.ISO_8859_1)) {
      Files.write(
          file,
          lines
              .filter(line -> !line.contains(" inject: "))
              .filter(line -> !line.contains(" set_underflow: "))
              .filter(line -> !line.contains(" configure_hcr: "))
              .filter(line -> !line.contains(" deactivate: "))
              .filter(line -> !line.contains(" kvm_get_timer_map: "))
              .map(line -> line.replaceAll(" on_lr=\\d", ""))
              .toList(),
          StandardCharsets.ISO_8859_1);
    }
    return Replays.candidates(file, null);
  }

  private static String fates(ReplayResult result) {
    return result.candidates().stream()
        .map(each -> each.generation() + " " + each.words().replaceAll(" at seq \\d+", ""))
        .collect(Collectors.joining("; "));
  }

  @Test
  void brokenRulesRefuteAndTheNewestOfTheOthersIsChosen() throws IOException {
    ReplayResult result = withoutEvidence("6.12-gicv3-mix");

    assertThat(fates(result))
        .isEqualTo("M61 possible as well; M612 possible as well; M72 refuted by INV-LRE-4");
    assertThat(result.profile()).startsWith("M612 (release unknown; M61 possible as well; ");
    assertThat(Replays.errors(result)).isEmpty();
  }

  @Test
  void theNewestIsRefutedByNothingOfItsOwn() throws IOException {
    ReplayResult result = withoutEvidence("7.2-gicv2-mix");

    assertThat(fates(result))
        .isEqualTo("M61 refuted by INV-UF-4; M612 refuted by INV-UF-4; M72 possible as well");
    assertThat(Replays.errors(result)).isEmpty();
  }

  @Test
  void aCaptureThatTellsNothingLeavesAllOfThem() throws IOException {
    Path empty = folder.resolve("empty.txt");
    Files.writeString(
        empty,
        "# tracer: nop\n#\n           <...>-7     [000] d..1.     1.000000: kvm_entry: PC:"
            + " 0x0000000000001000\n");

    ReplayResult result = Replays.candidates(empty, null);

    assertThat(result.profile()).isEqualTo("M72 (release unknown; M61 and M612 possible as well)");
    assertThat(result.candidates())
        .extracting(CandidateOutcome::fate)
        .containsOnly(CandidateOutcome.Fate.EXPLAINS);
    assertThat(result.rules())
        .allMatch(count -> !count.indeterminate().containsKey(Reason.UNKNOWN_VERSION));
  }

  @Test
  void aForcedProfileIsKeptAndWhatSpeaksAgainstItSaid() {
    Path capture = Shipped.file("6.12-gicv2-mix", "trace.dat.zst");

    assertThat(Replays.candidates(capture, "M72").profile())
        .isEqualTo("M72 (forced, although the capture has set_underflow)");
    assertThat(Replays.candidates(capture, "m612").profile()).isEqualTo("M612 (forced)");
    assertThat(Replays.candidates(capture, "M72").candidates()).isEmpty();
  }

  @Test
  void unknownNamesAreRefused() {
    ReplayOptions options = new ReplayOptions("M99", null, ClockOrder.CLOSE, Set.of(), Set.of());
    assertThatThrownBy(() -> new CandidateReplay(options, finding -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no profile M99; there are M61, M612, M72, XEN_OLD and XEN_NEW");
  }

  @Test
  void aKnownReleaseLeavesNothingToChoose() {
    ReplayOptions options = ReplayOptions.forRelease("6.12.107");
    ReplayResult result = new CandidateReplay(options, finding -> {}).finish();
    assertThat(result.profile()).isEqualTo("M612 (release 6.12.107)");
    assertThat(List.copyOf(result.candidates())).isEmpty();
  }
}

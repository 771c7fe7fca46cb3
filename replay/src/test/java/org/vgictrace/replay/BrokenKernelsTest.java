package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.rule.Severity;

/**
 * Recordings of a Linux 6.12.107 whose vGIC was broken on purpose, each in one place. Most of its
 * guests did not notice; the rules do, and no rule is broken besides.
 */
class BrokenKernelsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          line-rise-ignored | INV-INJ-2 | An injection left the line at the other level.
          not-listed        | INV-AP-4  | A deliverable interrupt was put on no ap_list.
          sgi-to-first-vcpu | INV-INJ-2 | An SGI became pending on a vCPU that it does not name.
          sgi-lost          | INV-INJ-2 | An SGI did not become pending on a vCPU that it names.
          pending-pruned    | INV-AP-3  | An interrupt that still must be served was taken off the ap_list.
          never-moved       | INV-AP-3  | An interrupt is still on an ap_list that it had to leave.
          wake-up-test-fails | INV-WFI-1 | A vCPU slept although a deliverable interrupt was on its ap_list.
          message-not-latched | INV-EDGE-1 | A delivered message was not latched.
          lpi-enable-kept   | INV-LPI-4 | An LPI differs from the configuration byte that was just read.
          """)
  void findsWhatIsBroken(String name, String rule, String message) {
    ReplayResult result = Replays.file(Shipped.broken(name));

    assertThat(result.findings())
        .filteredOn(finding -> finding.rule().severity() == Severity.ERROR)
        .extracting(finding -> List.of(finding.rule().id(), finding.message()))
        .containsExactly(List.of(rule, message));
    assertThat(result.decidedShare()).isGreaterThan(0.9);
  }
}

package org.vgictrace.replay.evtchn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Every rule about event channels has its cases, or a reason why it can have none. */
class ChannelCasesTest {
  /** Rules that no trace can decide, and why. */
  static final Map<String, String> UNDECIDABLE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("EV-07", "results of operations are not recorded"),
              Map.entry("EV-09", "beginning, end and result of a reset are not recorded"),
              Map.entry("EV-10", "the count is not recorded"),
              Map.entry("EV-11", "which domain handles a global interrupt is not recorded"),
              Map.entry("EV-12", "results of operations are not recorded"),
              Map.entry("EV-25", "a guest's own change of its mask is a plain store"),
              Map.entry("EV-27", "what is in a word is not recorded"),
              Map.entry("EV-28", "the ports of a poll are not recorded"),
              Map.entry("EV-29", "the ports and the result of a poll are not recorded"),
              Map.entry("EV-34", "words are not recorded"),
              Map.entry("EV-36", "links are recorded in Xen, handling in the guest"),
              Map.entry("EV-37", "that a priority was set is not recorded"),
              Map.entry("EV-38", "that the guest gives its words is not recorded"),
              Map.entry("EV-39", "Xen's log is no trace"),
              Map.entry("EV-43", "registering vcpu_info does not raise an event"),
              Map.entry("EV-45", "the level of the line is not recorded")));

  /** Reported where it shows and not counted where it does not. */
  private static final List<String> NEVER_HELD = List.of("EV-75");

  static Stream<ChannelCase> cases() {
    return Stream.concat(XenCases.ALL.stream(), GuestCases.ALL.stream());
  }

  static List<Rule> rules() {
    return Catalogue.rules().stream()
        .filter(rule -> rule.id().matches("EV-([0-3]\\d|40|43|45|7[0-6])"))
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> eachCase() {
    return cases().map(one -> dynamicTest(one.toString(), () -> check(one)));
  }

  private static void check(ChannelCase one) {
    ReplayResult result = one.play().get();
    assertThat(result.gaps()).as("gaps").isZero();
    if (one.rejected()) {
      assertThat(XenRecord.broken(result)).containsExactly(one.rule().id());
    } else {
      assertThat(result.findings()).map(ChannelCasesTest::describe).isEmpty();
      assertThat(XenRecord.held(result, one.rule())).as("instances that hold").isPositive();
    }
  }

  /** Whole findings, as a reader sees them. */
  @Test
  void findingsReadAsWritten() throws IOException {
    String read =
        cases()
            .filter(ChannelCase::rejected)
            .map(
                one ->
                    one.name()
                        + "\n"
                        + one.play().get().findings().stream()
                            .map(ChannelCasesTest::describe)
                            .collect(Collectors.joining()))
            .collect(Collectors.joining());
    try (InputStream written =
        Objects.requireNonNull(ChannelCasesTest.class.getResourceAsStream("findings.txt"))) {
      assertThat(read).isEqualTo(new String(written.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void everyRuleHasCasesOrAReason() {
    List<String> rejecting =
        cases().filter(ChannelCase::rejected).map(one -> one.rule().id()).distinct().toList();
    List<String> accepting =
        cases().filter(one -> !one.rejected()).map(one -> one.rule().id()).distinct().toList();
    List<String> all = rules().stream().map(Rule::id).toList();

    assertThat(Stream.of(rejecting, UNDECIDABLE.keySet()).flatMap(each -> each.stream()))
        .containsExactlyInAnyOrderElementsOf(all);
    assertThat(
            Stream.of(accepting, UNDECIDABLE.keySet(), NEVER_HELD).flatMap(each -> each.stream()))
        .containsExactlyInAnyOrderElementsOf(all);
  }

  private static String describe(Finding finding) {
    return "  %s %s vCPU %s x%d: %s%n    at %s%n    expected %s%n    observed %s%n%s"
        .formatted(
            finding.rule().id(),
            finding.vm(),
            finding.vcpu(),
            finding.repetitions(),
            finding.message(),
            finding.at().text(),
            finding.expected(),
            finding.observed(),
            finding.because().stream()
                .map(EventRef::text)
                .map(text -> "    because " + text + "\n")
                .collect(Collectors.joining()));
  }
}

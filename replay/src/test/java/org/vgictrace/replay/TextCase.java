package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.Finding;

/**
 * A text trace that a rule accepts or rejects, and what the finding says.
 *
 * @param rule the rule
 * @param name what happens, or the entry of the list of known kernel bugs that it imitates
 * @param release kernel release it is replayed for
 * @param trace what to write into a trace that starts with the VM's creation
 * @param expected first line and observation of the first finding; empty if the rule holds
 */
record TextCase(
    Rule rule, String name, String release, UnaryOperator<LpiTrace> trace, String expected) {
  static final String V6_1 = "6.1.176";
  static final String V6_12 = "6.12.107";
  static final String V7_2 = "7.2.13";

  static TextCase holds(Rule rule, String name, UnaryOperator<LpiTrace> trace) {
    return new TextCase(rule, name, V6_12, trace, "");
  }

  static TextCase broken(Rule rule, String name, UnaryOperator<LpiTrace> trace, String expected) {
    return new TextCase(rule, name, V6_12, trace, expected);
  }

  TextCase on(String otherRelease) {
    return new TextCase(rule, name, otherRelease, trace, expected);
  }

  boolean isRejecting() {
    return !expected.isEmpty();
  }

  void check() {
    ReplayResult result = trace.apply(LpiTrace.created()).replay(release);
    assertThat(result.gaps()).as("gaps").isZero();
    List<Finding> findings =
        result.findings().stream()
            .filter(f -> f.rule().severity() == Severity.ERROR || f.rule().equals(rule))
            .toList();
    if (expected.isEmpty()) {
      assertThat(findings).map(Replays::describe).isEmpty();
      assertThat(LpiTrace.held(result, rule)).as("instances that hold").isPositive();
      return;
    }
    assertThat(findings).map(TextCase::line).containsExactly(rule.id() + " " + expected);
  }

  private static String line(Finding finding) {
    return finding.rule().id() + " " + finding.message() + " " + finding.observed();
  }

  @Override
  public String toString() {
    return rule.id() + (expected.isEmpty() ? " holds: " : " is broken: ") + name;
  }
}

package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_1;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_2;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

class ReplayResultTest {
  private static ReplayResult result(List<RuleCount> rules, List<Finding> findings) {
    return new ReplayResult(
        "M72", List.of(), "GICv3", 9, 9, 0, 0, rules, List.of(), findings, List.of(), List.of(), 0,
        1, 1);
  }

  private static Finding finding(Rule rule, long seq) {
    EventRef at = new EventRef(seq, seq, 0, "event");
    return new Finding(rule, "wrong", at, List.of(), 1, "vm0", 0, null, "a", "b", "", 1);
  }

  @Test
  void whatTwoCandidatesDifferOnIsUndecidedForTheUnknownVersion() {
    ReplayResult ours =
        result(
            List.of(
                new RuleCount(LRE_1, 10, 2, Map.of(Reason.CONFIG, 1L)),
                new RuleCount(LRE_2, 5, 0, Map.of())),
            List.of(finding(LRE_1, 3), finding(LRE_1, 7)));
    ReplayResult theirs =
        result(
            List.of(
                new RuleCount(LRE_1, 8, 1, Map.of()),
                new RuleCount(LRE_2, 6, 0, Map.of(Reason.CONFIG, 1L))),
            List.of(finding(LRE_1, 7), finding(LRE_2, 3)));

    ReplayResult agreed = ours.agreedWith(theirs);

    assertThat(agreed.rules())
        .containsExactly(
            new RuleCount(LRE_1, 8, 1, Map.of(Reason.CONFIG, 1L, Reason.UNKNOWN_VERSION, 3L)),
            new RuleCount(LRE_2, 5, 0, Map.of()));
    assertThat(agreed.findings()).containsExactly(finding(LRE_1, 7));
  }
}

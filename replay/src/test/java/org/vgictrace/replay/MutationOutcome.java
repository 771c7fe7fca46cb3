package org.vgictrace.replay;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * What became of a damaged capture, held against the undamaged one.
 *
 * @param verdict in one word
 * @param why the rule that found it, the reason that grew most, or nothing
 */
record MutationOutcome(Verdict verdict, String why) {

  /** What may become of it. */
  enum Verdict {
    /** A finding of severity error. */
    DETECTED,
    /** No finding, but more is undecided than before, or events are recognised as missing. */
    UNDECIDED,
    /** Neither; at most the number of instances that hold has changed. */
    ACCEPTED
  }

  static MutationOutcome of(ReplayResult before, ReplayResult after) {
    List<String> errors = Replays.errors(after);
    if (!errors.isEmpty()) {
      return new MutationOutcome(Verdict.DETECTED, errors.get(0).split(" ", 2)[0]);
    }
    if (after.gaps() > before.gaps()) {
      return new MutationOutcome(Verdict.UNDECIDED, "gap");
    }
    Map<Reason, Long> grown = new EnumMap<>(Reason.class);
    for (int i = 0; i < after.rules().size(); i++) {
      grow(grown, after.rules().get(i), 1);
      grow(grown, before.rules().get(i), -1);
    }
    return grown.entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .max(Map.Entry.comparingByValue())
        .map(entry -> new MutationOutcome(Verdict.UNDECIDED, entry.getKey().label()))
        .orElse(new MutationOutcome(Verdict.ACCEPTED, ""));
  }

  private static void grow(Map<Reason, Long> grown, RuleCount count, int sign) {
    count.indeterminate().forEach((reason, times) -> grown.merge(reason, sign * times, Long::sum));
  }
}

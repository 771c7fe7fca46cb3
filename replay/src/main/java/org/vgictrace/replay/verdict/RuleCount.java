package org.vgictrace.replay.verdict;

import java.util.EnumMap;
import java.util.Map;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;

/**
 * How often a rule was judged, and how.
 *
 * @param rule the rule
 * @param consistent instances that hold for certain
 * @param inconsistent instances that are broken for certain
 * @param indeterminate instances that could not be decided, per reason
 */
public record RuleCount(
    Rule rule, long consistent, long inconsistent, Map<Reason, Long> indeterminate) {

  /** Both together, of the same rule. */
  public RuleCount plus(RuleCount other) {
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    reasons.putAll(indeterminate);
    other.indeterminate.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    return new RuleCount(
        rule, consistent + other.consistent, inconsistent + other.inconsistent, reasons);
  }

  /** Instances that could not be decided. */
  public long undecided() {
    return indeterminate.values().stream().mapToLong(Long::longValue).sum();
  }

  /** All instances. */
  public long total() {
    return consistent + inconsistent + undecided();
  }
}

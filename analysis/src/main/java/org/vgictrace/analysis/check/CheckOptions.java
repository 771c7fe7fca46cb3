package org.vgictrace.analysis.check;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Rule;

/**
 * What the user asked of a check.
 *
 * @param profile model profile to force, null to choose it from the capture
 * @param only identifiers of the rules to judge; empty for all
 * @param ignored identifiers of rules not to judge
 */
public record CheckOptions(@Nullable String profile, Set<String> only, Set<String> ignored) {
  /** All rules, profile chosen from the capture. */
  public static final CheckOptions DEFAULT = new CheckOptions(null, Set.of(), Set.of());

  public CheckOptions {
    only = Set.copyOf(only);
    ignored = Set.copyOf(ignored);
  }

  /** Whether a rule counts. */
  boolean judges(Rule rule) {
    return (only.isEmpty() || only.contains(rule.id())) && !ignored.contains(rule.id());
  }

  /** The options for a capture. */
  ReplayOptions forCapture(CaptureMeta meta) {
    return new ReplayOptions(profile, meta.release(), ClockOrder.of(meta), only, ignored);
  }
}

package org.vgictrace.replay;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Generation;

/**
 * How to replay.
 *
 * @param profile name of the model profile to force ({@code M61}, {@code M612}, {@code M72}), null
 *     to choose it from the capture
 * @param release kernel release, null if unknown
 * @param ordered whether time stamps order the events of different CPUs, as the trace clock {@code
 *     counter} does; otherwise clocks may be apart by a little
 * @param only identifiers of the rules to judge; empty for all
 * @param ignored identifiers of rules not to judge
 */
public record ReplayOptions(
    @Nullable String profile,
    @Nullable String release,
    boolean ordered,
    Set<String> only,
    Set<String> ignored) {

  public ReplayOptions {
    only = Set.copyOf(only);
    ignored = Set.copyOf(ignored);
  }

  /** The same with that generation forced. */
  ReplayOptions as(Generation generation) {
    return new ReplayOptions(generation.name(), release, ordered, only, ignored);
  }

  /** All rules, profile chosen from the release and the events. */
  public static ReplayOptions forRelease(@Nullable String release) {
    return new ReplayOptions(null, release, false, Set.of(), Set.of());
  }
}

package org.vgictrace.replay;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to replay.
 *
 * @param profile name of the model profile to force ({@code M61}, {@code M612}, {@code M72}), null
 *     to choose it from the capture
 * @param release kernel release, null if unknown
 * @param only identifiers of the rules to judge; empty for all
 * @param ignored identifiers of rules not to judge
 */
public record ReplayOptions(
    @Nullable String profile, @Nullable String release, Set<String> only, Set<String> ignored) {

  public ReplayOptions {
    only = Set.copyOf(only);
    ignored = Set.copyOf(ignored);
  }

  /** All rules, profile chosen from the release and the events. */
  public static ReplayOptions forRelease(@Nullable String release) {
    return new ReplayOptions(null, release, Set.of(), Set.of());
  }
}

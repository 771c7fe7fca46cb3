package org.vgictrace.replay;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Generation;

/**
 * How to replay.
 *
 * @param profile name of the model profile to force ({@code M61}, {@code M612}, {@code M72}), null
 *     to choose it from the capture
 * @param release kernel release, null if unknown
 * @param order how well time stamps order the events of different CPUs
 * @param only identifiers of the rules to judge; empty for all
 * @param ignored identifiers of rules not to judge
 */
public record ReplayOptions(
    @Nullable String profile,
    @Nullable String release,
    ClockOrder order,
    Set<String> only,
    Set<String> ignored) {

  public ReplayOptions {
    only = Set.copyOf(only);
    ignored = Set.copyOf(ignored);
  }

  /** The same with that generation forced. */
  ReplayOptions as(Generation generation) {
    return new ReplayOptions(generation.name(), release, order, only, ignored);
  }

  /** All rules, profile chosen from the capture. */
  public static ReplayOptions forCapture(CaptureMeta meta) {
    return new ReplayOptions(null, meta.release(), ClockOrder.of(meta), Set.of(), Set.of());
  }

  /** All rules, profile chosen from the release and the events. */
  public static ReplayOptions forRelease(@Nullable String release) {
    return new ReplayOptions(null, release, ClockOrder.CLOSE, Set.of(), Set.of());
  }
}

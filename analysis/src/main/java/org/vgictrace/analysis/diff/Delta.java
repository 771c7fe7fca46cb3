package org.vgictrace.analysis.diff;

import org.jspecify.annotations.Nullable;

/**
 * One figure on both sides.
 *
 * @param name what it is
 * @param unit what it counts
 * @param a value in the first capture, null if it has none
 * @param b value in the second capture, null if it has none
 */
public record Delta(String name, Unit unit, @Nullable Double a, @Nullable Double b) {

  /** The difference, null if one side has no value. */
  public @Nullable Double change() {
    return a == null || b == null ? null : b - a;
  }

  /** The difference as a share of the first value, null if there is none or that is 0. */
  public @Nullable Double relative() {
    return a == null || b == null || a == 0 ? null : (b - a) / a;
  }
}

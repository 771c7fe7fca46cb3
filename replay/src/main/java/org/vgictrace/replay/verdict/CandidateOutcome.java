package org.vgictrace.replay.verdict;

import org.vgictrace.replay.rule.Generation;

/**
 * What became of a generation that might have been the recorded one.
 *
 * @param generation the candidate
 * @param fate whether it can have been it
 * @param by what excludes or refutes it, such as {@code INV-UF-4 at seq 82}; empty if it explains
 *     the capture
 */
public record CandidateOutcome(Generation generation, Fate fate, String by) {
  /** Whether a candidate can have been the recorded generation. */
  public enum Fate {
    /** Nothing in the capture contradicts it. */
    EXPLAINS,
    /** The capture breaks rules of it that another candidate does not have or keeps. */
    REFUTED,
    /** An event or field was recorded that it does not have. */
    EXCLUDED
  }

  /** {@code refuted by INV-LRE-4 at seq 2275}. */
  public String words() {
    return switch (fate) {
      case EXPLAINS -> "possible as well";
      case REFUTED -> "refuted by " + by;
      case EXCLUDED -> "excluded by " + by;
    };
  }
}

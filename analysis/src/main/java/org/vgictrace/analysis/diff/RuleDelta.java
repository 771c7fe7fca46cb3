package org.vgictrace.analysis.diff;

import org.vgictrace.replay.rule.Rule;

/**
 * Verdicts on one rule on both sides.
 *
 * @param rule the rule
 * @param inconsistentA instances broken in the first capture
 * @param inconsistentB instances broken in the second capture
 * @param undecidedA instances of the first capture that could not be decided
 * @param undecidedB instances of the second capture that could not be decided
 * @param totalA all instances of the first capture
 * @param totalB all instances of the second capture
 */
public record RuleDelta(
    Rule rule,
    long inconsistentA,
    long inconsistentB,
    long undecidedA,
    long undecidedB,
    long totalA,
    long totalB) {}

package org.vgictrace.replay.verdict;

import org.vgictrace.replay.rule.Transition;

/**
 * How often a step of the model was exercised.
 *
 * @param transition the step
 * @param times how often the recording shows it
 */
public record TransitionCount(Transition transition, long times) {}

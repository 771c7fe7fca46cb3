package org.vgictrace.replay.engine;

/**
 * How much of the recording a contradiction rests on, and therefore what could still explain it
 * away.
 */
public enum Strength {
  /** One event, or events that stand side by side, contradict each other: nothing explains it. */
  HARD,
  /**
   * Two events contradict each other unless something happened between them that was not recorded.
   * Withdrawn when the recording has gaps that the recorder did not mark.
   */
  SOFT,
  /**
   * Something is missing. One missing event may be a lost event; only a repeated absence in a
   * recording without gaps is a finding.
   */
  ABSENCE
}

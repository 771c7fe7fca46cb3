package org.vgictrace.replay.engine;

/**
 * How much of the recording a contradiction rests on, and therefore what could still explain it
 * away.
 */
public enum Strength {
  /** One event contradicts itself or what cannot change: nothing explains it. */
  HARD,
  /**
   * Events that stand side by side in one thread contradict each other. A single lost event does
   * not explain it; a recording in which events are missing everywhere does.
   */
  PAIR,
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

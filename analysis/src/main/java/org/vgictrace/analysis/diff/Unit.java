package org.vgictrace.analysis.diff;

/** What a compared figure counts. */
public enum Unit {
  /** Occurrences per second. */
  PER_SECOND,
  /**
   * Occurrences per thousand guest entries, which does not depend on how long the recording was.
   */
  PER_1000_ENTRIES,
  /** Mean number. */
  MEAN,
  /** Nanoseconds. */
  NANOSECONDS,
  /** Share of a whole, in percent. */
  PERCENT
}

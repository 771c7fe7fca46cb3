package org.vgictrace.analysis.check;

import java.util.Locale;

/** What a check comes to. */
public enum Verdict {
  /** Something could be decided, and nothing contradicts the model. */
  CONSISTENT,
  /** At least one finding of severity error. */
  INCONSISTENT,
  /** Nothing could be decided. */
  INDETERMINATE;

  /** The lower-case name used in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package org.vgictrace.replay.rule;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
  /** No correct kernel of any or of the modelled version does this. */
  ERROR,
  /** Legal only under a documented race. */
  WARNING,
  /** Correct but slow, or merely remarkable. */
  INFO,
  /** A documented deviation of the modelled version. */
  QUIRK;

  /** The lower-case name used in reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

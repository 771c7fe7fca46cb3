package org.vgictrace.analysis.report;

import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.replay.rule.Severity;

/** How text reports set words off: with colours on a terminal, not at all elsewhere. */
public enum Style {
  /** No escape sequences. */
  PLAIN,
  /** ANSI colours. */
  COLOUR;

  private static final String RESET = "\u001b[0m";
  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[1;31m";
  private static final String GREEN = "\u001b[1;32m";
  private static final String YELLOW = "\u001b[1;33m";
  private static final String CYAN = "\u001b[1;36m";

  /** A heading or the marked line of a list. */
  String strong(String text) {
    return set(BOLD, text);
  }

  String severity(Severity severity, String text) {
    return switch (severity) {
      case ERROR -> set(RED, text);
      case WARNING -> set(YELLOW, text);
      case INFO, QUIRK -> set(CYAN, text);
    };
  }

  String verdict(Verdict verdict, String text) {
    return switch (verdict) {
      case CONSISTENT -> set(GREEN, text);
      case INCONSISTENT -> set(RED, text);
      case INDETERMINATE -> set(YELLOW, text);
    };
  }

  private String set(String code, String text) {
    return this == PLAIN ? text : code + text + RESET;
  }
}

package org.vgictrace.parser.diag;

/**
 * One thing that was noticed in an input.
 *
 * @param code stable lower-case name, such as {@code page-commit-too-large}
 * @param severity how bad it is
 * @param place where
 * @param message what, in one sentence without line breaks
 */
public record Diagnostic(String code, Severity severity, Place place, String message) {

  /** How bad a diagnostic is. */
  public enum Severity {
    /** Worth knowing; nothing is missing. */
    INFO,
    /** Something was guessed or ignored; every record was read. */
    WARNING,
    /** Something could not be read. */
    ERROR
  }
}

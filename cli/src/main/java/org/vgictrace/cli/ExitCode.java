package org.vgictrace.cli;

/** Exit codes of the process; scripts rely on them. */
final class ExitCode {
  /** Nothing at or above {@code --fail-on}. */
  static final int OK = 0;

  /** Findings. */
  static final int FINDINGS = 1;

  /** Wrong usage, or results could not be written where they were asked for. */
  static final int USAGE = 2;

  /** An input could not be read. */
  static final int UNREADABLE = 3;

  /** A bug of ours. */
  static final int INTERNAL = 4;

  private ExitCode() {}
}

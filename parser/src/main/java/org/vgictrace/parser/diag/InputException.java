package org.vgictrace.parser.diag;

import java.io.IOException;

/**
 * An input that cannot be read. The message is one line, {@code FILE: at byte|line N: what}, fit to
 * be shown as it is.
 */
public final class InputException extends IOException {
  private static final long serialVersionUID = 1L;

  public InputException(String file, Place place, String what) {
    super(file + ": at " + place + ": " + what);
  }

  /** For problems that have no place, such as a missing file. */
  public InputException(String file, String what) {
    super(file + ": " + what);
  }
}

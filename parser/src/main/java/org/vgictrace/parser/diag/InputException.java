package org.vgictrace.parser.diag;

import java.io.IOException;

/**
 * An input that cannot be read. The message is one line, {@code FILE: at byte|line N: what}, fit to
 * be shown as it is.
 */
public final class InputException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean unrecognised;

  public InputException(String file, Place place, String what) {
    this(file + ": at " + place + ": " + what, false);
  }

  /** For problems that have no place, such as a missing file. */
  public InputException(String file, String what) {
    this(file + ": " + what, false);
  }

  private InputException(String message, boolean unrecognised) {
    super(message);
    this.unrecognised = unrecognised;
  }

  /** For an input that is of no known format, rather than a damaged one of a known format. */
  public static InputException unrecognised(String file, String what) {
    return new InputException(file + ": " + what, true);
  }

  /** Whether the input is of no known format, as any other file among captures may be. */
  public boolean isUnrecognised() {
    return unrecognised;
  }
}

package org.vgictrace.parser.format;

/** A description that cannot be understood. The message is one line. */
public final class FormatException extends Exception {
  private static final long serialVersionUID = 1L;

  public FormatException(String message) {
    super(message);
  }
}

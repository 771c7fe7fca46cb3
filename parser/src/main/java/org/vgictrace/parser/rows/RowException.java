package org.vgictrace.parser.rows;

/** A row that cannot be read; the message says why. */
final class RowException extends Exception {
  private static final long serialVersionUID = 1L;

  RowException(String what) {
    super(what);
  }
}

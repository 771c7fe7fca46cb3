package org.vgictrace.parser.rows;

/** A row that cannot be read. */
final class RowException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String what;

  RowException(String what) {
    super(what);
    this.what = what;
  }

  /** Why it cannot be read. */
  String what() {
    return what;
  }
}

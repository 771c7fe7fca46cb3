package org.vgictrace.parser.rows;

/** How rows are written. Reads one line at a time; keeps what earlier lines say of later ones. */
interface RowSyntax {

  /** What a line is. */
  enum LineClass {
    /** A row. */
    ROW,
    /** The line goes on with the next one. */
    OPEN,
    /** Column names, or a remark. */
    NOTE,
    /** Something else. */
    FOREIGN
  }

  /** Name of the format. */
  String format();

  /**
   * Reads a line.
   *
   * @param text the line, or several of which all but the last were {@link LineClass#OPEN}
   * @param fields filled if it is a row
   * @throws RowException if it is a row that cannot be read
   */
  LineClass read(String text, Fields fields) throws RowException;
}

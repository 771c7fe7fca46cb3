package org.vgictrace.parser.diag;

/**
 * Where in an input something is.
 *
 * @param unit byte offset or line number
 * @param number offset from 0, or line from 1; for compressed inputs it counts in the uncompressed
 *     content
 * @param file name of the file within an input of several, empty for an input of one
 */
public record Place(Unit unit, long number, String file) {

  /** What a place counts. */
  public enum Unit {
    BYTE,
    LINE
  }

  /** A place in an input of one file. */
  public Place(Unit unit, long number) {
    this(unit, number, "");
  }

  public static Place at(long offset) {
    return new Place(Unit.BYTE, offset);
  }

  /** The same place in one of several files. */
  public Place in(String name) {
    return new Place(unit, number, name);
  }

  public static Place line(long number) {
    return new Place(Unit.LINE, number);
  }

  /** {@code byte 123}, {@code line 4} or {@code byte 123 of data.1}. */
  @Override
  public String toString() {
    String place = (unit == Unit.BYTE ? "byte " : "line ") + number;
    return file.isEmpty() ? place : place + " of " + file;
  }
}

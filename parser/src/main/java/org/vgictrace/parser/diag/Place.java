package org.vgictrace.parser.diag;

/**
 * Where in an input something is.
 *
 * @param unit byte offset or line number
 * @param number offset from 0, or line from 1; for compressed inputs it counts in the uncompressed
 *     content
 */
public record Place(Unit unit, long number) {

  /** What a place counts. */
  public enum Unit {
    BYTE,
    LINE
  }

  public static Place at(long offset) {
    return new Place(Unit.BYTE, offset);
  }

  public static Place line(long number) {
    return new Place(Unit.LINE, number);
  }

  /** {@code byte 123} or {@code line 4}. */
  @Override
  public String toString() {
    return (unit == Unit.BYTE ? "byte " : "line ") + number;
  }
}

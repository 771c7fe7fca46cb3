package org.vgictrace.parser.bind;

import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;

/**
 * Where one column gets its value from a field, and which values it can hold.
 *
 * <p>A number that the column cannot hold leaves it null. Text prints unsigned fields as signed
 * numbers at times ({@code %d} of a u32), so a negative number counts by its bits.
 */
public final class Target {
  /** Index of the column in its kind. */
  public final int column;

  /** Index in an array field, -1 for a field that is none. */
  public final int element;

  private final boolean isText;
  private final boolean isBool;
  private final int shift;
  private final long mask;
  private final long least;
  private final long most;

  /** How far a value is shifted up and down again to cut it to the column's width. */
  private final int cut;

  private final boolean signed;

  /**
   * @param element index in an array field, -1 for a field that is none
   * @param shift lowest bit of the field that the column takes
   * @param bits how many bits it takes, 64 for all
   */
  public Target(int column, Column declared, int element, int shift, int bits) {
    ColumnType type = declared.type();
    this.column = column;
    this.element = element;
    this.shift = shift;
    this.mask = bits == Long.SIZE ? -1L : (1L << bits) - 1;
    this.isText = type == ColumnType.NAME;
    this.isBool = type == ColumnType.BOOL;
    this.signed = type == ColumnType.INT32;
    int width =
        switch (type) {
          case UINT8 -> 8;
          case UINT16 -> 16;
          case UINT32, INT32, HEX32 -> 32;
          case BOOL, INT64, HEX64, ENUM, NAME, BYTES -> 64;
        };
    this.cut = Long.SIZE - width;
    if (type == ColumnType.ENUM) {
      least = 0;
      most = declared.labels().size() - 1L;
    } else if (type == ColumnType.NAME || type == ColumnType.BYTES) {
      least = 0;
      most = -1;
    } else {
      least = Long.MIN_VALUE >> cut;
      most = width == Long.SIZE ? Long.MAX_VALUE : (1L << width) - 1;
    }
  }

  /** Whether the column is a text and takes no numbers. */
  public boolean isText() {
    return isText;
  }

  /** Whether the column can hold its part of the field's value. */
  public boolean fits(long field) {
    long value = field >>> shift & mask;
    return value >= least && value <= most;
  }

  /** The column's part of the field's value as a table holds it. */
  public long held(long field) {
    long value = field >>> shift & mask;
    if (isBool) {
      return value == 0 ? 0 : 1;
    }
    return signed ? value << cut >> cut : value << cut >>> cut;
  }
}

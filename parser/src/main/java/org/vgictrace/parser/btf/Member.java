package org.vgictrace.parser.btf;

/**
 * Where a member of a structure is.
 *
 * @param type id of its type
 * @param bitOffset from the start of the structure; in a bit-field of a big-endian kernel bit 0 is
 *     the topmost of a byte
 * @param bitWidth width of a bit-field, 0 for any other member
 */
public record Member(int type, long bitOffset, int bitWidth) {

  /** Whether it is a bit-field. */
  public boolean isBitField() {
    return bitWidth > 0;
  }
}

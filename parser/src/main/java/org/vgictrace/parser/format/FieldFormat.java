package org.vgictrace.parser.format;

/**
 * One field of a binary record.
 *
 * @param name field name
 * @param type type as declared, such as {@code unsigned long} or {@code __data_loc char[]}
 * @param offset bytes from the beginning of the record
 * @param size bytes in the record; for dynamic fields 4, the size of the locator. 0 for a tail
 * @param signed whether numbers are signed
 * @param storage how the value is stored
 * @param elementBytes bytes of one element of an array, of the number itself otherwise; 0 if it has
 *     no fixed size
 */
public record FieldFormat(
    String name,
    String type,
    long offset,
    long size,
    boolean signed,
    Storage storage,
    int elementBytes) {

  /** How a field's value is stored in a record. */
  public enum Storage {
    /** One number of 1, 2, 4 or 8 bytes. */
    NUMBER,
    /** A fixed number of elements. */
    ARRAY,
    /** Elements up to the end of the record. */
    TAIL,
    /**
     * A 4-byte locator: length in the upper 16 bits, offset from the record's beginning in the
     * lower ones.
     */
    DATA_LOC,
    /** The same with an offset from the end of the locator. */
    REL_LOC,
    /** Something else of a fixed size. */
    OPAQUE
  }

  /** Number of elements of an array, 1 for a number, 0 if it is not fixed. */
  public long elements() {
    return elementBytes > 0 && (storage == Storage.ARRAY || storage == Storage.NUMBER)
        ? size / elementBytes
        : 0;
  }

  /** Whether the value is text: an array of {@code char}. */
  public boolean isText() {
    return elementBytes == 1
        && storage != Storage.NUMBER
        && (type.equals("char") || type.endsWith(" char") || type.contains("char["));
  }
}

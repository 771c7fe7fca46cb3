package org.vgictrace.parser.event;

/**
 * The type of a column. In memory every value is a {@code long}; the type says how to read it, how
 * it is printed and which Arrow type carries it.
 */
public enum ColumnType {
  /** 0 or 1. */
  BOOL,
  /** Unsigned 8-bit number. */
  UINT8,
  /** Unsigned 16-bit number. */
  UINT16,
  /** Unsigned 32-bit number. */
  UINT32,
  /** Signed 32-bit number, sign-extended. */
  INT32,
  /** Signed 64-bit number. */
  INT64,
  /** 32-bit register image; printed in hexadecimal. */
  HEX32,
  /** 64-bit register image, address or pointer; printed in hexadecimal. */
  HEX64,
  /** Code of one of {@link Column#labels()}; printed and stored as the label. */
  ENUM,
  /** Identifier in the capture's {@link Names}. */
  NAME,
  /** Bytes in the table's arena: offset in the upper, length in the lower 32 bits. */
  BYTES
}

package org.vgictrace.parser.printfmt;

import org.jspecify.annotations.Nullable;

/**
 * The record that a text is made of. Reading outside of it gives 0 and is remembered as a {@link
 * #fault()}. Not thread-safe.
 */
final class RecordView {
  private final boolean bigEndian;
  private byte[] bytes = new byte[0];
  private int start;
  private int length;
  private @Nullable String fault;

  /** Where the array found last begins in the record. */
  private int spanStart;

  private int spanLength;

  RecordView(boolean bigEndian) {
    this.bigEndian = bigEndian;
  }

  /** Goes to another record, which lies in the array as a whole. */
  void set(byte[] record, int from, int count) {
    bytes = record;
    start = from;
    length = count;
    fault = null;
  }

  int length() {
    return length;
  }

  /** Why a value asked for since {@link #clearFault()} does not exist; null if all did. */
  @Nullable String fault() {
    return fault;
  }

  void fault(String what) {
    fault = what;
  }

  void clearFault() {
    fault = null;
  }

  /** The number of 1 to 8 bytes at an offset. */
  long number(long offset, int width, boolean signed) {
    if (offset < 0 || offset > length - width) {
      fault = "outside";
      return 0;
    }
    long value = 0;
    int at = start + (int) offset;
    for (int i = 0; i < width; i++) {
      value = value << 8 | bytes[at + (bigEndian ? i : width - 1 - i)] & 0xff;
    }
    return CType.cut(value, width * Byte.SIZE, signed);
  }

  /** Makes a part of the record the array found. */
  void span(long offset, long count) {
    if (offset < 0 || count < 0 || offset > length - count) {
      fault = "outside";
      spanStart = 0;
      spanLength = 0;
      return;
    }
    spanStart = (int) offset;
    spanLength = (int) count;
  }

  int spanStart() {
    return spanStart;
  }

  int spanLength() {
    return spanLength;
  }

  int u8(int offset) {
    return bytes[start + offset] & 0xff;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where an offset of the record is in {@link #bytes()}. */
  int position(int offset) {
    return start + offset;
  }
}

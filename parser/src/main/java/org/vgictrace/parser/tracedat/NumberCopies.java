package org.vgictrace.parser.tracedat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import org.vgictrace.parser.event.KindTable;

/**
 * Copies the numbers of a record that have a fixed place into columns. All widths take the same
 * way, so that the loop has no branches: eight bytes are read from the number's offset, and two
 * shifts leave the wanted bits with their sign.
 *
 * <pre>
 *   column = (8 bytes at offset &lt;&lt; up &gt;&gt; down) &amp; mask
 *
 *   little endian   | bytes behind the number | number |       up  = 64 - highest bit wanted
 *   big endian      | number | bytes behind the number |       up  = 8 * width - highest bit wanted
 * </pre>
 *
 * <p>Reading eight bytes may touch up to {@link #SLACK_BYTES} behind the record; the array must
 * have them.
 */
final class NumberCopies {
  /** Bytes that an array with records must have behind the last one. */
  static final int SLACK_BYTES = Long.BYTES - 1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /**
   * One number.
   *
   * @param column column to fill
   * @param offset bytes from the beginning of the record
   * @param width bytes of the number
   * @param shift lowest bit wanted
   * @param bits number of bits wanted
   * @param mask bits to keep of their sign-extended value
   */
  record Copy(int column, int offset, int width, int shift, int bits, long mask) {}

  private final boolean bigEndian;
  private final boolean toBool;
  private final int[] columns;
  private final int[] offsets;
  private final int[] ends;
  private final int[] ups;
  private final int[] downs;
  private final long[] masks;
  private final int end;
  private final long present;

  /**
   * @param toBool whether the columns are 1 where any of the bits is set
   */
  NumberCopies(List<Copy> copies, boolean toBool, boolean bigEndian) {
    this.bigEndian = bigEndian;
    this.toBool = toBool;
    int count = copies.size();
    columns = new int[count];
    offsets = new int[count];
    ends = new int[count];
    ups = new int[count];
    downs = new int[count];
    masks = new long[count];
    int last = 0;
    long all = 0;
    for (int i = 0; i < count; i++) {
      Copy copy = copies.get(i);
      columns[i] = copy.column();
      offsets[i] = copy.offset();
      ends[i] = copy.offset() + copy.width();
      int size = bigEndian ? copy.width() * Byte.SIZE : Long.SIZE;
      ups[i] = size - copy.shift() - copy.bits();
      downs[i] = Long.SIZE - copy.bits();
      masks[i] = copy.mask();
      last = Math.max(last, ends[i]);
      all |= 1L << copy.column();
    }
    end = last;
    present = all;
  }

  int count() {
    return columns.length;
  }

  /** How long a record must be to have all the numbers. */
  int end() {
    return end;
  }

  /** Fills a row from a record that has all the numbers. Returns the columns filled, as bits. */
  long copy(KindTable table, int row, byte[] bytes, int start) {
    if (toBool) {
      for (int i = 0; i < columns.length; i++) {
        long v = number(bytes, start, i);
        table.values(columns[i])[row] = (v | -v) >>> Long.SIZE - 1;
      }
    } else {
      for (int i = 0; i < columns.length; i++) {
        table.values(columns[i])[row] = number(bytes, start, i);
      }
    }
    return present;
  }

  /** Fills a row from a record that may lack some. Returns the columns filled, as bits. */
  long copyWithin(KindTable table, int row, byte[] bytes, int start, int length) {
    long filled = 0;
    for (int i = 0; i < columns.length; i++) {
      if (ends[i] <= length) {
        long v = number(bytes, start, i);
        table.values(columns[i])[row] = toBool && v != 0 ? 1 : v;
        filled |= 1L << columns[i];
      }
    }
    return filled;
  }

  private long number(byte[] bytes, int start, int i) {
    long v = (long) LONG.get(bytes, start + offsets[i]);
    if (bigEndian) {
      v = Long.reverseBytes(v);
    }
    return v << ups[i] >> downs[i] & masks[i];
  }
}

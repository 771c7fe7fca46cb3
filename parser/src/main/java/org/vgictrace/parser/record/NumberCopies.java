package org.vgictrace.parser.record;

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
public final class NumberCopies {
  /** Bytes that an array with records must have behind the last one. */
  public static final int SLACK_BYTES = Long.BYTES - 1;

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
   * @param toBool whether the column is 1 where any of the bits is set
   */
  record Copy(int column, int offset, int width, int shift, int bits, long mask, boolean toBool) {}

  private final boolean bigEndian;
  private final int[] columns;
  private final int[] offsets;
  private final int[] ends;
  private final int[] ups;
  private final int[] downs;
  private final long[] masks;
  private final boolean[] toBool;
  private final int end;
  private final long present;

  NumberCopies(List<Copy> copies, boolean bigEndian) {
    this.bigEndian = bigEndian;
    int count = copies.size();
    columns = new int[count];
    offsets = new int[count];
    ends = new int[count];
    ups = new int[count];
    downs = new int[count];
    masks = new long[count];
    toBool = new boolean[count];
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
      toBool[i] = copy.toBool();
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

  /**
   * Fills rows from records that have all the numbers, column by column.
   *
   * @param rows the row of each record
   * @param count number of records
   * @param bytes the records
   * @param start where the first of them starts
   * @param stride how far apart they start
   */
  void copyAll(KindTable table, int[] rows, int count, byte[] bytes, int start, int stride) {
    for (int i = 0; i < columns.length; i++) {
      long[] values = table.values(columns[i]);
      if (bigEndian || toBool[i]) {
        for (int k = 0; k < count; k++) {
          values[rows[k]] = number(bytes, start + k * stride, i);
        }
      } else {
        column(values, rows, count, bytes, start + offsets[i], stride, i);
      }
    }
    long[] masksOfRows = table.present();
    for (int k = 0; k < count; k++) {
      masksOfRows[rows[k]] |= present;
    }
  }

  /** The usual column: little endian and not a yes or no. */
  private void column(
      long[] values, int[] rows, int count, byte[] bytes, int start, int stride, int i) {
    int up = ups[i];
    int down = downs[i];
    long mask = masks[i];
    int at = start;
    for (int k = 0; k < count; k++) {
      values[rows[k]] = (long) LONG.get(bytes, at) << up >> down & mask;
      at += stride;
    }
  }

  /** Fills a row from a record that may lack some. Returns the columns filled, as bits. */
  long copyWithin(KindTable table, int row, byte[] bytes, int start, int length) {
    long filled = 0;
    for (int i = 0; i < columns.length; i++) {
      if (ends[i] <= length) {
        table.values(columns[i])[row] = number(bytes, start, i);
        filled |= 1L << columns[i];
      }
    }
    table.present()[row] |= filled;
    return filled;
  }

  private long number(byte[] bytes, int start, int i) {
    long v = (long) LONG.get(bytes, start + offsets[i]);
    if (bigEndian) {
      v = Long.reverseBytes(v);
    }
    v = v << ups[i] >> downs[i] & masks[i];
    return toBool[i] && v != 0 ? 1 : v;
  }
}

package org.vgictrace.parser.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;

/**
 * One column of an Arrow record batch while its rows are collected. Rows come in runs; a run
 * without nulls, the usual case, is copied without looking at each row. Values under nulls are 0,
 * so equal input gives equal bytes.
 *
 * <p>This class and its subclasses are the hot part of writing: loops over arrays of primitives,
 * nothing else.
 */
abstract class ArrowColumn {
  /** Most rows in a run. */
  static final int RUN_MAX = Batch.EVENTS_MAX;

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();
  private static final byte[] ZEROS = new byte[RUN_MAX * Long.BYTES];

  /** Kept from the first null on; most columns never have one. */
  private final Bits valid;

  private int nulls;

  /** Rows so far. */
  int rows;

  ArrowColumn(int capacity) {
    this.valid = new Bits(capacity, direct(capacity / 8));
  }

  static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Adds rows that all have a value. */
  final void addAll(long[] values, int from, int count) {
    addValid(count);
    put(values, from, count);
    rows += count;
  }

  /** Adds rows without a value. */
  final void addNone(int count) {
    expectNulls();
    valid.zeros(count);
    nulls += count;
    putZeros(count);
    rows += count;
  }

  /**
   * Adds rows of which some have a value.
   *
   * @param present per row the set of columns that have a value
   * @param column which bit of it counts
   * @param scratch at least {@code count} long
   */
  final void addSome(
      long[] values, long[] present, int column, int from, int count, long[] scratch) {
    expectNulls();
    nulls += count - valid.take(present, column, from, count);
    long absent = absent();
    for (int i = 0; i < count; i++) {
      long mask = -(present[from + i] >>> column & 1);
      scratch[i] = values[from + i] & mask | absent & ~mask;
    }
    put(scratch, 0, count);
    rows += count;
  }

  /** Rows without a value so far. */
  final int nulls() {
    return nulls;
  }

  /**
   * Adds the column's buffers, validity first, in Arrow's order; they hold good until {@link
   * #clear}.
   */
  final void collect(List<ByteBuffer> buffers) {
    buffers.add(nulls == 0 ? EMPTY : valid.bytes());
    collectValues(buffers);
  }

  void clear() {
    valid.clear();
    nulls = 0;
    rows = 0;
  }

  /** What {@link #put} is given where there is no value; it stores 0 for that. */
  long absent() {
    return 0;
  }

  /** Stores values from row {@link #rows} on. */
  abstract void put(long[] values, int from, int count);

  /** Stores what stands under nulls from row {@link #rows} on. */
  abstract void putZeros(int count);

  abstract void collectValues(List<ByteBuffer> buffers);

  final void addValid(int count) {
    if (nulls > 0) {
      valid.ones(count);
    }
  }

  private void expectNulls() {
    if (nulls == 0) {
      valid.ones(rows);
    }
  }

  /** Values of a fixed number of bytes. */
  abstract static class Fixed extends ArrowColumn {
    private final int width;
    final ByteBuffer bytes;

    Fixed(int capacity, int width) {
      super(capacity);
      this.width = width;
      this.bytes = direct(capacity * width);
    }

    @Override
    final void putZeros(int count) {
      bytes.put(rows * width, ZEROS, 0, count * width);
    }

    @Override
    final void collectValues(List<ByteBuffer> buffers) {
      buffers.add(bytes.clear().limit(rows * width));
    }

    @Override
    final void clear() {
      super.clear();
      bytes.clear();
    }
  }

  /** 64-bit numbers. */
  static final class Wide extends Fixed {
    private final LongBuffer target;

    Wide(int capacity) {
      super(capacity, Long.BYTES);
      target = bytes.asLongBuffer();
    }

    @Override
    void put(long[] values, int from, int count) {
      target.put(rows, values, from, count);
    }
  }

  /** Columns that also take their values from {@code int} arrays, as the common columns are. */
  abstract static class FromInts extends Fixed {
    FromInts(int capacity, int width) {
      super(capacity, width);
    }

    /** Adds rows that all have a value. */
    final void addAll(int[] values, int from, int count) {
      addValid(count);
      put(values, from, count);
      rows += count;
    }

    /** Stores values from row {@link #rows} on. */
    abstract void put(int[] values, int from, int count);
  }

  /** 32-bit numbers. */
  static final class Narrow extends FromInts {
    private final int[] run;
    private final IntBuffer target;

    Narrow(int capacity, Scratch scratch) {
      super(capacity, Integer.BYTES);
      run = scratch.ints;
      target = bytes.asIntBuffer();
    }

    @Override
    void put(long[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        run[i] = (int) values[from + i];
      }
      target.put(rows, run, 0, count);
    }

    @Override
    void put(int[] values, int from, int count) {
      target.put(rows, values, from, count);
    }
  }

  /** Names, as indexes into a dictionary. */
  static final class Named extends FromInts {
    private final int[] run;
    private final ArrowDictionary dictionary;
    private final IntBuffer target;

    Named(int capacity, ArrowDictionary dictionary, Scratch scratch) {
      super(capacity, Integer.BYTES);
      this.dictionary = dictionary;
      run = scratch.ints;
      target = bytes.asIntBuffer();
    }

    @Override
    long absent() {
      return ArrowDictionary.ABSENT;
    }

    @Override
    void put(long[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        run[i] = dictionary.index((int) values[from + i]);
      }
      target.put(rows, run, 0, count);
    }

    @Override
    void put(int[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        run[i] = dictionary.index(values[from + i]);
      }
      target.put(rows, run, 0, count);
    }
  }

  /** 16-bit numbers. */
  static final class Half extends Fixed {
    Half(int capacity) {
      super(capacity, Short.BYTES);
    }

    @Override
    void put(long[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        bytes.putShort((rows + i) * Short.BYTES, (short) values[from + i]);
      }
    }
  }

  /** 8-bit numbers. */
  static class Tiny extends FromInts {
    private final byte[] run;

    Tiny(int capacity, Scratch scratch) {
      super(capacity, Byte.BYTES);
      run = scratch.bytes;
    }

    @Override
    void put(long[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        run[i] = (byte) values[from + i];
      }
      bytes.put(rows, run, 0, count);
    }

    @Override
    final void put(int[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        run[i] = (byte) values[from + i];
      }
      bytes.put(rows, run, 0, count);
    }
  }

  /** Codes of a column with labels, as indexes into the dictionary of its labels. */
  static final class Code extends Tiny {
    private final Column column;

    Code(int capacity, Column column, Scratch scratch) {
      super(capacity, scratch);
      if (column.labels().size() - 1 > Byte.MAX_VALUE) {
        throw new AssertionError("too many labels: " + column.name());
      }
      this.column = column;
    }

    @Override
    void put(long[] values, int from, int count) {
      long wrong = 0;
      int labels = column.labels().size();
      for (int i = from; i < from + count; i++) {
        // Negative if the code is negative or has no label.
        wrong |= values[i] | labels - 1 - values[i];
      }
      if (wrong < 0) {
        throw new IllegalStateException("column " + column.name() + " has a code without a label");
      }
      super.put(values, from, count);
    }
  }

  /** Booleans, one bit each. */
  static final class Truth extends ArrowColumn {
    private final Bits bits;

    Truth(int capacity) {
      super(capacity);
      bits = new Bits(capacity, direct(capacity / 8));
    }

    @Override
    void put(long[] values, int from, int count) {
      bits.take(values, 0, from, count);
    }

    @Override
    void putZeros(int count) {
      bits.zeros(count);
    }

    @Override
    void collectValues(List<ByteBuffer> buffers) {
      buffers.add(bits.bytes());
    }

    @Override
    void clear() {
      super.clear();
      bits.clear();
    }
  }

  /** Byte strings: offsets into one run of bytes, which grows as needed. */
  static final class Blob extends ArrowColumn {
    private final ByteBuffer offsets;
    private ByteBuffer data = direct(1 << 12);
    private byte[] arena = new byte[0];

    Blob(int capacity) {
      super(capacity);
      offsets = direct((capacity + 1) * Integer.BYTES);
    }

    /** Says where the bytes of the next rows are. */
    void from(byte[] arena) {
      this.arena = arena;
    }

    /** Bytes so far. */
    int size() {
      return data.position();
    }

    @Override
    void put(long[] values, int from, int count) {
      for (int i = 0; i < count; i++) {
        long value = values[from + i];
        int length = (int) value;
        if (data.remaining() < length) {
          grow(length);
        }
        data.put(arena, (int) (value >>> 32), length);
        offsets.putInt((rows + i + 1) * Integer.BYTES, data.position());
      }
    }

    @Override
    void putZeros(int count) {
      for (int i = 0; i < count; i++) {
        offsets.putInt((rows + i + 1) * Integer.BYTES, data.position());
      }
    }

    @Override
    void collectValues(List<ByteBuffer> buffers) {
      buffers.add(offsets.clear().limit((rows + 1) * Integer.BYTES));
      buffers.add(data.duplicate().flip());
    }

    @Override
    void clear() {
      super.clear();
      offsets.clear();
      data.clear();
    }

    private void grow(int length) {
      int needed = Math.addExact(data.position(), length);
      ByteBuffer larger =
          direct((int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, data.capacity() * 2L)));
      data = larger.put(data.flip());
    }
  }
}

package org.vgictrace.parser.table;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * A growing row of bits of fixed capacity, least significant bit first, as Arrow packs validity and
 * booleans.
 */
final class Bits {
  private final long[] words;
  private final LongBuffer target;
  private final ByteBuffer bytes;
  private int size;

  /**
   * @param capacity most bits, a multiple of 64
   * @param bytes where {@link #bytes()} puts them, at least {@code capacity / 8} bytes,
   *     little-endian
   */
  Bits(int capacity, ByteBuffer bytes) {
    this.words = new long[capacity / Long.SIZE];
    this.bytes = bytes;
    this.target = bytes.asLongBuffer();
  }

  /** Adds zeros. */
  void zeros(int count) {
    size += count;
  }

  /** Adds ones. */
  void ones(int count) {
    int end = size + count;
    while (size < end) {
      int bit = size & 63;
      int n = Math.min(64 - bit, end - size);
      words[size >>> 6] |= -1L >>> (64 - n) << bit;
      size += n;
    }
  }

  /**
   * Adds bit {@code shift} of {@code count} numbers.
   *
   * @return how many of them are 1
   */
  int take(long[] source, int shift, int from, int count) {
    int ones = 0;
    int i = from;
    int end = from + count;
    while (i < end) {
      int bit = size & 63;
      int n = Math.min(64 - bit, end - i);
      long word = 0;
      for (int k = 0; k < n; k++) {
        word |= (source[i + k] >>> shift & 1) << k;
      }
      ones += Long.bitCount(word);
      words[size >>> 6] |= word << bit;
      size += n;
      i += n;
    }
    return ones;
  }

  /** The bits so far as bytes; those after the last bit are 0. Valid until the next change. */
  ByteBuffer bytes() {
    target.clear();
    target.put(words, 0, (size + 63) >>> 6);
    return bytes.clear().limit((size + 7) >>> 3);
  }

  void clear() {
    Arrays.fill(words, 0, (size + 63) >>> 6, 0);
    size = 0;
  }
}

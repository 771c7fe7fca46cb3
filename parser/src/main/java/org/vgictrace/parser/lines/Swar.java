package org.vgictrace.parser.lines;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of text at a time, as one number whose lowest byte is the first ("SIMD within a
 * register"). The techniques are those of H. S. Warren, Hacker's Delight, chapters 6 and 7.
 *
 * <p>Hot code.
 */
public final class Swar {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long LOWS = ~HIGHS;

  private Swar() {}

  /** Eight bytes; they must be within the array. */
  public static long word(byte[] b, int p) {
    return (long) LONGS.get(b, p);
  }

  /** The first n bytes of a word, 0 to 8; the others are 0. */
  public static long first(long word, int n) {
    return n == Long.BYTES ? word : word & (1L << (n << 3)) - 1;
  }

  /** Index of the first byte that equals the given one, 8 if there is none. */
  public static int indexOf(long word, byte wanted) {
    return Long.numberOfTrailingZeros(matches(word, wanted)) >>> 3;
  }

  /**
   * The high bit of each byte that equals the given one. Bits above the lowest one that is set may
   * be wrong, but none is set if no byte is equal.
   */
  public static long matches(long word, byte wanted) {
    long x = word ^ (wanted & 0xffL) * ONES;
    return x - ONES & ~x & HIGHS;
  }

  /**
   * Length of what two ranges of bytes have in common from their beginnings on, at most {@code
   * most}. Both arrays go on for a word behind that.
   */
  public static int common(byte[] a, int p, byte[] b, int q, int most) {
    for (int i = 0; i < most; i += Long.BYTES) {
      long difference = word(a, p + i) ^ word(b, q + i);
      if (difference != 0) {
        return Math.min(most, i + (Long.numberOfTrailingZeros(difference) >>> 3));
      }
    }
    return most;
  }

  /** Index of a byte in a part of an array, -1 if it is not there. */
  public static int indexOf(byte[] b, int from, int to, byte wanted) {
    long eight = (wanted & 0xffL) * ONES;
    int p = from;
    for (; p + 4 * Long.BYTES <= to; p += 4 * Long.BYTES) {
      long x0 = word(b, p) ^ eight;
      long x1 = word(b, p + 8) ^ eight;
      long x2 = word(b, p + 16) ^ eight;
      long x3 = word(b, p + 24) ^ eight;
      long found = x0 - ONES & ~x0 | x1 - ONES & ~x1 | x2 - ONES & ~x2 | x3 - ONES & ~x3;
      if ((found & HIGHS) != 0) {
        break;
      }
    }
    for (; p + Long.BYTES <= to; p += Long.BYTES) {
      int at = indexOf(word(b, p), wanted);
      if (at < Long.BYTES) {
        return p + at;
      }
    }
    for (; p < to; p++) {
      if (b[p] == wanted) {
        return p;
      }
    }
    return -1;
  }

  /** How many bytes at the beginning of a word are such as a C identifier may contain. */
  public static int wordBytes(long word) {
    long ascii = word & LOWS;
    long lower = ascii | 0x20 * ONES;
    long digit = ascii + (0x80 - '0') * ONES & ~(ascii + (0x7f - '9') * ONES);
    long letter = lower + (0x80 - 'a') * ONES & ~(lower + (0x7f - 'z') * ONES);
    long underscore = ~((ascii ^ '_' * ONES) + LOWS);
    long other = ~((digit | letter | underscore) & ~word) & HIGHS;
    return Long.numberOfTrailingZeros(other) >>> 3;
  }

  /** Value of the six decimal digits that a word begins with, -1 if they are not. */
  public static long sixDigits(long word) {
    // Two zeros before them make eight.
    long digits = word << 16 | '0' << 8 | '0';
    if ((((digits + 0x46 * ONES) | (digits - '0' * ONES)) & HIGHS) != 0) {
      return -1;
    }
    return eightDigits(digits & 0x0f * ONES);
  }

  /** How many decimal digits the word begins with. */
  public static int decimalDigits(long word) {
    long digits = word ^ '0' * ONES;
    long other = ((digits & LOWS) + (0x7f - 9) * ONES | digits) & HIGHS;
    return Long.numberOfTrailingZeros(other) >>> 3;
  }

  /** Value of the first n bytes, which are decimal digits; n is 1 to 8. */
  public static long decimalValue(long word, int n) {
    return eightDigits((word ^ '0' * ONES) << (Long.BYTES - n << 3));
  }

  /** Value of eight bytes from 0 to 9, which add up in pairs. */
  private static long eightDigits(long digits) {
    long pairs = digits * (10 << 8 | 1) >>> 8 & 0x00ff00ff00ff00ffL;
    long fours = pairs * (100 << 16 | 1) >>> 16 & 0x0000ffff0000ffffL;
    return fours * (10_000L << 32 | 1) >>> 32;
  }

  /** How many hexadecimal digits the word begins with. */
  public static int hexDigits(long word) {
    long ascii = word & LOWS;
    long lower = ascii | 0x20 * ONES;
    long digit = ascii + (0x80 - '0') * ONES & ~(ascii + (0x7f - '9') * ONES);
    long letter = lower + (0x80 - 'a') * ONES & ~(lower + (0x7f - 'f') * ONES);
    long other = ~((digit | letter) & ~word) & HIGHS;
    return Long.numberOfTrailingZeros(other) >>> 3;
  }

  /** Value of the first n bytes, which are hexadecimal digits; n is 1 to 8. */
  public static long hexValue(long word, int n) {
    long nibbles = (word & 0x0f * ONES) + (word >>> 6 & ONES) * 9 << (Long.BYTES - n << 3);
    long bytes = (nibbles << 4 | nibbles >>> 8) & 0x00ff00ff00ff00ffL;
    long shorts = (bytes << 8 | bytes >>> 16) & 0x0000ffff0000ffffL;
    return (shorts << 16 | shorts >>> 32) & 0xffffffffL;
  }

  /** A number to look bytes up by in a table. */
  public static int hash(long first, long second) {
    long h = first ^ second * 0x9e3779b97f4a7c15L;
    // A product tells nothing of the high bits of its factors in its low ones.
    return (int) ((h ^ h >>> 32) * 0xc2b2ae3d27d4eb4fL >>> 32);
  }
}

package org.vgictrace.parser.input;

/**
 * How much a compressed input may expand. Honest traces stay far below: text compresses 10 to 30
 * times, pages of idle CPUs a few hundred times.
 */
public final class ExpansionLimit {
  /** Content up to this size is accepted whatever its ratio. */
  public static final long FREE_BYTES = 16L << 20;

  /** Most bytes of content per byte of input. */
  static final long RATIO = 1000;

  /** From here on only {@link #LARGE_RATIO} bytes of content may come per byte of input. */
  static final long LARGE_BYTES = 1L << 30;

  static final long LARGE_RATIO = 20;

  /** The limits in words. */
  public static final String TEXT = "1000 times, and 20 times beyond 1 GiB";

  private ExpansionLimit() {}

  /** Whether so much content from so much input is a decompression bomb. */
  public static boolean exceeded(long content, long input) {
    if (content <= FREE_BYTES) {
      return false;
    }
    return content / RATIO > input
        || content > LARGE_BYTES && (content - LARGE_BYTES) / LARGE_RATIO > input;
  }
}

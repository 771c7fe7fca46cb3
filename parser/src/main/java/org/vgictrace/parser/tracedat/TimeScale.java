package org.vgictrace.parser.tracedat;

/**
 * Cycles of a time stamp counter to nanoseconds (option TSC2NSEC): {@code ns = (cycles * multiplier
 * >> shift) + offset} with a 128-bit product.
 *
 * @param multiplier factor, greater than 0
 * @param shift bits, 0 to 63
 * @param offset nanoseconds
 */
record TimeScale(long multiplier, int shift, long offset) {

  long nanoseconds(long cycles) {
    long high = Math.multiplyHigh(cycles, multiplier);
    long low = cycles * multiplier;
    return (shift == 0 ? low : high << (Long.SIZE - shift) | low >>> shift) + offset;
  }
}

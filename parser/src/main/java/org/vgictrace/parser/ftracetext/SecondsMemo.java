package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.Swar;

/**
 * Remembers the seconds of the latest time: those of the next line are mostly the same.
 *
 * <pre>
 * [000] d..1.   426.842417: put_irq: ...
 *            |------|
 * </pre>
 *
 * <p>Hot code.
 */
final class SecondsMemo {
  private static final long NANOSECONDS = 1_000_000_000L;
  private static final long MICROSECOND = 1000;
  private static final int DECIMALS = 6;

  /** The bytes up to the point, as two words and the bits of these words that count. */
  private long word0 = -1;

  private long word1;
  private long mask0;
  private long mask1;
  private int length;
  private long nanoseconds;

  /**
   * Reads a time with six decimals whose seconds are the latest ones.
   *
   * @param from behind the flags; 32 bytes must be within the array
   * @return where the event's text begins, one blank behind the colon; -1 if it has to be read in
   *     another way
   */
  int read(byte[] b, int from, TextRecord r) {
    long difference =
        (Swar.word(b, from) ^ word0) & mask0 | (Swar.word(b, from + Long.BYTES) ^ word1) & mask1;
    int p = from + length;
    long micros = Swar.sixDigits(Swar.word(b, p));
    p += DECIMALS;
    if (difference != 0 || micros < 0 || length == 0 || b[p] != ':' || b[p + 1] != ' ') {
      return -1;
    }
    r.time = nanoseconds + micros * MICROSECOND;
    r.timeShape = TimeShape.NANOSECONDS;
    return p + 2;
  }

  /** Learns from a line that was read. */
  void learn(byte[] b, int from, TextRecord r) {
    if (r.timeShape != TimeShape.NANOSECONDS) {
      return;
    }
    int point = from;
    while (b[point] != '.') {
      point++;
    }
    if (point - from >= 2 * Long.BYTES) {
      return;
    }
    length = point + 1 - from;
    mask0 = Swar.first(-1L, Math.min(length, Long.BYTES));
    mask1 = Swar.first(-1L, Math.max(0, length - Long.BYTES));
    word0 = Swar.word(b, from);
    word1 = Swar.word(b, from + Long.BYTES);
    nanoseconds = r.time - r.time % NANOSECONDS;
  }
}

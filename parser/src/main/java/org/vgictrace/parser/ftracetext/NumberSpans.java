package org.vgictrace.parser.ftracetext;

import java.util.Arrays;
import org.vgictrace.parser.bind.Target;

/**
 * Where the numbers of one text are and which columns they feed, in their order. Noted down by what
 * reads a text, so that a {@link TextShape} can be learnt from it. Reused from text to text.
 *
 * <p>Also noted is where a reading was given up for another one: a text of the same shape is read
 * in the same way only if none of these places is inside a number.
 */
final class NumberSpans {
  /** Most numbers in a text that is learnt. */
  static final int SPANS_MAX = 64;

  private static final int REJECTIONS_MAX = 256;

  /** What may stand before the digits of a number: {@code -} or {@code 0x}. */
  private static final int MARK_BYTES_MAX = 2;

  private final int[] starts = new int[SPANS_MAX];
  private final int[] ends = new int[SPANS_MAX];
  private final boolean[] hexadecimal = new boolean[SPANS_MAX];
  private final Target[][] targets = new Target[SPANS_MAX][];
  private int count;

  private final int[] rejections = new int[REJECTIONS_MAX];
  private int rejected;
  private boolean spoilt;

  void clear() {
    clearNumbers();
    rejected = 0;
    spoilt = false;
  }

  /** Forgets the numbers only: another reading begins. */
  void clearNumbers() {
    count = 0;
  }

  /**
   * Notes a number.
   *
   * @param start position of its first byte, sign and {@code 0x} included
   * @param base16 whether it is hexadecimal though it may lack the {@code 0x}
   */
  void add(int start, int end, boolean base16, Target[] fed) {
    if (count == SPANS_MAX) {
      spoilt = true;
      return;
    }
    starts[count] = start;
    ends[count] = end;
    hexadecimal[count] = base16;
    targets[count++] = fed;
  }

  /** Notes that a byte made a reading fail. */
  void reject(int at) {
    if (rejected == REJECTIONS_MAX) {
      spoilt = true;
      return;
    }
    rejections[rejected++] = at;
  }

  /** Notes that the text is none to learn from. */
  void spoil() {
    spoilt = true;
  }

  int count() {
    return count;
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  boolean isHexadecimal(int index) {
    return hexadecimal[index];
  }

  Target[] targets(int index) {
    return targets[index];
  }

  /**
   * Whether texts that differ in the digits of the numbers only are read in the same way, and each
   * number alone decides on the columns it feeds.
   *
   * @param to end of the text
   * @param constants the columns that the text has no part in
   * @param set the columns that have got a value
   */
  boolean decide(byte[] b, int to, long constants, long set) {
    int last = 0;
    long free = set & ~constants;
    for (int i = 0; i < count; i++) {
      if (starts[i] < last || isJoined(b, ends[i], to) || isRejected(starts[i], ends[i])) {
        return false;
      }
      last = ends[i];
      for (Target target : targets[i]) {
        if ((free >>> target.column & 1) == 0) {
          return false;
        }
        free &= ~(1L << target.column);
      }
    }
    return !spoilt;
  }

  /** Whether what follows a number could belong to it if its digits were others. */
  private static boolean isJoined(byte[] b, int end, int to) {
    return end < to && AsciiCursor.isWord(b[end]);
  }

  private boolean isRejected(int start, int end) {
    return Arrays.stream(rejections, 0, rejected)
        .anyMatch(at -> at >= start - MARK_BYTES_MAX && at <= end);
  }
}

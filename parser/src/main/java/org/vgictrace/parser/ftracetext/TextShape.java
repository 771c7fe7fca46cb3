package org.vgictrace.parser.ftracetext;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.lines.LineSource;
import org.vgictrace.parser.lines.Swar;

/**
 * A text as it was seen before, together with the row that it gave. The texts of an event differ
 * from each other in digits only, mostly, and in few of them: only the numbers that differ are
 * read.
 *
 * <pre>
 * latest  irq=0xffff182dc8252100 intid=8206 active=0 enabled=1 hw=0 refs=3
 * record  irq=0xffff182dc8252580 intid=27 active=0 enabled=1 hw=0 refs=2
 *               |------------|->       |-->                            |>
 * </pre>
 *
 * <p>Learnt from a text that was read with the help of its binding, if that reading depends on
 * nothing but what stands between the numbers. Any other text does not match: numbers of more than
 * 16 digits, values that their column cannot hold, another word or one more blank.
 *
 * <p>Hot code. The texts must lie in an array that goes on for some bytes behind them and has a
 * line end at their end, as a {@link LineSource}'s.
 */
final class TextShape {
  private static final int HEX_BITS = 4;

  /** Longer texts are not learnt. */
  private static final int TEXT_BYTES_MAX = 1024;

  private static final long[] POWERS = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };
  private static final Target[] NOTHING = {};

  /** Which binding the texts fit. */
  final Alternative alternative;

  /** The latest text and its line end, with room for one word behind it. */
  private byte[] text;

  private int length;

  /** Where the digits of each number begin and end in the latest text. */
  private final int[] starts;

  private final int[] ends;
  private final boolean[] hexadecimal;
  private final boolean[] negative;
  private final Target[][] targets;

  /** The values of the latest text by column, and the set of columns that have one. */
  private final long[] row;

  private final long columns;

  private TextShape(
      byte[] b,
      int from,
      int to,
      Alternative alternative,
      long[] row,
      long columns,
      NumberSpans spans) {
    this.alternative = alternative;
    this.length = to - from;
    this.text = Arrays.copyOf(Arrays.copyOfRange(b, from, to + 1), length + 1 + Long.BYTES);
    int numbers = spans.count();
    this.starts = new int[numbers];
    this.ends = new int[numbers];
    this.hexadecimal = new boolean[numbers];
    this.negative = new boolean[numbers];
    this.targets = new Target[numbers][];
    for (int i = 0; i < numbers; i++) {
      ends[i] = spans.end(i) - from;
      starts[i] = spans.start(i) - from;
      negative[i] = text[starts[i]] == '-';
      boolean marked = ends[i] - starts[i] > 2 && (text[starts[i] + 1] | 0x20) == 'x';
      hexadecimal[i] = marked || spans.isHexadecimal(i);
      starts[i] += negative[i] ? 1 : marked ? 2 : 0;
      targets[i] = alternative.wanted() ? spans.targets(i) : NOTHING;
    }
    this.row = row.clone();
    this.columns = columns;
  }

  /**
   * Learns from a text that was read.
   *
   * @param row the values that came out, by column
   * @param columns the set of columns that have a value
   * @param spans the numbers in the text
   * @return null if the text is none to learn from
   */
  static @Nullable TextShape learn(
      byte[] b,
      int from,
      int to,
      Alternative alternative,
      long[] row,
      long columns,
      NumberSpans spans) {
    boolean continued = Swar.indexOf(b, from, to, (byte) '\n') >= 0;
    // What ends like a note of trace-cmd may be one.
    boolean noted = to > from && b[to - 1] == ']';
    if (to - from > TEXT_BYTES_MAX
        || continued
        || noted
        || !spans.decide(b, to, alternative.constantColumns(), columns)) {
      return null;
    }
    return new TextShape(b, from, to, alternative, row, columns, spans);
  }

  /**
   * Compares a text with the latest one and reads the numbers that differ.
   *
   * @return whether the text has the shape; then {@link #writeTo} writes its values
   */
  boolean match(byte[] b, int from, int to) {
    int number = 0;
    int at = 0;
    while (true) {
      at += Swar.common(b, from + at, text, at, length + 1 - at);
      if (at > length) {
        return from + length == to;
      }
      while (number < ends.length && ends[number] < at) {
        number++;
      }
      if (number == ends.length || starts[number] > at || !read(b, from, number)) {
        return false;
      }
      at = ends[number++];
    }
  }

  /** Writes the values of the latest text into a table's newest row. */
  void writeTo(KindTable table) {
    table.putAll(row, columns);
  }

  /** Makes a number of a text the latest one; everything before it is the same already. */
  private boolean read(byte[] b, int from, int number) {
    int start = starts[number];
    int n = hexadecimal[number] ? hexDigits(b, from + start) : decimalDigits(b, from + start);
    if (n == 0) {
      return false;
    }
    long value =
        hexadecimal[number] ? hexValue(b, from + start, n) : decimalValue(b, from + start, n);
    if (!put(targets[number], negative[number] ? -value : value)) {
      return false;
    }
    if (start + n != ends[number]) {
      shift(number, start + n - ends[number]);
    }
    System.arraycopy(b, from + start, text, start, n);
    return true;
  }

  private boolean put(Target[] fed, long value) {
    for (Target target : fed) {
      if (!target.fits(value)) {
        return false;
      }
    }
    for (Target target : fed) {
      row[target.column] = target.held(value);
    }
    return true;
  }

  /** Moves all behind a number to where its end will be. */
  private void shift(int number, int by) {
    int end = ends[number];
    int left = length + 1 - end;
    if (length + 1 + by + Long.BYTES > text.length) {
      text = Arrays.copyOf(text, 2 * text.length + by);
    }
    System.arraycopy(text, end, text, end + by, left);
    length += by;
    ends[number] += by;
    for (int i = number + 1; i < ends.length; i++) {
      starts[i] += by;
      ends[i] += by;
    }
  }

  private static int hexDigits(byte[] b, int p) {
    int n = Swar.hexDigits(Swar.word(b, p));
    return n < Long.BYTES ? n : n + Swar.hexDigits(Swar.word(b, p + Long.BYTES));
  }

  private static long hexValue(byte[] b, int p, int digits) {
    long word = Swar.word(b, p);
    if (digits <= Long.BYTES) {
      return Swar.hexValue(word, digits);
    }
    int more = digits - Long.BYTES;
    return Swar.hexValue(word, Long.BYTES) << more * HEX_BITS
        | Swar.hexValue(Swar.word(b, p + Long.BYTES), more);
  }

  private static int decimalDigits(byte[] b, int p) {
    int n = Swar.decimalDigits(Swar.word(b, p));
    return n < Long.BYTES ? n : n + Swar.decimalDigits(Swar.word(b, p + Long.BYTES));
  }

  private static long decimalValue(byte[] b, int p, int digits) {
    long word = Swar.word(b, p);
    if (digits <= Long.BYTES) {
      return Swar.decimalValue(word, digits);
    }
    int more = digits - Long.BYTES;
    return Swar.decimalValue(word, Long.BYTES) * POWERS[more]
        + Swar.decimalValue(Swar.word(b, p + Long.BYTES), more);
  }
}

package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.bind.Target;

/**
 * What a {@link TextTemplate} found in one event's text, by slot: the index of the field in {@link
 * TextTemplate#fields()}. A slot holds a number or a range of bytes. Reused from line to line.
 */
public final class TextFields {
  private final long[] values = new long[TextTemplate.FIELDS_MAX];
  private final int[] starts = new int[TextTemplate.FIELDS_MAX];
  private final int[] ends = new int[TextTemplate.FIELDS_MAX];
  private final int[] numberStarts = new int[TextTemplate.FIELDS_MAX];
  private final int[] numberEnds = new int[TextTemplate.FIELDS_MAX];
  private final boolean[] hexadecimal = new boolean[TextTemplate.FIELDS_MAX];

  /** What there is to learn from the latest text. */
  final NumberSpans spans = new NumberSpans();

  /** The number in a slot; 0 if the slot holds text. */
  public long value(int slot) {
    return values[slot];
  }

  /** Whether the slot holds text. */
  public boolean isText(int slot) {
    return ends[slot] >= 0;
  }

  /** Where the text begins in the bytes that were matched. */
  public int start(int slot) {
    return starts[slot];
  }

  /** Where the text ends, exclusive; -1 if the slot holds a number. */
  public int end(int slot) {
    return ends[slot];
  }

  /** Notes what the number in a slot feeds; what a symbol stands for is no number of the text. */
  void note(int slot, Target[] targets) {
    if (!isText(slot) && numberStarts[slot] >= 0) {
      spans.add(numberStarts[slot], numberEnds[slot], hexadecimal[slot], targets);
    }
  }

  /** Sets a slot to a number that the text says in another way. */
  void symbol(int slot, long value) {
    number(slot, value, -1, -1, false);
  }

  void number(int slot, long value, int start, int end, boolean base16) {
    values[slot] = value;
    ends[slot] = -1;
    numberStarts[slot] = start;
    numberEnds[slot] = end;
    hexadecimal[slot] = base16;
  }

  void text(int slot, int start, int end) {
    values[slot] = 0;
    starts[slot] = start;
    ends[slot] = end;
  }
}

package org.vgictrace.parser.ftracetext;

/**
 * What a {@link TextTemplate} found in one event's text, by slot: the index of the field in {@link
 * TextTemplate#fields()}. A slot holds a number or a range of bytes. Reused from line to line.
 */
public final class TextFields {
  private final long[] values = new long[TextTemplate.FIELDS_MAX];
  private final int[] starts = new int[TextTemplate.FIELDS_MAX];
  private final int[] ends = new int[TextTemplate.FIELDS_MAX];

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

  void number(int slot, long value) {
    values[slot] = value;
    ends[slot] = -1;
  }

  void text(int slot, int start, int end) {
    values[slot] = 0;
    starts[slot] = start;
    ends[slot] = end;
  }
}

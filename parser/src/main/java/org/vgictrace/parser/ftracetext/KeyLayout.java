package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.lines.LineSource;
import org.vgictrace.parser.lines.Swar;

/**
 * The keys of {@code key=value} text in the order in which one event has them, with the columns
 * they feed. It is learned from the event's first record; later ones are compared with it key by
 * key, so that no look-up is needed. What most of them look like is left to {@link TextShape}.
 *
 * <p>Values are {@code -1}, {@code 0xff}, {@code (fault)} for what the kernel could not read,
 * {@code {0x1,0x2}}, {@code "text"}, and with ftrace's option {@code fields} {@code 0x1b (27)} and
 * {@code (0)}. A value that is not a number leaves a numeric column null. Since the next key is
 * known, text may contain anything but that.
 *
 * <p>Nothing is allocated per record. The text must lie in an array that goes on for some bytes
 * behind it and has a line end at its end, as a {@link LineSource}'s.
 */
final class KeyLayout {
  private static final Target[] NOTHING = {};

  private final Key[] keys;
  private final @Nullable Alternative alternative;

  /** The values of the latest record. */
  private final RowValues row;

  KeyLayout(List<String> names, @Nullable Alternative alternative) {
    this.alternative = alternative;
    this.row = new RowValues(alternative == null ? 0 : alternative.kind.columns().size());
    this.keys = new Key[names.size()];
    for (int i = 0; i < keys.length; i++) {
      String name = names.get(i);
      keys[i] = new Key(name, alternative == null ? NOTHING : alternative.targets(name));
    }
  }

  /** One key. */
  private static final class Key {
    /** The key with its equals sign. */
    final byte[] bytes;

    final long first;
    final long firstMask;

    /** The last eight bytes, if there are more than eight. */
    final long last;

    final Target[] targets;
    final boolean isText;

    /** The columns that take the field as a whole, not an element of it. */
    final Target[] whole;

    Key(String name, Target[] targets) {
      this.bytes = (name + '=').getBytes(StandardCharsets.US_ASCII);
      byte[] padded = new byte[bytes.length + Long.BYTES];
      System.arraycopy(bytes, 0, padded, 0, bytes.length);
      this.firstMask = Swar.first(-1L, Math.min(bytes.length, Long.BYTES));
      this.first = Swar.word(padded, 0) & firstMask;
      this.last = Swar.word(padded, Math.max(0, bytes.length - Long.BYTES));
      this.targets = targets;
      this.whole =
          Arrays.stream(targets).filter(target -> target.element < 0).toArray(Target[]::new);
      this.isText = targets.length > 0 && targets[0].isText();
    }

    /** Whether the key is there; whatever lies behind the text does not match. */
    boolean isAt(byte[] b, int p) {
      if ((Swar.word(b, p) & firstMask) != first) {
        return false;
      }
      int length = bytes.length;
      return length <= Long.BYTES
          || b.length - p >= length
              && Swar.word(b, p + length - Long.BYTES) == last
              && (length <= 2 * Long.BYTES || middleIsAt(b, p));
    }

    private boolean middleIsAt(byte[] b, int p) {
      for (int i = Long.BYTES; i < bytes.length - Long.BYTES; i++) {
        if (b[p + i] != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** The binding for events with these keys, null if there is none. */
  @Nullable Alternative alternative() {
    return alternative;
  }

  /** The values of the latest record that was read. */
  RowValues row() {
    return row;
  }

  /**
   * Reads a record.
   *
   * @param c where its first key should be
   * @param spans receives where its numbers are
   * @return false if the keys are not these
   */
  boolean read(AsciiCursor c, NumberSpans spans) {
    int start = c.pos;
    int end = c.end;
    if (keys.length == 0) {
      // As after a line that was cut before its first key.
      return KeyValueText.isWithoutKeys(c.bytes, start, end);
    }
    if (end - start < keys[0].bytes.length || !keys[0].isAt(c.bytes, start)) {
      return false;
    }
    spans.clearNumbers();
    row.clear();
    for (int i = 0, p = start; i < keys.length; i++) {
      p = value(c, p + keys[i].bytes.length, i, spans);
      if (p < 0) {
        return false;
      }
    }
    if (alternative != null) {
      alternative.constants(row);
    }
    return true;
  }

  /**
   * Reads one key's value.
   *
   * @param from where the value begins
   * @return where the next key begins, the end if it was the last one; -1 if that does not come
   */
  private int value(AsciiCursor c, int from, int index, NumberSpans spans) {
    byte[] b = c.bytes;
    int end = c.end;
    Key key = keys[index];
    int after = number(c, from, key, row, spans);
    int p = after < 0 ? from : after;
    boolean last = index + 1 == keys.length;
    if (!last && b[p] == ' ' && keys[index + 1].isAt(b, p + 1)) {
      p++;
    } else {
      int valueEnd = p;
      p = last ? lastEnd(b, p, end) : find(b, p, end, keys[index + 1]);
      if (!last && !key.isText && p >= 0 && lastEnd(b, valueEnd, p - 1) < 0) {
        // A key that these keys leave out, as after a line that was cut in the middle.
        return -1;
      }
    }
    if (p >= 0 && after < 0 && key.isText) {
      text(b, from, last ? p : p - 1, key.targets, row);
    }
    return p;
  }

  /** Position of a key that follows a blank, -1 if it does not come. */
  private static int find(byte[] b, int from, int end, Key key) {
    int last = end - key.bytes.length;
    for (int p = from; p < last; p++) {
      if (b[p] == ' ' && key.isAt(b, p + 1)) {
        return p + 1;
      }
    }
    return -1;
  }

  /** End of the last value, -1 if another key follows. */
  private static int lastEnd(byte[] b, int from, int end) {
    if (from == end) {
      return end;
    }
    return KeyValueText.valueEnd(b, from, end) == end ? end : -1;
  }

  /**
   * Reads a number, or several in braces, into the columns of a key.
   *
   * @return position after it, -1 if it is none or the key's columns take text
   */
  private static int number(AsciiCursor c, int from, Key key, RowValues row, NumberSpans spans) {
    byte[] b = c.bytes;
    int end = c.end;
    if (key.isText) {
      return -1;
    }
    if (b[from] == '{') {
      spans.spoil();
      return elements(c, from, key.targets, row);
    }
    int open = b[from] == '\'' && b[from + 2] == '\'' ? from + 3 : from;
    boolean inParentheses = b[open] == '(';
    c.pos = inParentheses ? open + 1 : from;
    int start = c.pos;
    if (!c.number() || (inParentheses ? b[c.pos] != ')' : !isValueEnd(b, c.pos, end))) {
      return -1;
    }
    for (Target target : key.whole) {
      row.number(target, c.value);
    }
    spans.add(start, c.pos, false, key.whole);
    return inParentheses ? c.pos + 1 : c.pos;
  }

  private static boolean isValueEnd(byte[] b, int p, int end) {
    return b[p] == ' ' || p == end;
  }

  private static int elements(AsciiCursor c, int from, Target[] targets, RowValues row) {
    int element = 0;
    c.pos = from;
    do {
      c.pos++;
      if (!c.number()) {
        break;
      }
      for (Target target : targets) {
        if (target.element == element) {
          row.number(target, c.value);
        }
      }
      element++;
    } while (c.pos < c.end && c.bytes[c.pos] == ',');
    return c.pos;
  }

  private static void text(byte[] b, int start, int end, Target[] targets, RowValues row) {
    int from = start;
    int to = end;
    if (to - from >= 2 && b[from] == '"' && b[to - 1] == '"') {
      from++;
      to--;
    } else if (to > from && b[from] == '(') {
      return;
    }
    for (Target target : targets) {
      if (target.isText()) {
        row.text(target.column, from, to);
      }
    }
  }
}

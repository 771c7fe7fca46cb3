package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.ftracetext.RowValues.Target;

/**
 * The keys of {@code key=value} text in the order in which one event has them, with the columns
 * they feed. It is learned from the event's first record; later ones are compared with it key by
 * key, so that no look-up is needed.
 *
 * <p>Records of one event resemble each other, so the latest text is remembered together with the
 * row it gave, and only values that differ from it are read:
 *
 * <pre>
 * latest  irq=0xffff182dc8252100 intid=8206 active=0 enabled=1 hw=0 refs=3
 * record  irq=0xffff182dc8252580 intid=27 active=0 enabled=1 hw=0 refs=2
 *                             |--       |-                           |-
 * </pre>
 *
 * <p>Values are {@code -1}, {@code 0xff}, {@code (fault)} for what the kernel could not read,
 * {@code {0x1,0x2}}, {@code "text"}, and with ftrace's option {@code fields} {@code 0x1b (27)} and
 * {@code (0)}. A value that is not a number leaves a numeric column null. Since the next key is
 * known, text may contain anything but that.
 *
 * <p>Hot code: nothing is allocated per record. The text must lie in an array that goes on for some
 * bytes behind it and has a line end at its end, as a {@link LineSource}'s.
 */
final class KeyLayout {
  private static final Target[] NOTHING = {};

  /** So many decimal digits cannot overflow. */
  private static final int DIGITS_SAFE = 18;

  /** Longer texts are not remembered. */
  private static final int TEXT_BYTES_MAX = 1024;

  private final Key[] keys;
  private final @Nullable Alternative alternative;

  /** The values of the latest record. */
  private final RowValues row;

  /** Whether each value depends on the text of its own key only. */
  private final boolean remembers;

  /** The latest record's text, with room for one word behind it. */
  private byte[] text = new byte[0];

  /** Length of the text, 0 if none is remembered. */
  private int textLength;

  /** Where the value of each key begins in the text. */
  private final int[] valueStarts;

  KeyLayout(List<String> names, @Nullable Alternative alternative) {
    this.alternative = alternative;
    this.row = new RowValues(alternative == null ? 0 : alternative.kind.columns().size());
    this.keys = new Key[names.size()];
    this.valueStarts = new int[names.size()];
    long columns = alternative == null ? 0 : alternative.constantColumns();
    boolean independent = true;
    for (int i = 0; i < keys.length; i++) {
      String name = names.get(i);
      Key key = new Key(name, alternative == null ? NOTHING : alternative.targets(name));
      independent &= (columns & key.columns) == 0 && !key.isText;
      columns |= key.columns;
      keys[i] = key;
    }
    remembers = independent && keys.length > 0;
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

    /** The set of columns that the key feeds. */
    final long columns;

    /** The column, if the field feeds one only and is no array. */
    final @Nullable Target single;

    Key(String name, Target[] targets) {
      this.bytes = (name + '=').getBytes(StandardCharsets.US_ASCII);
      byte[] padded = new byte[bytes.length + Long.BYTES];
      System.arraycopy(bytes, 0, padded, 0, bytes.length);
      this.firstMask = Swar.first(-1L, Math.min(bytes.length, Long.BYTES));
      this.first = Swar.word(padded, 0) & firstMask;
      this.last = Swar.word(padded, Math.max(0, bytes.length - Long.BYTES));
      this.targets = targets;
      long fed = 0;
      for (Target target : targets) {
        fed |= 1L << target.column;
      }
      this.columns = fed;
      this.isText = targets.length > 0 && targets[0].isText();
      this.single = targets.length == 1 && targets[0].element < 0 && !isText ? targets[0] : null;
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
   * @return false if the keys are not these
   */
  boolean read(AsciiCursor c) {
    int start = c.pos;
    int end = c.end;
    if (keys.length > 0 && (end - start < keys[0].bytes.length || !keys[0].isAt(c.bytes, start))) {
      return false;
    }
    boolean known = textLength > 0;
    // Whatever goes wrong on the way, a half read record is none to compare with.
    int length = textLength;
    textLength = 0;
    if (known) {
      return again(c, start, length);
    }
    row.clear();
    for (int i = 0, p = start; i < keys.length; i++) {
      p += keys[i].bytes.length;
      valueStarts[i] = p - start;
      p = value(c, p, i);
      if (p < 0) {
        return false;
      }
    }
    if (alternative != null) {
      alternative.constants(row);
    }
    remember(c.bytes, start, end, 0);
    return true;
  }

  /** Reads a record whose first key is there, going by the text that is remembered. */
  private boolean again(AsciiCursor c, int start, int length) {
    byte[] b = c.bytes;
    int end = c.end;
    int[] starts = valueStarts;
    int changed = -1;
    int i = 0;
    int p = start + keys[0].bytes.length;
    while (true) {
      int before = starts[i];
      int shift = p - start - before;
      int common = Math.min(end - p, length - before);
      int limit = before + Swar.common(b, p, text, before, common);
      boolean same = limit == length && limit + shift == end - start;
      // Keys up to which nothing differs, the next one's equals sign included, have their values.
      while (i + 1 < keys.length && starts[i + 1] <= limit) {
        starts[i++] += shift;
      }
      p = start + (starts[i] += shift);
      if (same) {
        break;
      }
      changed = changed < 0 ? limit : changed;
      row.unset(keys[i].columns);
      p = value(c, p, i);
      if (p < 0) {
        return false;
      }
      if (++i == keys.length) {
        break;
      }
      p += keys[i].bytes.length;
    }
    remember(b, start, end, changed < 0 ? end - start : changed);
    return true;
  }

  /** Remembers the record just read; its first bytes are those of the text before. */
  private void remember(byte[] b, int start, int end, int same) {
    int length = end - start;
    if (!remembers || length > TEXT_BYTES_MAX) {
      return;
    }
    if (text.length < length + Long.BYTES) {
      text = Arrays.copyOf(text, length * 2 + Long.BYTES);
    }
    System.arraycopy(b, start + same, text, same, length - same);
    textLength = length;
  }

  /**
   * Reads one key's value.
   *
   * @param from where the value begins
   * @return where the next key begins, the end if it was the last one; -1 if that does not come
   */
  private int value(AsciiCursor c, int from, int index) {
    byte[] b = c.bytes;
    int end = c.end;
    Key key = keys[index];
    int after = number(c, b, from, end, key, row);
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
  private static int number(AsciiCursor c, byte[] b, int from, int end, Key key, RowValues row) {
    if (key.isText) {
      return -1;
    }
    if (b[from] == '0' && b[from + 1] == 'x') {
      int digits = from + 2;
      long word = Swar.word(b, digits);
      int n = Swar.hexDigits(word);
      if (n == 0) {
        return -1;
      }
      long value = Swar.hexValue(word, n);
      int after = digits + n;
      if (n == Long.BYTES) {
        word = Swar.word(b, after);
        n = Swar.hexDigits(word);
        if (n > 0) {
          value = value << (n << 2) | Swar.hexValue(word, n);
          after += n;
        }
      }
      return isValueEnd(b, after, end) ? put(key, value, after, row) : -1;
    }
    int p = from;
    long value = 0;
    while (AsciiCursor.isDigit(b[p]) && p - from < DIGITS_SAFE) {
      value = value * 10 + (b[p++] - '0');
    }
    if (p > from && isValueEnd(b, p, end)) {
      return put(key, value, p, row);
    }
    if (b[from] == '{') {
      return elements(c, from, key.targets, row);
    }
    int open = b[from] == '\'' && b[from + 2] == '\'' ? from + 3 : from;
    boolean inParentheses = b[open] == '(';
    c.pos = inParentheses ? open + 1 : from;
    if (!c.number()) {
      return -1;
    }
    if (inParentheses) {
      return b[c.pos] == ')' ? put(key, c.value, c.pos + 1, row) : -1;
    }
    return isValueEnd(b, c.pos, end) ? put(key, c.value, c.pos, row) : -1;
  }

  private static boolean isValueEnd(byte[] b, int p, int end) {
    return b[p] == ' ' || p == end;
  }

  private static int put(Key key, long value, int after, RowValues row) {
    Target single = key.single;
    if (single != null) {
      single.number(row, value);
      return after;
    }
    for (Target target : key.targets) {
      if (target.element < 0) {
        target.number(row, value);
      }
    }
    return after;
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
          target.number(row, c.value);
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

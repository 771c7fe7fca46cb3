package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.ftracetext.RowValues.Target;

/**
 * The keys of {@code key=value} text in the order in which one event has them, with the columns
 * they feed. It is learned from the event's first record; later ones are compared with it key by
 * key, so that no look-up is needed.
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

  private final Key[] keys;
  private final @Nullable Alternative alternative;

  KeyLayout(List<String> names, @Nullable Alternative alternative) {
    this.alternative = alternative;
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

  /**
   * Reads a record.
   *
   * @param c where its first key should be
   * @return false if the keys are not these
   */
  boolean read(AsciiCursor c, RowValues row) {
    byte[] b = c.bytes;
    int end = c.end;
    int p = c.pos;
    row.clear();
    for (int i = 0; i < keys.length; i++) {
      Key key = keys[i];
      if (end - p < key.bytes.length || !key.isAt(b, p)) {
        return false;
      }
      int value = p + key.bytes.length;
      int after = number(c, b, value, end, key, row);
      p = after < 0 ? value : after;
      boolean last = i + 1 == keys.length;
      if (!last && b[p] == ' ' && keys[i + 1].isAt(b, p + 1)) {
        p++;
      } else {
        p = last ? lastEnd(b, p, end) : find(b, p, end, keys[i + 1]);
        if (p < 0) {
          return false;
        }
      }
      if (after < 0 && key.isText) {
        text(b, value, last ? p : p - 1, key.targets, row);
      }
    }
    if (alternative != null) {
      alternative.constants(row);
    }
    return true;
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

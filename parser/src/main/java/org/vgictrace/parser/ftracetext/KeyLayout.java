package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
 * <p>Hot code: nothing is allocated per record.
 */
final class KeyLayout {
  /** Most keys that one event may have; the kernel's limit for probe arguments is 128. */
  static final int KEYS_MAX = 256;

  private static final Target[] NOTHING = {};

  /** Keys with the equals sign. */
  private final byte[][] keys;

  private final Target[][] targets;
  private final @Nullable Alternative alternative;

  private KeyLayout(List<String> names, @Nullable Alternative alternative) {
    this.alternative = alternative;
    this.keys = new byte[names.size()][];
    this.targets = new Target[names.size()][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (names.get(i) + '=').getBytes(StandardCharsets.US_ASCII);
      targets[i] = alternative == null ? NOTHING : alternative.targets(names.get(i));
    }
  }

  /** The binding for events with these keys, null if there is none. */
  @Nullable Alternative alternative() {
    return alternative;
  }

  /**
   * Learns from a record.
   *
   * @param probe whether the text begins as a probe's does
   */
  static KeyLayout learn(AsciiCursor c, Alternative[] alternatives, boolean probe) {
    List<String> names = names(c);
    for (Alternative each : alternatives) {
      if (fits(each, names, probe)) {
        return new KeyLayout(names, each);
      }
    }
    return new KeyLayout(names, null);
  }

  /**
   * Bindings with templates are those of tracepoints, whose text is {@code key=value} only when the
   * recorded fields are printed; the others are those of probes, or name the keys that tell them.
   */
  private static boolean fits(Alternative each, List<String> names, boolean probe) {
    List<String> requires = each.binding.requires();
    if (!names.containsAll(requires)) {
      return false;
    }
    if (probe) {
      return !each.hasTemplates();
    }
    boolean anyField = names.stream().anyMatch(name -> each.targets(name).length > 0);
    return anyField && (each.hasTemplates() || !requires.isEmpty());
  }

  /** The keys in a text, in order. */
  private static List<String> names(AsciiCursor c) {
    List<String> names = new ArrayList<>();
    int p = c.pos;
    while (p < c.end && names.size() < KEYS_MAX) {
      int equals = keyEnd(c.bytes, p, c.end);
      if (equals >= 0) {
        names.add(new String(c.bytes, p, equals - p, StandardCharsets.US_ASCII));
        p = valueEnd(c.bytes, equals + 1, c.end);
      } else {
        while (p < c.end && c.bytes[p] != ' ') {
          p++;
        }
      }
      while (p < c.end && c.bytes[p] == ' ') {
        p++;
      }
    }
    return names;
  }

  /** Position of the equals sign of a key that begins here, -1 if none does. */
  static int keyEnd(byte[] b, int from, int end) {
    int p = from;
    if (p < end && AsciiCursor.isDigit(b[p])) {
      return -1;
    }
    while (p < end && AsciiCursor.isWord(b[p])) {
      p++;
    }
    return p > from && p < end && b[p] == '=' ? p : -1;
  }

  /** End of a value: before the blank that the next key follows. */
  private static int valueEnd(byte[] b, int from, int end) {
    int p = from;
    if (p < end && b[p] == '"') {
      int close = closingQuote(b, p + 1, end);
      p = close < 0 ? p : close + 1;
    }
    for (; p < end; p++) {
      if (b[p] == ' ' && keyEnd(b, p + 1, end) >= 0) {
        return p;
      }
    }
    return end;
  }

  /** A quote that ends the text or is followed by a key; quotes inside are not marked. */
  private static int closingQuote(byte[] b, int from, int end) {
    for (int p = from; p < end; p++) {
      boolean ends = p + 1 == end || b[p + 1] == ' ' && keyEnd(b, p + 2, end) >= 0;
      if (b[p] == '"' && ends) {
        return p;
      }
    }
    return -1;
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
      if (!matches(b, p, end, keys[i])) {
        return false;
      }
      int value = p + keys[i].length;
      c.pos = value;
      Target[] columns = targets[i];
      boolean number = columns.length > 0 && !columns[0].isText() && number(c, columns, row);
      boolean last = i + 1 == keys.length;
      if (!last && b[c.pos] == ' ' && matches(b, c.pos + 1, end, keys[i + 1])) {
        p = c.pos + 1;
      } else {
        p = last ? lastEnd(b, c.pos, end) : find(b, c.pos, end, keys[i + 1]);
        if (p < 0) {
          return false;
        }
      }
      if (!number && columns.length > 0) {
        text(b, value, last ? p : p - 1, columns, row);
      }
    }
    if (alternative != null) {
      alternative.constants(row);
    }
    return true;
  }

  private static boolean matches(byte[] b, int from, int end, byte[] key) {
    if (end - from < key.length) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      if (b[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  /** Position of a key that follows a blank, -1 if it does not come. */
  private static int find(byte[] b, int from, int end, byte[] key) {
    for (int p = from; p < end; p++) {
      if (b[p] == ' ' && matches(b, p + 1, end, key)) {
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
    return valueEnd(b, from, end) == end ? end : -1;
  }

  /** Reads numbers, and leaves the cursor behind them; false if there are none. */
  private static boolean number(AsciiCursor c, Target[] columns, RowValues row) {
    byte first = c.pos < c.end ? c.bytes[c.pos] : 0;
    if (first == '{') {
      elements(c, columns, row);
      return true;
    }
    boolean inParentheses = first == '(';
    int start = c.pos;
    c.pos += inParentheses ? 1 : 0;
    if (!c.number()) {
      c.pos = start;
      return false;
    }
    byte after = c.pos < c.end ? c.bytes[c.pos] : (byte) ' ';
    if (after != (inParentheses ? ')' : ' ')) {
      c.pos = start;
      return false;
    }
    for (Target column : columns) {
      if (column.element < 0) {
        column.number(row, c.value);
      }
    }
    return true;
  }

  private static void elements(AsciiCursor c, Target[] columns, RowValues row) {
    int element = 0;
    do {
      c.pos++;
      if (!c.number()) {
        return;
      }
      for (Target column : columns) {
        if (column.element == element) {
          column.number(row, c.value);
        }
      }
      element++;
    } while (c.pos < c.end && c.bytes[c.pos] == ',');
  }

  private static void text(byte[] b, int start, int end, Target[] columns, RowValues row) {
    int from = start;
    int to = end;
    if (to - from >= 2 && b[from] == '"' && b[to - 1] == '"') {
      from++;
      to--;
    } else if (to > from && b[from] == '(') {
      return;
    }
    for (Target column : columns) {
      if (column.isText()) {
        row.text(column.column, from, to);
      }
    }
  }
}

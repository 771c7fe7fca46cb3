package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Finds the keys in {@code key=value} text that was not seen before. */
final class KeyValueText {
  /** Most keys that one event may have; the kernel's limit for probe arguments is 128. */
  static final int KEYS_MAX = 256;

  private KeyValueText() {}

  /**
   * Learns how an event's text is laid out.
   *
   * @param c the text of one record
   * @param probe whether it begins as a probe's does
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

  /** Whether there is no key in a text. */
  static boolean isWithoutKeys(byte[] b, int from, int end) {
    return keyEnd(b, from, end) < 0 && valueEnd(b, from, end) == end;
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
  static int valueEnd(byte[] b, int from, int end) {
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
}

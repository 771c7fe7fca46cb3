package org.vgictrace.parser.xenconsole;

import java.nio.charset.StandardCharsets;

/**
 * Finds what Xen printed in a line of a console: what is behind {@code (XEN) } and a time, if Xen
 * was told to print one. What a terminal or a logger put before it is passed over.
 *
 * <pre>
 *   10:01:02 (XEN) [    3.141592] General information for domain 0:
 * </pre>
 */
final class ConsoleLine {
  private static final byte[] XEN = {'(', 'X', 'E', 'N', ')', ' '};

  /** Longest line that a debug key prints, and then some. */
  private static final int LENGTH_MAX = 512;

  private String text = "";

  /** Whether the line is Xen's. */
  boolean read(byte[] b, int start, int end) {
    int from = find(b, start, end);
    if (from < 0) {
      return false;
    }
    if (from < end && b[from] == '[') {
      int close = from;
      while (close < end && b[close] != ']') {
        close++;
      }
      from = close < end ? Math.min(end, close + 2) : from;
    }
    int last = Math.min(end, from + LENGTH_MAX);
    while (last > from && (b[last - 1] == '\r' || b[last - 1] == ' ')) {
      last--;
    }
    text = new String(b, from, last - from, StandardCharsets.ISO_8859_1);
    return true;
  }

  /** What Xen printed, without blanks at the end. */
  String text() {
    return text;
  }

  private static int find(byte[] b, int start, int end) {
    for (int at = start; at + XEN.length <= end; at++) {
      int n = 0;
      while (n < XEN.length && b[at + n] == XEN[n]) {
        n++;
      }
      if (n == XEN.length) {
        return at + n;
      }
    }
    return -1;
  }
}

package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.lines.Swar;

/**
 * What mails, terminals and logs put before the lines of a trace.
 *
 * <pre>
 * &gt; &gt; |                                        quoted in a mail
 * &lt;6&gt;[   12.345678] [12.345678][   T12] [  C0]    kernel log, with level, thread or CPU
 * [Fri Nov 20 21:39:40 2026]                      dmesg -T
 * Nov 20 21:39:40 host kernel:                    syslog and journalctl, also with ISO 8601 times
 * </pre>
 *
 * <p>Stateless.
 */
final class Prefixes {
  private static final int PREFIXES_MAX = 16;
  private static final byte[] KERNEL = " kernel: ".getBytes(StandardCharsets.US_ASCII);

  /** Length of a line's part up to {@code kernel: } at most. */
  private static final int LOG_BYTES_MAX = 128;

  /** {@code 0} stands for a digit or blank, {@code A} for a letter. */
  private static final String DMESG_TIME = "[AAA AAA 00 00:00:00 0000]";

  private static final String LOG_TIME = "AAA 00 00:00:00 ";
  private static final String ISO_TIME = "0000-00-00T00:00:00";

  private Prefixes() {}

  /** Position after all prefixes of a line. */
  static int after(byte[] b, int start, int end) {
    int p = start;
    for (int i = 0; i < PREFIXES_MAX; i++) {
      int after = afterOne(b, p, end);
      if (after == p) {
        break;
      }
      p = after;
    }
    return p;
  }

  private static int afterOne(byte[] b, int from, int end) {
    return switch (b[from]) {
      case '>' -> b[from + 1] == ' ' ? from + 2 : from + 1;
      case '|' -> b[from + 1] == ' ' ? from + 2 : from;
      case '<' -> afterLevel(b, from);
      case '[' -> afterBrackets(b, from, end);
      default -> afterLogHead(b, from, end);
    };
  }

  private static int afterLevel(byte[] b, int from) {
    int p = from + 1;
    while (AsciiCursor.isDigit(b[p])) {
      p++;
    }
    return p > from + 1 && b[p] == '>' ? p + 1 : from;
  }

  private static int afterBrackets(byte[] b, int from, int end) {
    int p = from + 1;
    if (looksLike(DMESG_TIME, b, from, end)) {
      p = from + DMESG_TIME.length() - 1;
    } else {
      p = ContextReader.skipBlanks(b, p);
      // A number alone may as well be the name of a task.
      boolean marked = false;
      while (p < end && (AsciiCursor.isDigit(b[p]) || b[p] == '.' || b[p] == 'T' || b[p] == 'C')) {
        marked |= !AsciiCursor.isDigit(b[p]);
        p++;
      }
      if (!marked || b[p] != ']') {
        return from;
      }
    }
    return b[p + 1] == ' ' ? p + 2 : p + 1;
  }

  private static int afterLogHead(byte[] b, int from, int end) {
    if (!looksLike(LOG_TIME, b, from, end) && !looksLike(ISO_TIME, b, from, end)) {
      return from;
    }
    int last = Math.min(end, from + LOG_BYTES_MAX) - KERNEL.length;
    int p = from;
    while (p <= last) {
      p = Swar.indexOf(b, p, last + 1, KERNEL[0]);
      if (p < 0) {
        break;
      }
      if (Arrays.equals(b, p, p + KERNEL.length, KERNEL, 0, KERNEL.length)) {
        return p + KERNEL.length;
      }
      p++;
    }
    return from;
  }

  private static boolean looksLike(String shape, byte[] b, int from, int end) {
    if (end - from < shape.length()) {
      return false;
    }
    for (int i = 0; i < shape.length(); i++) {
      byte c = b[from + i];
      boolean fits =
          switch (shape.charAt(i)) {
            case '0' -> AsciiCursor.isDigit(c) || c == ' ';
            case 'A' -> AsciiCursor.isWord(c) && !AsciiCursor.isDigit(c);
            default -> c == shape.charAt(i);
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}

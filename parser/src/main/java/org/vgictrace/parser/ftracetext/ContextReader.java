package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.Swar;

/**
 * Reads what follows the task name in a line, and the event's name.
 *
 * <pre>
 *   -111     (    114) [001] d..2.    31.505900: sched_switch: prev_comm=...
 *   |pid     |tgid     |cpu  |flags   |time      |name         |payload
 * </pre>
 *
 * The tgid column and the flags are optional. The time is seconds with 6 or 9 decimals, or a number
 * of clock units. {@code trace-cmd report} has variants: raw clocks stand right behind the flags,
 * {@code -R} glues {@code -0x2d} (the raw flags) to the CPU, {@code --ts-diff} puts {@code (+282)}
 * after the time. See kernel/trace/trace_output.c, trace_print_context, and trace-cmd-report(1).
 *
 * <p>Hot code. Stateless.
 */
final class ContextReader {
  /** Largest CPU number taken as such. */
  static final int CPU_MAX = 65_535;

  private static final int FLAGS_MAX = 8;
  private static final int UNITS_WIDTH = 12;
  private static final int FLAGS_USUAL = 5;
  private static final int FLAGS_LEAST = 4;
  private static final long SECONDS_MAX = Long.MAX_VALUE / 1_000_000_000L - 1;
  private static final long TENTH_MAX = Long.MAX_VALUE / 10 - 1;

  private ContextReader() {}

  /**
   * Reads from the dash before the pid to the end of the line.
   *
   * @return whether all of it is there
   */
  static boolean read(byte[] b, int dash, int end, TextRecord r) {
    int p = dash + 1;
    long pid = 0;
    while (AsciiCursor.isDigit(b[p])) {
      pid = pid * 10 + (b[p++] - '0');
      if (pid > Integer.MAX_VALUE) {
        return false;
      }
    }
    if (p == dash + 1 || !AsciiCursor.isBlank(b[p])) {
      return false;
    }
    r.pid = (int) pid;
    return afterPid(b, p, end, r);
  }

  /** Reads from the blank after the pid to the end of the line. */
  static boolean afterPid(byte[] b, int from, int end, TextRecord r) {
    int p = skipBlanks(b, from);
    if (b[p] == '(') {
      p = afterTgid(b, p);
    }
    if (p >= end || b[p] != '[') {
      return false;
    }
    int digits = ++p;
    int cpu = 0;
    while (AsciiCursor.isDigit(b[p]) && cpu <= CPU_MAX) {
      cpu = cpu * 10 + (b[p++] - '0');
    }
    if (p == digits || cpu > CPU_MAX || b[p] != ']') {
      return false;
    }
    r.cpu = cpu;
    p++;
    if (b[p] == '-') {
      p = afterRawFlags(b, p, end, r);
    } else if (AsciiCursor.isBlank(b[p])) {
      p = afterFlags(b, p + 1, r);
    } else if (!startsWideTime(b, p)) {
      return false;
    }
    return p >= 0 && timeAndText(b, p, end, r);
  }

  /** Reads time, name and payload; blanks may precede the time. */
  static boolean timeAndText(byte[] b, int from, int end, TextRecord r) {
    int p = skipBlanks(b, from);
    int first = p;
    long seconds = 0;
    while (AsciiCursor.isDigit(b[p])) {
      if (seconds > TENTH_MAX) {
        return false;
      }
      seconds = seconds * 10 + (b[p++] - '0');
    }
    if (p == first) {
      return false;
    }
    if (b[p] == '.') {
      long micros = Swar.sixDigits(Swar.word(b, p + 1));
      if (micros < 0 || seconds > SECONDS_MAX) {
        return false;
      }
      r.time = seconds * 1_000_000_000L + micros * 1000;
      p += 7;
      if (b[p] != ':') {
        int rest = threeDigits(b, p);
        if (rest < 0) {
          return false;
        }
        r.time += rest;
        p += 3;
      }
      r.timeShape = TimeShape.NANOSECONDS;
    } else {
      r.time = seconds;
      r.timeShape = TimeShape.UNITS;
    }
    return b[p] == ':' && text(b, p + 1, end, r);
  }

  /** Value of three digits, -1 if they are not. */
  private static int threeDigits(byte[] b, int p) {
    int hundreds = b[p] - '0';
    int tens = b[p + 1] - '0';
    int ones = b[p + 2] - '0';
    int wrong = (hundreds | tens | ones | 9 - hundreds | 9 - tens | 9 - ones) >> 31;
    return hundreds * 100 + tens * 10 + ones | wrong;
  }

  /** Reads name and payload after the colon of the time. */
  static boolean text(byte[] b, int from, int end, TextRecord r) {
    int p = from;
    if (p < end && !AsciiCursor.isBlank(b[p])) {
      return false;
    }
    p = skipBlanks(b, p);
    if (b[p] == '(' && b[p + 1] == '+') {
      p = afterTimeDifference(b, p);
    }
    name(b, p, end, r);
    return true;
  }

  /** Reads {@code name: payload}, or a payload that has no name before it. */
  static void name(byte[] b, int from, int end, TextRecord r) {
    int p = from;
    r.nameStart = p;
    r.payloadEnd = end;
    int n;
    do {
      n = Swar.wordBytes(Swar.word(b, p));
      p += n;
    } while (n == Long.BYTES);
    if (p > r.nameStart && b[p] == ':' && (p + 1 == end || AsciiCursor.isBlank(b[p + 1]))) {
      r.nameEnd = p;
      r.payloadStart = Math.min(p + 2, end);
    } else {
      r.nameEnd = r.nameStart;
      r.payloadStart = r.nameStart;
    }
  }

  static int skipBlanks(byte[] b, int from) {
    int p = from;
    while (AsciiCursor.isBlank(b[p])) {
      p++;
    }
    return p;
  }

  /** Whether a clock's number begins right behind the CPU: trace-cmd's field of 12 is full. */
  private static boolean startsWideTime(byte[] b, int from) {
    int p = from;
    while (AsciiCursor.isDigit(b[p])) {
      p++;
    }
    return p - from >= UNITS_WIDTH && b[p] == ':';
  }

  /** Position after {@code ( 114) } or {@code (-------) }; the same position if it is neither. */
  private static int afterTgid(byte[] b, int open) {
    int p = open + 1;
    while (AsciiCursor.isDigit(b[p]) || b[p] == ' ' || b[p] == '-') {
      p++;
    }
    return b[p] == ')' ? skipBlanks(b, p + 1) : open;
  }

  private static int afterRawFlags(byte[] b, int dash, int end, TextRecord r) {
    if (dash + 3 >= end || b[dash + 1] != '0' || b[dash + 2] != 'x') {
      return -1;
    }
    int p = dash + 3;
    int flags = 0;
    while (AsciiCursor.hexDigit(b[p]) >= 0 && flags <= 0xff) {
      flags = flags << 4 | AsciiCursor.hexDigit(b[p++]);
    }
    if (p == dash + 3 || flags > 0xff) {
      return -1;
    }
    r.rawFlags = flags;
    return p;
  }

  /** Position after the flags, which may be missing; -1 if what is there cannot be flags. */
  private static int afterFlags(byte[] b, int from, TextRecord r) {
    int p = from;
    if (AsciiCursor.isBlank(b[p]) || AsciiCursor.isDigit(b[p])) {
      return p;
    }
    while (AsciiCursor.isWord(b[p]) || b[p] == '.') {
      p++;
    }
    int length = p - from;
    if (b[p] == ':' && length >= FLAGS_LEAST + UNITS_WIDTH) {
      length = length >= FLAGS_USUAL + UNITS_WIDTH ? FLAGS_USUAL : FLAGS_LEAST;
    } else if (length == 0 || length > FLAGS_MAX || !AsciiCursor.isBlank(b[p])) {
      return -1;
    }
    r.flagsStart = from;
    r.flagsEnd = from + length;
    return r.flagsEnd;
  }

  private static int afterTimeDifference(byte[] b, int open) {
    int p = open + 2;
    while (AsciiCursor.isDigit(b[p])) {
      p++;
    }
    return b[p] == ')' ? skipBlanks(b, p + 1) : open;
  }
}

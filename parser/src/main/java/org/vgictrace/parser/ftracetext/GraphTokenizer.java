package org.vgictrace.parser.ftracetext;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.Swar;

/**
 * Reads the lines of the function_graph tracer. Events stand in them as comments.
 *
 * <pre>
 *    52.760321 |   1)   ksoftir-26   |  d..2. |   6.559 us    |  __x64_sys_brk();
 *    52.760349 |   1)   ksoftir-26   |        |               |  /* sched_switch: ... *&#47;
 *  |time       |CPU  |task            |flags   |duration       |body
 * </pre>
 *
 * Only CPU and duration are there by default; the options funcgraph-abstime, funcgraph-proc and
 * latency-format add the others. A line without a time is no event (kernel/trace/
 * trace_functions_graph.c).
 */
final class GraphTokenizer {
  /** What trace-cmd calls the same records. */
  private static final String ENTRY = "funcgraph_entry";

  private static final String EXIT = "funcgraph_exit";

  private static final int FLAGS_MAX = 8;

  /** Width of the task's column, and some more. */
  private static final int TASK_BYTES_MAX = 24;

  private static final long SECONDS_MAX = Long.MAX_VALUE / 1_000_000_000L - 1;

  private final AsciiCursor cursor = new AsciiCursor();
  private boolean timed;

  /** Whether the latest line had a time. */
  boolean timed() {
    return timed;
  }

  /** Whether a line says nothing but which task runs from now on, or where an interrupt begins. */
  static boolean isNote(byte[] b, int start, int end) {
    int p = ContextReader.skipBlanks(b, start);
    if (end - p >= 3 && b[p] == '-' && b[p + 1] == '-' && b[p + 2] == '-') {
      return true;
    }
    while (AsciiCursor.isDigit(b[p])) {
      p++;
    }
    for (int q = p; q + 1 < end; q++) {
      if (b[q] == '=' && (b[q + 1] == '>' || b[q + 1] == '=') || b[q] == '<' && b[q + 1] == '=') {
        return b[p] == ')' || b[p] == '.' || b[p] == '=' || b[p] == '<';
      }
      if (b[q] == '/' && b[q + 1] == '*' || b[q] == '{' || b[q] == ';') {
        return false;
      }
    }
    return false;
  }

  /**
   * Reads a line. What has no name in the text is left to {@link TextRecord#implied}.
   *
   * @return false if it is none of the tracer's records
   */
  boolean read(byte[] b, int start, int end, TextRecord r) {
    AsciiCursor c = cursor;
    c.set(b, start, end);
    r.clear();
    r.commStart = -1;
    r.commEnd = -1;
    r.pid = -1;
    r.cpu = -1;
    r.timeShape = TimeShape.NANOSECONDS;
    c.skipBlanks();
    timed = time(r);
    c.skipBlanks();
    cpu(r);
    while (c.pos < end) {
      int bar = Swar.indexOf(b, c.pos, end, (byte) '|');
      if (bar < 0) {
        return false;
      }
      int from = ContextReader.skipBlanks(b, c.pos);
      int to = beforeBlanks(b, from, bar);
      if (task(b, from, to, r) || isFlags(b, from, to, r)) {
        c.pos = bar + 1;
      } else if (from >= bar || endsWithMicroseconds(b, from, to)) {
        return body(b, from < bar ? from : -1, bar + 1, end, r);
      } else {
        bar = afterTask(b, from, bar, end, r);
        if (bar < 0) {
          return false;
        }
        c.pos = bar + 1;
      }
    }
    return false;
  }

  /** Reads a task whose name has a bar in it; the position of the bar after it, or -1. */
  private static int afterTask(byte[] b, int from, int bar, int end, TextRecord r) {
    int last = Math.min(end, from + TASK_BYTES_MAX);
    for (int p = bar + 1; p < last; p++) {
      if (b[p] == '|' && task(b, from, beforeBlanks(b, from, p), r)) {
        return p;
      }
    }
    return -1;
  }

  private static int beforeBlanks(byte[] b, int from, int end) {
    int p = end;
    while (p > from && AsciiCursor.isBlank(b[p - 1])) {
      p--;
    }
    return p;
  }

  private boolean time(TextRecord r) {
    AsciiCursor c = cursor;
    int start = c.pos;
    if (c.decimal() && c.value >= 0 && c.value <= SECONDS_MAX && c.pos + 8 < c.end) {
      long micros = Swar.sixDigits(Swar.word(c.bytes, c.pos + 1));
      int bar = ContextReader.skipBlanks(c.bytes, c.pos + 7);
      if (c.bytes[c.pos] == '.' && micros >= 0 && bar < c.end && c.bytes[bar] == '|') {
        r.time = c.value * 1_000_000_000L + micros * 1000;
        c.pos = bar + 1;
        return true;
      }
    }
    c.pos = start;
    return false;
  }

  private void cpu(TextRecord r) {
    AsciiCursor c = cursor;
    int start = c.pos;
    if (c.decimal()
        && c.pos < c.end
        && c.bytes[c.pos] == ')'
        && c.value >= 0
        && c.value <= ContextReader.CPU_MAX) {
      r.cpu = (int) c.value;
      c.pos++;
    } else {
      c.pos = start;
    }
  }

  /** Reads {@code comm-pid}. */
  private static boolean task(byte[] b, int from, int to, TextRecord r) {
    int digits = to;
    while (digits > from && AsciiCursor.isDigit(b[digits - 1])) {
      digits--;
    }
    if (r.pid >= 0 || digits == to || to - digits > 9 || digits <= from || b[digits - 1] != '-') {
      return false;
    }
    int pid = 0;
    for (int p = digits; p < to; p++) {
      pid = pid * 10 + (b[p] - '0');
    }
    r.pid = pid;
    r.commStart = from;
    r.commEnd = digits - 1;
    return true;
  }

  private static boolean isFlags(byte[] b, int from, int to, TextRecord r) {
    if (r.flagsEnd > r.flagsStart || to - from < 4 || to - from > FLAGS_MAX) {
      return false;
    }
    for (int p = from; p < to; p++) {
      if (!AsciiCursor.isWord(b[p]) && b[p] != '.') {
        return false;
      }
    }
    r.flagsStart = from;
    r.flagsEnd = to;
    return true;
  }

  private static boolean endsWithMicroseconds(byte[] b, int from, int to) {
    return to - from > 3 && b[to - 1] == 's' && b[to - 2] == 'u' && b[to - 3] == ' ';
  }

  /**
   * Reads what follows the duration.
   *
   * @param duration where the duration begins, -1 if there is none
   */
  private static boolean body(byte[] b, int duration, int from, int end, TextRecord r) {
    int p = ContextReader.skipBlanks(b, from);
    if (p >= end) {
      return false;
    }
    if (b[p] == '/' && p + 1 < end && b[p + 1] == '*') {
      int inside = Math.min(ContextReader.skipBlanks(b, p + 2), end);
      int close = beforeBlanks(b, inside, end);
      if (close - 2 < inside || b[close - 1] != '/' || b[close - 2] != '*') {
        return false;
      }
      ContextReader.name(b, inside, beforeBlanks(b, inside, close - 2), r);
      return true;
    }
    r.implied = implied(b, p, end);
    r.payloadStart = duration < 0 ? p : duration;
    r.nameStart = r.payloadStart;
    r.nameEnd = r.payloadStart;
    r.payloadEnd = end;
    return r.implied != null;
  }

  private static @Nullable String implied(byte[] b, int from, int end) {
    if (b[from] == '}') {
      return EXIT;
    }
    int open = Swar.indexOf(b, from, end, (byte) '(');
    return open > from && AsciiCursor.isWord(b[from]) ? ENTRY : null;
  }
}

package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.Swar;

/**
 * Reads the lines of {@code perf script} (print_sample_start and process_event of
 * tools/perf/builtin-script.c, Linux 3.13 to 7.2). The order of the parts is fixed; which ones
 * there are is the user's choice ({@code -F}), only the time is indispensable here.
 *
 * <pre>
 *   VM:  123         kvmloop 12286/12289 [000] K       2629.718958:    1    kvm:kvm_exit: reason ...
 *   |machine |comm, 16 wide |pid |tid    |cpu |misc   |time        |period |event        |text
 * </pre>
 *
 * A task name may hold blanks, digits, brackets and slashes; the time has at least six decimals, so
 * that one that is followed by an event's name is hardly part of a task name. Whether the number
 * before the CPU is the thread's or the end of its name is told by the first line that has none. A
 * line with neither a thread nor a trace system in its event's name may be of ftrace, and is only
 * taken where others are perf's.
 *
 * <p>Hot code: nothing is allocated.
 */
final class PerfScriptTokenizer implements LineTokenizer {
  /** No time begins beyond. */
  private static final int SEARCH_BYTES_MAX = 192;

  private static final int SECONDS_DIGITS_MAX = 11;

  /** Those of 64 bits of nanoseconds. */
  private static final long SECONDS_MAX = Long.divideUnsigned(-1L, 1_000_000_000L);

  /** Beyond, a time is a difference of less than nothing, whose 64 bits perf takes for a sum. */
  private static final long SECONDS_NEGATIVE = SECONDS_MAX - 10_000;

  private static final byte[] NOTE = {'P', 'E', 'R', 'F', '_', 'R', 'E', 'C', 'O', 'R', 'D', '_'};

  private final PerfScriptContext context;
  private final PerfScriptTail tail;
  private final boolean perf;
  private boolean note;
  private int contextEnd;

  /** For text that may be perf's. */
  PerfScriptTokenizer() {
    this.context = new PerfScriptContext(false);
    this.tail = PerfScriptTail.NONE;
    this.perf = false;
  }

  /** For text that is perf's, after a look at its beginning. */
  PerfScriptTokenizer(PerfScriptHead head) {
    this.context = new PerfScriptContext(head.isLatency());
    this.tail = head.tail();
    this.perf = true;
  }

  /** Whether the latest line is not an event but a record that perf was asked to show. */
  boolean isNote() {
    return note;
  }

  /** Where the time of the latest line begins. */
  int contextEnd() {
    return contextEnd;
  }

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    int last = Math.min(end, start + SEARCH_BYTES_MAX);
    for (int dot = Swar.indexOf(b, start, last, (byte) '.');
        dot >= 0;
        dot = Swar.indexOf(b, dot + 1, last, (byte) '.')) {
      int time = timeStart(b, start, dot);
      if (time >= 0 && time(b, time, dot, end, r) && name(b, end, r)) {
        contextEnd = time;
        context.read(b, start, time, r);
        if (perf
            || context.isThreaded()
            || note
            || RecordedName.bareStart(b, r.nameStart, r.nameEnd) > 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** Position after {@code > }, {@code <6>} and {@code [ 12.345678] }; a CPU is none of them. */
  static int afterPrefixes(byte[] b, int start, int end) {
    if (start == end || b[start] != '>' && b[start] != '<' && b[start] != '[') {
      return start;
    }
    if (b[start] == '[') {
      int close = Swar.indexOf(b, start, end, (byte) ']');
      if (close < 0 || Swar.indexOf(b, start, close, (byte) '.') < 0) {
        return start;
      }
    }
    return Prefixes.after(b, start, end);
  }

  /**
   * Reads a line without a time: {@code name tid [cpu] event:}. Such lines can only be counted;
   * what is found is the event's name.
   */
  boolean readTimeless(byte[] b, int start, int end, TextRecord r) {
    for (int p = start + 1; p < end; p++) {
      if (!AsciiCursor.isDigit(b[p]) || !AsciiCursor.isBlank(b[p - 1])) {
        continue;
      }
      int after = p;
      while (AsciiCursor.isDigit(b[after]) || b[after] == '/') {
        after++;
      }
      r.clear();
      r.nameStart = ContextReader.skipBlanks(b, after);
      if (b[r.nameStart] == '[') {
        int close = Swar.indexOf(b, r.nameStart, end, (byte) ']');
        r.nameStart = close < 0 ? end : close + 1;
      }
      boolean named =
          AsciiCursor.isBlank(b[after])
              && r.nameStart < end
              && !hasTime(b, r.nameStart, end)
              && name(b, end, r);
      if (named && !note) {
        return true;
      }
    }
    return false;
  }

  /** Whether a line tells a time; one that is no event then lacks the event. */
  static boolean hasTime(byte[] b, int start, int end) {
    int last = Math.min(end, start + SEARCH_BYTES_MAX);
    for (int dot = Swar.indexOf(b, start, last, (byte) '.');
        dot >= 0;
        dot = Swar.indexOf(b, dot + 1, last, (byte) '.')) {
      int p = dot + 1;
      while (AsciiCursor.isDigit(b[p])) {
        p++;
      }
      int digits = p - dot - 1;
      boolean decimals = digits == 6 || digits == 9;
      if (decimals && p < end && b[p] == ':' && timeStart(b, start, dot) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Where the digits before a dot begin, -1 if they are not the seconds of a time. */
  private static int timeStart(byte[] b, int start, int dot) {
    int p = dot;
    while (p > start && AsciiCursor.isDigit(b[p - 1])) {
      p--;
    }
    boolean apart = p == start || AsciiCursor.isBlank(b[p - 1]);
    return p < dot && dot - p <= SECONDS_DIGITS_MAX && apart ? p : -1;
  }

  /** Reads a time; what follows it is left in the record's {@code nameStart}. */
  private static boolean time(byte[] b, int from, int dot, int end, TextRecord r) {
    long seconds = 0;
    for (int p = from; p < dot; p++) {
      seconds = seconds * 10 + (b[p] - '0');
    }
    int p = dot + 1;
    long nanos = 0;
    int digits = 0;
    while (digits < 9 && AsciiCursor.isDigit(b[p])) {
      nanos = nanos * 10 + (b[p++] - '0');
      digits++;
    }
    if (digits == 6) {
      nanos *= 1000;
    } else if (digits != 9) {
      return false;
    }
    boolean negative = seconds >= SECONDS_NEGATIVE && seconds <= SECONDS_MAX;
    if (seconds > Long.MAX_VALUE / 1_000_000_000L - 1 && !negative || b[p] != ':' || p + 1 >= end) {
      return false;
    }
    r.clear();
    r.time = seconds * 1_000_000_000L + nanos;
    r.timeShape = TimeShape.NANOSECONDS;
    r.nameStart = p + 1;
    return AsciiCursor.isBlank(b[p + 1]);
  }

  /** Reads the event's name, which ends with a colon, and what is before and behind it. */
  private boolean name(byte[] b, int end, TextRecord r) {
    int p = ContextReader.skipBlanks(b, r.nameStart);
    int digits = p;
    while (AsciiCursor.isDigit(b[digits])) {
      digits++;
    }
    if (digits > p && AsciiCursor.isBlank(b[digits])) {
      p = ContextReader.skipBlanks(b, digits);
    }
    int name = p;
    while (p < end && !AsciiCursor.isBlank(b[p])) {
      p++;
    }
    note = startsWith(b, name, end, NOTE);
    if (note) {
      r.nameStart = name;
      r.nameEnd = p;
      r.payloadStart = p;
      r.payloadEnd = end;
      return true;
    }
    if (p - name < 2 || b[p - 1] != ':') {
      return false;
    }
    r.nameStart = name;
    r.nameEnd = p - 1;
    r.payloadStart = Math.min(p + 1, end);
    r.payloadEnd = tail.textEnd(b, r.payloadStart, end);
    return true;
  }

  private static boolean startsWith(byte[] b, int from, int end, byte[] prefix) {
    if (end - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (b[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}

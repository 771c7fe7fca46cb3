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
 * line with neither a thread nor a trace system in its event's name may be of ftrace, and is not
 * taken.
 *
 * <p>Hot code: nothing is allocated.
 */
final class PerfScriptTokenizer implements LineTokenizer {
  private static final int COMM_WIDTH = 16;

  /** No time begins beyond. */
  private static final int SEARCH_BYTES_MAX = 192;

  private static final int SECONDS_DIGITS_MAX = 10;
  private static final int MISC_WIDTH = 6;
  private static final String MISC = "KUHGgMESpm";
  private static final byte[] NOTE = {'P', 'E', 'R', 'F', '_', 'R', 'E', 'C', 'O', 'R', 'D', '_'};

  private boolean withoutThreads;
  private boolean threaded;
  private boolean note;

  /** Whether the latest line is not an event but a record that perf was asked to show. */
  boolean isNote() {
    return note;
  }

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    int last = Math.min(end, start + SEARCH_BYTES_MAX);
    for (int dot = Swar.indexOf(b, start, last, (byte) '.');
        dot >= 0;
        dot = Swar.indexOf(b, dot + 1, last, (byte) '.')) {
      int time = timeStart(b, start, dot);
      if (time >= 0 && time(b, time, dot, end, r) && name(b, end, r)) {
        context(b, start, time, r);
        if (threaded || note || RecordedName.bareStart(b, r.nameStart, r.nameEnd) > 0) {
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
      if (AsciiCursor.isBlank(b[after]) && r.nameStart < end && name(b, end, r) && !note) {
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
    if (seconds > Long.MAX_VALUE / 1_000_000_000L - 1 || b[p] != ':' || p + 1 >= end) {
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
    r.payloadEnd = beforeSymbol(b, r.payloadStart, end);
    return true;
  }

  /**
   * End of the text without {@code ffffffff8129d1d2 pvclock_update_vm_gtod_copy
   * ([kernel.kallsyms])}, where the event occurred.
   */
  private static int beforeSymbol(byte[] b, int from, int end) {
    if (end - from < 8 || b[end - 1] != ')') {
      return end;
    }
    int p = end - 2;
    while (p > from && b[p] != '(' && b[p] != ' ') {
      p--;
    }
    if (b[p] != '(' || b[p + 1] != '[' && b[p + 1] != '/') {
      return end;
    }
    p = before(b, p, from);
    int symbol = p;
    while (p > from && b[p - 1] != ' ') {
      p--;
    }
    p = before(b, p, from);
    int address = p;
    while (p > from && AsciiCursor.hexDigit(b[p - 1]) >= 0) {
      p--;
    }
    boolean found = symbol > address && address - p >= 4 && (p == from || b[p - 1] == ' ');
    return found ? before(b, p, from) : end;
  }

  /** Reads what is before the time. */
  private void context(byte[] b, int start, int time, TextRecord r) {
    int p = before(b, time, start);
    p = beforeWallTime(b, start, p);
    p = beforeMisc(b, start, p);
    r.cpu = -1;
    if (p > start && b[p - 1] == ']') {
      p = cpu(b, start, p, r);
    }
    r.pid = -1;
    threaded = false;
    p = thread(b, start, p, r);
    int comm = afterMachine(b, ContextReader.skipBlanks(b, start), p);
    boolean named = comm < p && !isNumbered(b, comm, p, r.pid);
    r.commStart = named ? comm : -1;
    r.commEnd = named ? p : -1;
  }

  /**
   * Whether a name is {@code :12289}, which perf prints for a thread whose name it does not know.
   */
  private static boolean isNumbered(byte[] b, int from, int to, int pid) {
    if (b[from] != ':') {
      return false;
    }
    if (pid < 0) {
      return to - from == 3 && b[from + 1] == '-' && b[from + 2] == '1';
    }
    long number = 0;
    for (int p = from + 1; p < to; p++) {
      if (!AsciiCursor.isDigit(b[p]) || number > Integer.MAX_VALUE) {
        return false;
      }
      number = number * 10 + (b[p] - '0');
    }
    return number == pid && to > from + 1;
  }

  /** Takes {@code [012]} that ends here; returns where what is before it ends. */
  private static int cpu(byte[] b, int start, int end, TextRecord r) {
    int p = end - 1;
    int cpu = 0;
    int scale = 1;
    while (p > start && AsciiCursor.isDigit(b[p - 1]) && end - p < 7) {
      cpu += (b[--p] - '0') * scale;
      scale *= 10;
    }
    if (p == end - 1 || p == start || b[p - 1] != '[' || cpu > ContextReader.CPU_MAX) {
      return end;
    }
    r.cpu = cpu;
    return before(b, p - 1, start);
  }

  /** Takes {@code 12289} or {@code 12286/12289} that ends here. */
  private int thread(byte[] b, int start, int end, TextRecord r) {
    int p = end;
    long pid = 0;
    long scale = 1;
    while (p > start && AsciiCursor.isDigit(b[p - 1]) && end - p < 10) {
      pid += (b[--p] - '0') * scale;
      scale *= 10;
    }
    boolean negative = p < end && p > start && b[p - 1] == '-';
    int before = p;
    if (negative) {
      before--;
    } else if (p > start && b[p - 1] == '/') {
      before--;
      while (before > start && AsciiCursor.isDigit(b[before - 1])) {
        before--;
      }
      before -= before > start && b[before - 1] == '-' ? 1 : 0;
    }
    boolean apart = before == start || AsciiCursor.isBlank(b[before - 1]);
    if (p == end || !apart || pid > Integer.MAX_VALUE) {
      withoutThreads |= end > start;
      return end;
    }
    if (withoutThreads && end - start <= COMM_WIDTH) {
      return end;
    }
    threaded = true;
    r.pid = negative ? -1 : (int) pid;
    return before(b, before, start);
  }

  /** Leaves out {@code 2026-11-20 10:00:00.123456}, of the field {@code tod}. */
  private static int beforeWallTime(byte[] b, int start, int end) {
    int p = end;
    int colons = 0;
    while (p > start && (AsciiCursor.isDigit(b[p - 1]) || b[p - 1] == ':' || b[p - 1] == '.')) {
      p--;
      colons += b[p] == ':' ? 1 : 0;
    }
    if (colons != 2) {
      return end;
    }
    p = before(b, p, start);
    int date = p;
    int dashes = 0;
    while (p > start && (AsciiCursor.isDigit(b[p - 1]) || b[p - 1] == '-')) {
      p--;
      dashes += b[p] == '-' ? 1 : 0;
    }
    return dashes == 2 ? before(b, p, start) : date;
  }

  /** Leaves out letters behind a CPU. */
  private static int beforeMisc(byte[] b, int start, int end) {
    int p = end;
    while (p > start && MISC.indexOf(b[p - 1]) >= 0) {
      p--;
    }
    int before = before(b, p, start);
    boolean misc = p < end && end - p <= MISC_WIDTH && before < p;
    return misc && before > start && b[before - 1] == ']' ? before : end;
  }

  /** Leaves out {@code VM: 123 VCPU: 0}, of recordings made on a host and in its guests. */
  private static int afterMachine(byte[] b, int from, int end) {
    int p = from;
    for (int i = 0; i < 2 && p < end && b[p] == 'V'; i++) {
      int colon = p;
      while (colon < end && b[colon] >= 'A' && b[colon] <= 'Z') {
        colon++;
      }
      if (colon - p != 2 && colon - p != 4 || b[colon] != ':') {
        break;
      }
      int number = ContextReader.skipBlanks(b, colon + 1);
      int after = number;
      while (AsciiCursor.isDigit(b[after])) {
        after++;
      }
      if (after == number || after >= end || b[after] != ' ') {
        break;
      }
      p = ContextReader.skipBlanks(b, after);
    }
    return Math.min(p, end);
  }

  /** Where what is before blanks ends. */
  private static int before(byte[] b, int end, int start) {
    int p = end;
    while (p > start && AsciiCursor.isBlank(b[p - 1])) {
      p--;
    }
    return p;
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

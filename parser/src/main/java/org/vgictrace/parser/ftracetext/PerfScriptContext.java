package org.vgictrace.parser.ftracetext;

import java.util.Arrays;

/**
 * Reads what {@code perf script} prints before the time (perf_sample__fprintf_start of
 * tools/perf/builtin-script.c). Each part but the task's name tells what it is by its shape; that
 * of {@code -L} has a CPU without brackets, which only {@link #isLatency all lines} show.
 *
 * <pre>
 *   VM:  123 VCPU:000         kvmloop 12286/12289 [000] K      2026-11-20 10:00:00.123456
 *   |machine |vcpu   |comm, 16 wide  |pid  |tid   |cpu  |misc   |tod
 *    kvmloop 12286/12289   0                         -L: comm, 8 wide; cpu
 * </pre>
 *
 * <p>Hot code: nothing is allocated.
 */
final class PerfScriptContext {
  private static final int COMM_WIDTH = 16;
  private static final int MISC_WIDTH = 6;
  private static final String MISC = "KUHGgMESpm";

  /** Of a CPU without brackets, a blank before it included. */
  private static final int BARE_CPU_WIDTH = 4;

  /** What {@code tod} is where the recording does not tell the wall clock. */
  private static final byte[] NO_WALL_TIME = {'d', 'i', 's', 'a', 'b', 'l', 'e', 'd'};

  private final boolean latency;
  private boolean withoutThreads;
  private boolean threaded;

  /**
   * @param latency whether CPUs have no brackets, as {@code perf script -L} prints them
   */
  PerfScriptContext(boolean latency) {
    this.latency = latency;
  }

  /** Whether the latest line had a thread. */
  boolean isThreaded() {
    return threaded;
  }

  /** Whether what is before a time may be as {@code perf script -L} prints it. */
  static boolean isLatency(byte[] b, int start, int time) {
    int p = beforeMisc(b, start, beforeWallTime(b, start, before(b, time, start)));
    return bareCpu(b, start, p) < p;
  }

  /** Reads what is before the time. */
  void read(byte[] b, int start, int time, TextRecord r) {
    int p = before(b, time, start);
    p = beforeWallTime(b, start, p);
    p = beforeMisc(b, start, p);
    r.cpu = -1;
    if (p > start && b[p - 1] == ']') {
      p = cpu(b, start, p, r);
    } else if (latency) {
      p = bareCpu(b, start, p, r);
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

  /** Takes a CPU without brackets that ends here; returns where what is before it ends. */
  private static int bareCpu(byte[] b, int start, int end, TextRecord r) {
    int before = bareCpu(b, start, end);
    if (before < end) {
      r.cpu = 0;
      for (int p = ContextReader.skipBlanks(b, before); p < end; p++) {
        r.cpu = r.cpu * 10 + (b[p] - '0');
      }
    }
    return before;
  }

  /** Where what is before a CPU without brackets ends; the given end if there is none. */
  private static int bareCpu(byte[] b, int start, int end) {
    int p = end;
    while (p > start && AsciiCursor.isDigit(b[p - 1])) {
      p--;
    }
    int before = before(b, p, start);
    int width = end - before + (before == start ? 1 : 0);
    boolean apart = before < p || p == start;
    // Behind two numbers, of which the second is padded to the right, there may be more blanks.
    boolean found =
        width == BARE_CPU_WIDTH || width > BARE_CPU_WIDTH && isThread(b, start, before, 1);
    return p < end && apart && found ? before : end;
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
    int p = end - NO_WALL_TIME.length;
    if (p > start
        && AsciiCursor.isBlank(b[p - 1])
        && Arrays.equals(b, p, end, NO_WALL_TIME, 0, NO_WALL_TIME.length)) {
      int before = before(b, p, start);
      return before > start ? before : end;
    }
    p = end;
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

  /** Leaves out letters, whose column is six wide, behind a CPU, a thread or a name 16 wide. */
  private static int beforeMisc(byte[] b, int start, int end) {
    int p = end;
    while (p > start && MISC.indexOf(b[p - 1]) >= 0) {
      p--;
    }
    int before = before(b, p, start);
    if (p == end || end - p > MISC_WIDTH || before == start || before == p) {
      return end;
    }
    byte last = b[before - 1];
    boolean follows =
        last == ']'
            || isThread(b, start, before, 0)
            || p - before == 1 && before - start == COMM_WIDTH;
    return follows ? before : end;
  }

  /** Whether a word is {@code 12289} or {@code 12286/12289}, which has a slash. */
  private static boolean isThread(byte[] b, int start, int end, int slashesLeast) {
    int p = end;
    int slashes = 0;
    while (p > start && (AsciiCursor.isDigit(b[p - 1]) || b[p - 1] == '/')) {
      slashes += b[--p] == '/' ? 1 : 0;
    }
    boolean apart = p == start || AsciiCursor.isBlank(b[p - 1]);
    return p < end && apart && slashes >= slashesLeast && slashes <= 1;
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
}

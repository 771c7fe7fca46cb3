package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;

/**
 * Reads the latency format, in which the kernel prints when the option {@code latency-format} is
 * set and when it dumps its buffer in a panic, and that of {@code trace-cmd report -l}.
 *
 * <pre>
 * kworker/-9         0d..2. 63117us+: sched_switch: ...     (time is relative to the trace's start)
 *       sh-114       1d..2. 358040152: sched_switch: ...    (a clock that counts otherwise)
 *        g-1301    1d.h..    99.883762: softirq_raise: ...  (trace-cmd: absolute time)
 * |comm  |-pid       |cpu|flags |time
 * </pre>
 *
 * The mark between {@code us} and the colon stands for the gap to the next event and is ignored.
 */
final class LatencyTokenizer implements LineTokenizer {
  private static final int COMM_WIDTH = 8;
  private static final int CONTEXT_BYTES_LEAST = 8;
  private static final int FLAGS_MAX = 8;
  private static final long MICROSECONDS_MAX = Long.MAX_VALUE / 1000;

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    int dash = start + COMM_WIDTH;
    if (dash + CONTEXT_BYTES_LEAST >= end || b[dash] != '-') {
      return false;
    }
    r.clear();
    int comm = start;
    while (comm < dash && b[comm] == ' ') {
      comm++;
    }
    r.commStart = comm;
    r.commEnd = dash;
    int p = number(b, dash + 1);
    if (p == dash + 1 || !AsciiCursor.isBlank(b[p])) {
      return false;
    }
    long pid = value(b, dash + 1, p);
    p = ContextReader.skipBlanks(b, p);
    int afterCpu = number(b, p);
    long cpu = value(b, p, afterCpu);
    if (afterCpu == p || pid > Integer.MAX_VALUE || cpu > ContextReader.CPU_MAX) {
      return false;
    }
    r.pid = (int) pid;
    r.cpu = (int) cpu;
    p = afterCpu;
    r.flagsStart = p;
    while (AsciiCursor.isWord(b[p]) || b[p] == '.') {
      p++;
    }
    r.flagsEnd = p;
    if (p - r.flagsStart > FLAGS_MAX || !AsciiCursor.isBlank(b[p])) {
      return false;
    }
    return relative(b, p, end, r) || ContextReader.timeAndText(b, p, end, r);
  }

  private static boolean relative(byte[] b, int from, int end, TextRecord r) {
    int p = ContextReader.skipBlanks(b, from);
    int after = number(b, p);
    if (after == p || b[after] != 'u' || b[after + 1] != 's' || after + 3 >= end) {
      return false;
    }
    long time = value(b, p, after);
    if (b[after + 3] != ':' || time > MICROSECONDS_MAX) {
      return false;
    }
    r.time = time * 1000;
    r.timeShape = TimeShape.RELATIVE;
    return ContextReader.text(b, after + 4, end, r);
  }

  /** Position after the digits. */
  private static int number(byte[] b, int from) {
    int p = from;
    while (AsciiCursor.isDigit(b[p])) {
      p++;
    }
    return p;
  }

  /** Value of digits, {@link Long#MAX_VALUE} if there are too many. */
  private static long value(byte[] b, int from, int to) {
    if (to - from > 18) {
      return Long.MAX_VALUE;
    }
    long v = 0;
    for (int p = from; p < to; p++) {
      v = v * 10 + (b[p] - '0');
    }
    return v;
  }
}

package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;

/**
 * Reads the latency format with the option {@code verbose}.
 *
 * <pre>
 *               sh     114   0 1 00000002 00000000 [021a55dd] 59.590ms (+0.125ms): sched_switch: ...
 * |comm           |pid     |cpu|flags  |preempt |index   |time, microseconds
 * </pre>
 *
 * Flags are decimal and preempt count, index and time hexadecimal (kernel/trace/trace_output.c,
 * trace_print_lat_context of 6.x). The preempt count lacks its upper half there.
 */
final class VerboseTokenizer implements LineTokenizer {
  private static final int COMM_WIDTH = 16;
  private static final int CONTEXT_BYTES_LEAST = 40;
  private static final long MICROSECONDS_MAX = Long.MAX_VALUE / 1000;

  private final AsciiCursor cursor = new AsciiCursor();

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    int afterComm = start + COMM_WIDTH;
    if (afterComm + CONTEXT_BYTES_LEAST >= end || b[afterComm] != ' ') {
      return false;
    }
    r.clear();
    int comm = start;
    while (comm < afterComm && b[comm] == ' ') {
      comm++;
    }
    r.commStart = comm;
    r.commEnd = afterComm;
    AsciiCursor c = cursor;
    c.set(b, afterComm, end);
    if (!field(false, Integer.MAX_VALUE)) {
      return false;
    }
    r.pid = (int) c.value;
    if (!field(false, ContextReader.CPU_MAX)) {
      return false;
    }
    r.cpu = (int) c.value;
    if (!field(false, 0xff)) {
      return false;
    }
    r.rawFlags = (int) c.value;
    if (!field(true, 0xff)) {
      return false;
    }
    r.rawPreempt = (int) c.value;
    if (!field(true, Long.MAX_VALUE) || !time(r)) {
      return false;
    }
    while (c.pos < end && b[c.pos] != ':') {
      c.pos++;
    }
    return c.pos < end && ContextReader.text(b, c.pos + 1, end, r);
  }

  private boolean time(TextRecord r) {
    AsciiCursor c = cursor;
    c.skipBlanks();
    if (c.pos >= c.end || c.bytes[c.pos] != '[') {
      return false;
    }
    c.pos++;
    if (!c.hex() || c.value < 0 || c.value > MICROSECONDS_MAX) {
      return false;
    }
    r.time = c.value * 1000;
    r.timeShape = TimeShape.NANOSECONDS;
    return c.pos < c.end && c.bytes[c.pos] == ']';
  }

  private boolean field(boolean hexadecimal, long max) {
    AsciiCursor c = cursor;
    if (c.pos >= c.end || !AsciiCursor.isBlank(c.bytes[c.pos])) {
      return false;
    }
    c.skipBlanks();
    return (hexadecimal ? c.hex() : c.decimal()) && c.value >= 0 && c.value <= max;
  }
}

package org.vgictrace.parser.ftracetext;

/**
 * Reads lines as the kernel and trace-cmd print them: by fixed byte columns.
 *
 * <pre>
 * 0                16      24
 * |----- comm ----|-pid----|[cpu] flags      time: text
 * </pre>
 *
 * A task name has at most 15 bytes and is right-justified in 16, so the byte at column 16 is the
 * dash before the pid, whatever the name contains. {@code trace-cmd report} of several buffers puts
 * the buffer's name, or as many blanks, before every line; the width is constant in a file.
 *
 * <p>Hot code: no search; the state is the width, and the tasks, contexts and names seen before.
 */
final class StrictTokenizer implements LineTokenizer {
  /** Width of the task name's column. */
  static final int COMM_WIDTH = 16;

  private static final int CONTEXT_BYTES_LEAST = 8;

  private final TaskCache tasks = new TaskCache();
  private final ContextCache contexts = new ContextCache();
  private final SecondsMemo seconds = new SecondsMemo();
  private final NameCache names = new NameCache();
  private int prefixWidth;

  /** Width of the buffer names before each line, 0 without. */
  int prefixWidth() {
    return prefixWidth;
  }

  void prefixWidth(int width) {
    prefixWidth = width;
  }

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    int from = start + prefixWidth;
    int dash = from + COMM_WIDTH;
    if (dash + CONTEXT_BYTES_LEAST >= end || b[dash] != '-') {
      return false;
    }
    r.clear();
    if (prefixWidth > 0 && !buffer(b, start, from, r)) {
      return false;
    }
    r.commEnd = dash;
    ContextCache.Context context = contexts.at(b, from);
    if (context != null) {
      r.context = context;
      r.task = context.task;
      r.commStart = from + context.task.commOffset;
      r.pid = context.task.pid;
      r.cpu = context.cpu;
      r.flagsStart = from + context.flagsOffset;
      r.flagsEnd = from + context.flagsEnd;
      return timeAndText(b, r.flagsEnd, end, r);
    }
    return newContext(b, from, end, r);
  }

  /** Reads time, name and payload by what earlier lines had there, if it still is. */
  private boolean timeAndText(byte[] b, int from, int end, TextRecord r) {
    int text = seconds.read(b, from, r);
    NameCache.Name name = text < 0 || text >= end ? null : names.at(b, text);
    if (name == null) {
      return newTimeOrName(b, from, end, r);
    }
    int colon = text + name.length;
    if (colon + 1 != end && !AsciiCursor.isBlank(b[colon + 1])) {
      return newTimeOrName(b, from, end, r);
    }
    r.name = name;
    r.nameStart = text;
    r.nameEnd = colon;
    r.payloadStart = Math.min(colon + 2, end);
    r.payloadEnd = end;
    return true;
  }

  private boolean newTimeOrName(byte[] b, int from, int end, TextRecord r) {
    if (!ContextReader.timeAndText(b, from, end, r)) {
      return false;
    }
    seconds.learn(b, from, r);
    int length = r.nameEnd - r.nameStart;
    if (length > 0 && length < NameCache.NAME_BYTES_MAX) {
      r.name = names.learn(b, r.nameStart, r.nameEnd);
    }
    return true;
  }

  private boolean newContext(byte[] b, int from, int end, TextRecord r) {
    if (b[from] == '>') {
      // A task name does not fill its column: what stands there is a mail's quoting.
      return false;
    }
    int dash = from + COMM_WIDTH;
    TaskCache.Task task = tasks.at(b, from);
    if (task != null) {
      r.task = task;
      r.commStart = from + task.commOffset;
      r.pid = task.pid;
      if (!ContextReader.afterPid(b, from + task.afterPid, end, r)) {
        return false;
      }
      contexts.learn(b, from, r);
      return true;
    }
    int comm = from;
    while (comm < dash && b[comm] == ' ') {
      comm++;
    }
    r.commStart = comm;
    return ContextReader.read(b, dash, end, r);
  }

  /** Takes {@code name: } or blanks as the name of a buffer, if that is what is there. */
  static boolean buffer(byte[] b, int start, int end, TextRecord r) {
    int from = start;
    while (from < end && b[from] == ' ') {
      from++;
    }
    if (from == end) {
      r.bufferStart = end;
      r.bufferEnd = end;
      return true;
    }
    if (end - 2 <= from || b[end - 2] != ':' || b[end - 1] != ' ') {
      return false;
    }
    r.bufferStart = from;
    r.bufferEnd = end - 2;
    return true;
  }
}

package org.vgictrace.parser.ftracetext;

import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;

/**
 * Reads lines that lost their columns: re-indented, quoted in a mail, or prefixed by dmesg.
 *
 * <p>The context is searched from the left. With the kernel's column widths it needs 34 bytes and
 * cannot be forged inside a task name of 15; with collapsed blanks it can ({@code a-1 [000] 1.0:
 * }). If there are several places, the one whose left part could be a task name wins, then the last
 * one that is followed by a known event's name, then the leftmost; such lines are {@link
 * #ambiguous()}.
 */
final class TolerantTokenizer implements LineTokenizer {
  private static final int COMM_BYTES_MAX = 16;
  private static final int CANDIDATES_MAX = 8;

  /** No context begins beyond; only the event's text is longer. */
  private static final int SEARCH_BYTES_MAX = 1024;

  /** Width of an integer time in the kernel's and in trace-cmd's text. */
  private static final int UNITS_WIDTH = 12;

  /** Whether a name is that of an event, as far as known. */
  interface KnownNames {
    boolean contains(byte[] bytes, int start, int end);
  }

  private final KnownNames names;
  private final StrictTokenizer columns = new StrictTokenizer();
  private final LatencyTokenizer latency = new LatencyTokenizer();
  private final int[] dashes = new int[CANDIDATES_MAX];
  private boolean ambiguous;
  private boolean bufferNames;

  TolerantTokenizer(KnownNames names) {
    this.names = names;
  }

  /** Whether the latest line could be read in more than one way. */
  boolean ambiguous() {
    return ambiguous;
  }

  /** Lets {@code name: } before a line be the name of a trace instance. */
  void bufferNames(boolean possible) {
    bufferNames = possible;
  }

  @Override
  public boolean read(byte[] b, int start, int end, TextRecord r) {
    ambiguous = false;
    int from = Prefixes.after(b, start, end);
    if (from > start && (columns.read(b, from, end, r) || latency.read(b, from, end, r))) {
      return true;
    }
    int found = 0;
    int last = Math.min(end, from + SEARCH_BYTES_MAX);
    for (int p = from; p < last && found < CANDIDATES_MAX; p++) {
      if (b[p] == '-' && AsciiCursor.isDigit(b[p + 1]) && context(b, p, end, r)) {
        dashes[found++] = p;
      }
    }
    if (found == 0) {
      return false;
    }
    ambiguous = found > 1;
    int dash = found == 1 ? dashes[0] : choose(b, from, end, found, r);
    r.clear();
    comm(b, from, dash, r);
    return ContextReader.read(b, dash, end, r);
  }

  private static boolean context(byte[] b, int dash, int end, TextRecord r) {
    if (!ContextReader.read(b, dash, end, r)) {
      return false;
    }
    return r.timeShape != TimeShape.UNITS || unitsWidth(b, r) >= UNITS_WIDTH;
  }

  /** Width of the time's column: its digits and the blanks before them. */
  private static int unitsWidth(byte[] b, TextRecord r) {
    int p = r.nameStart;
    while (b[p] != ':') {
      p--;
    }
    int colon = p;
    while (AsciiCursor.isDigit(b[p - 1])) {
      p--;
    }
    while (AsciiCursor.isBlank(b[p - 1])) {
      p--;
    }
    return colon - p;
  }

  private int choose(byte[] b, int from, int end, int found, TextRecord r) {
    int fitting = 0;
    for (int i = 0; i < found; i++) {
      int comm = ContextReader.skipBlanks(b, from);
      if (dashes[i] - comm <= COMM_BYTES_MAX) {
        fitting++;
      }
    }
    // Left parts grow from candidate to candidate, so the fitting ones come first.
    if (fitting == 1) {
      return dashes[0];
    }
    for (int i = (fitting == 0 ? found : fitting) - 1; i > 0; i--) {
      if (ContextReader.read(b, dashes[i], end, r) && names.contains(b, r.nameStart, r.nameEnd)) {
        return dashes[i];
      }
    }
    return dashes[0];
  }

  /** Takes what is left of the dash: a task name, and an instance's name before it. */
  private void comm(byte[] b, int from, int dash, TextRecord r) {
    int start = from;
    int columnsStart = dash - StrictTokenizer.COMM_WIDTH;
    if (columnsStart > from) {
      if (bufferNames) {
        StrictTokenizer.buffer(b, from, columnsStart, r);
      }
      start = columnsStart;
    }
    r.commStart = Math.min(ContextReader.skipBlanks(b, start), dash);
    r.commEnd = dash;
  }
}

package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.ftracetext.LineReader.LineClass;
import org.vgictrace.parser.ftracetext.TextRecord.TimeShape;
import org.vgictrace.parser.lines.LineSource;

/**
 * One reading of a text, line by line in file order.
 *
 * <p>An event is held back until the next line shows that its text does not go on, and a short line
 * until the next one shows that it is not the first half of a task name with a line break in it:
 *
 * <pre>
 *              a b
 * -1415    [000] d..2.   306.541082: sched_switch: ...
 * </pre>
 *
 * Neither is held back when the input has to be waited for.
 */
final class TextPass implements LineSource.Listener {
  /** Most bytes of an event's text, continuation lines included. */
  private static final int PAYLOAD_BYTES_MAX = 64 << 10;

  private static final int CPU_SEARCH_BYTES_MAX = 64;

  private final LineSource lines;
  private final TextDecoder decoder;
  private final LineReader reader;
  private final LineTally tally = new LineTally();
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();

  private TextRecord held = new TextRecord();
  private TextRecord next = new TextRecord();
  private boolean holding;
  private boolean relativeTimes;

  /** The short line that is held back; -1 if there is none. */
  private int shortStart = -1;

  private int shortEnd;
  private long shortLine;
  private boolean shortBlank;

  /** Whether something that is no part of its text came after the event that is held back. */
  private boolean closed;

  /** Lines that were added to the text of the event that is held back, and may not belong to it. */
  private int doubts;

  private long firstDoubt;
  private final WrappedText wrapped = new WrappedText();

  TextPass(LineSource lines, TextDecoder decoder) {
    this.lines = lines;
    this.decoder = decoder;
    this.reader = new LineReader(decoder.events());
  }

  /** How the lines were accounted for. */
  LineTally tally() {
    return tally;
  }

  /** Reads to the end. */
  void run() throws IOException {
    while (lines.next(this)) {
      byte[] b = lines.bytes();
      LineClass read = reader.read(b, lines.start(), lines.end(), next);
      if (read == LineClass.EVENT && shortStart < 0) {
        release();
        hold();
      } else {
        line(read, b, lines.start(), lines.end());
      }
      if (lines.cut()) {
        tally.add(
            "line-too-long",
            Severity.ERROR,
            lines.number(),
            "longer than " + LineSource.LINE_BYTES_MAX + " bytes; the rest is left out");
      }
      if (!holding && shortStart < 0) {
        lines.keepFrom(-1);
      }
    }
    releaseShort();
    release();
    decoder.end();
  }

  @Override
  public void beforeWait() throws IOException {
    releaseShort();
    release();
    lines.keepFrom(-1);
    decoder.flush();
  }

  @Override
  public void moved(int by) {
    held.move(by);
    if (shortStart >= 0) {
      shortStart -= by;
      shortEnd -= by;
    }
  }

  /** What was found, after the end. */
  CaptureCounts counts(@Nullable String damage) {
    TextSummary.add(tally, reader.header(), decoder, damage, lines.number());
    if (relativeTimes) {
      tally.add(
          "relative-time",
          Severity.INFO,
          1,
          "the latency format gives time since an unknown beginning, not of the trace clock");
    }
    SortedMap<String, Long> byName = new TreeMap<>();
    decoder.events().events().forEach(event -> event.addCounts(byName));
    EventTally events = decoder.tally();
    return new CaptureCounts(
        events.count(),
        events.modelledCount(),
        byName,
        events.byCpu(),
        lostByCpu,
        tally.lostMarks(),
        reader.header().overwritten(),
        tally.unparsed(),
        events.firstTime(),
        events.lastTime(),
        tally.diagnostics().entries(),
        tally.diagnostics().counts());
  }

  private void line(LineClass read, byte[] b, int start, int end) throws IOException {
    if (read == LineClass.EVENT && joins(start)) {
      next.commBefore = firstHalf(b);
      tally.continuation();
      shortStart = -1;
    } else {
      releaseShort();
    }
    switch (read) {
      case EVENT -> {
        release();
        hold();
      }
      case LOST -> {
        mayBeText(b);
        release();
        tally.lostMark();
        decoder.lost(reader.cpu(), reader.lost());
        if (reader.lost() > 0) {
          lostByCpu.merge(
              reader.cpu(),
              reader.lost(),
              (x, y) -> x > Long.MAX_VALUE - y ? Long.MAX_VALUE : x + y);
        }
      }
      case STARTED -> {
        mayBeText(b);
        release();
        tally.lostMark();
        decoder.lost(reader.cpu(), -1);
      }
      case HEADER, NOTE -> {
        if (read == LineClass.HEADER && LineReader.isTitle(b, start, end)) {
          mayBeText(b);
        }
        tally.noise();
        wrapped(reader.header().takeWrappedCpus());
      }
      case BLANK -> blank(start, end);
      case STACK -> continuation(b, start, end, lines.number(), true);
      case BARE -> {
        release();
        decoder.bare(b, next);
        tally.bareEvent();
      }
      case UNTIMED -> {
        release();
        decoder.bare(b, next);
        tally.untimedEvent();
      }
      case GRAPH -> graph(b, start, end);
      case RAW -> tally.unparsed(lines.number(), "raw-line", "record without names");
      case UNKNOWN -> unknown(b, start, end);
    }
  }

  /** The ring buffers of so many CPUs may have wrapped: from the start their events are missing. */
  private void wrapped(int cpus) throws IOException {
    if (cpus == 0) {
      return;
    }
    release();
    // A limit over all headers, so that a small text cannot make rows without end.
    for (int cpu = 0; cpu < cpus && tally.wrappedCpus() <= ContextReader.CPU_MAX; cpu++) {
      tally.wrappedCpu();
      decoder.lost(cpu, -1);
    }
  }

  /** Makes the line just read the event that is held back. */
  private void hold() {
    TextRecord free = held;
    held = next;
    next = free;
    held.line = lines.number();
    holding = true;
    closed = false;
    wrapped.begin();
    lines.keepFrom(lines.start());
    tally.event();
    if (reader.ambiguous()) {
      tally.add(
          "line-ambiguous",
          Severity.WARNING,
          held.line,
          "task name and context could be told apart in more than one way");
    }
  }

  /** Decodes the event that is held back. */
  private void release() throws IOException {
    if (!holding) {
      return;
    }
    holding = false;
    byte[] b = lines.bytes();
    tellDoubts(b);
    FlagColumns flags = reader.header().flags();
    if (!flags.read(b, held)) {
      tally.add(
          "flags-unknown", Severity.WARNING, held.line, "the flags column has unknown characters");
    }
    if (!decoder.event(b, held, flags)) {
      tally.add("time-backwards", Severity.WARNING, held.line, "earlier than the event before it");
    }
    relativeTimes |= held.timeShape == TimeShape.RELATIVE;
  }

  private void blank(int start, int end) {
    if (end > start && end - start < StrictTokenizer.COMM_WIDTH) {
      holdShort(start, end, true);
    } else {
      tally.noise();
    }
  }

  private void unknown(byte[] b, int start, int end) {
    if (end - start < StrictTokenizer.COMM_WIDTH) {
      holdShort(start, end, false);
    } else {
      continuation(b, start, end, lines.number(), false);
    }
  }

  private void graph(byte[] b, int start, int end) throws IOException {
    release();
    if (GraphTokenizer.isNote(b, start, end)) {
      tally.noise();
    } else {
      tally.unparsed(
          lines.number(), "function-graph-line", "line of the function_graph tracer of no shape");
    }
  }

  private void holdShort(int start, int end, boolean blank) {
    shortStart = start;
    shortEnd = end;
    shortLine = lines.number();
    shortBlank = blank;
    if (!holding) {
      lines.keepFrom(start);
    }
  }

  /** Accounts for the short line that is held back, which is no task name. */
  private void releaseShort() {
    if (shortStart < 0) {
      return;
    }
    int start = shortStart;
    shortStart = -1;
    if (shortBlank) {
      tally.noise();
    } else {
      continuation(lines.bytes(), start, shortEnd, shortLine, false);
    }
  }

  /**
   * Whether the event just read and the short line before it are halves of one: then the task name
   * is 16 bytes wide with the line break in it.
   */
  private boolean joins(int start) {
    int first = shortEnd - shortStart;
    return shortStart >= 0 && first + 1 + next.commEnd - start == StrictTokenizer.COMM_WIDTH;
  }

  private byte[] firstHalf(byte[] b) {
    int from = ContextReader.skipBlanks(b, shortStart);
    byte[] half = Arrays.copyOfRange(b, Math.min(from, shortEnd), shortEnd + 1);
    half[half.length - 1] = '\n';
    return half;
  }

  /**
   * Adds a line to the text of the event that is held back, or gives it up.
   *
   * @param certain whether the line is known to belong to an event before it
   */
  private void continuation(byte[] b, int start, int end, long line, boolean certain) {
    if (!decoder.seenAny() && !holding) {
      tally.unparsed(line, "line-before-events", "neither an event nor a known line");
      return;
    }
    if (!holding || closed || looksLikeEvent(b, start, end)) {
      unparsed(line);
      return;
    }
    boolean complete = decoder.fits(b, held);
    if (!complete && goesOn(b, end)) {
      tally.continuation();
    } else if (wrapped.rejoins(b, held, start, end, complete, decoder)) {
      tally.continuation();
      tally.add(
          "line-wrapped",
          Severity.WARNING,
          line,
          "taken as the rest of the event before it, as if its line had been wrapped");
    } else if (complete) {
      unparsed(line);
    } else {
      tally.continuation();
      if (end - held.payloadStart <= PAYLOAD_BYTES_MAX) {
        held.payloadEnd = end;
      }
      if (!certain) {
        doubtful(line);
      }
    }
  }

  /** Adds a line to the text of the event that is held back if the text fits its bindings then. */
  private boolean goesOn(byte[] b, int end) {
    int before = held.payloadEnd;
    held.payloadEnd = end;
    if (end - held.payloadStart <= PAYLOAD_BYTES_MAX && decoder.fits(b, held)) {
      return true;
    }
    held.payloadEnd = before;
    return false;
  }

  /** Takes note of a line that may or may not be part of the text it was added to. */
  private void doubtful(long line) {
    if (doubts == 0) {
      firstDoubt = line;
    }
    doubts++;
  }

  /** Says which lines of the event that is held back may be noise, if its text does not tell. */
  private void tellDoubts(byte[] b) {
    if (doubts > 0 && !decoder.isFreeText(b, held) && !decoder.fits(b, held)) {
      tally.add(
          "line-ambiguous",
          Severity.WARNING,
          firstDoubt,
          doubts
              + (doubts == 1 ? " line" : " lines")
              + " from here on may go on with the text of the event before or be noise; taken as"
              + " the former");
    }
    doubts = 0;
  }

  private void unparsed(long line) {
    closed = true;
    tally.unparsed(line, "line-unparsed", "neither an event nor a known line");
  }

  /** Says that a mark or header just read may as well be part of what somebody wrote. */
  private void mayBeText(byte[] b) {
    if (holding && !closed && decoder.isFreeText(b, held)) {
      tally.add(
          "line-ambiguous",
          Severity.WARNING,
          lines.number(),
          "may be part of the text of the event before it; taken as what it looks like");
    }
  }

  /** Whether a line has a dash where events have it, or a CPU and a time: a damaged event. */
  private static boolean looksLikeEvent(byte[] b, int start, int end) {
    int dash = start + StrictTokenizer.COMM_WIDTH;
    if (dash + 1 < end && b[dash] == '-' && AsciiCursor.isDigit(b[dash + 1])) {
      return true;
    }
    int last = Math.min(end, start + CPU_SEARCH_BYTES_MAX) - 4;
    for (int p = start; p < last; p++) {
      if (b[p] == '['
          && AsciiCursor.isDigit(b[p + 1])
          && AsciiCursor.isDigit(b[p + 2])
          && AsciiCursor.isDigit(b[p + 3])
          && b[p + 4] == ']') {
        return hasTime(b, p + 4, Math.min(end, p + CPU_SEARCH_BYTES_MAX));
      }
    }
    return false;
  }

  private static boolean hasTime(byte[] b, int start, int end) {
    for (int p = start + 1; p + 1 < end; p++) {
      if (b[p] == '.' && AsciiCursor.isDigit(b[p - 1]) && AsciiCursor.isDigit(b[p + 1])) {
        return true;
      }
    }
    return false;
  }
}

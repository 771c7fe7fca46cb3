package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.ftracetext.PerfScriptHead.Times;
import org.vgictrace.parser.lines.LineSource;

/** One reading of {@code perf script}'s text, line by line in file order. */
final class PerfScriptPass implements LineSource.Listener {
  private static final byte[] LOST = {'L', 'O', 'S', 'T'};
  private static final int NOTE_PREFIX_BYTES = "PERF_RECORD_".length();

  private final LineSource lines;
  private final TextDecoder decoder;
  private final Times times;
  private final boolean lacksGuest;
  private final PerfScriptTokenizer tokenizer = new PerfScriptTokenizer();
  private final LineTally tally = new LineTally();
  private final TextRecord record = new TextRecord();
  private final FlagColumns noFlags = new FlagColumns();
  private final AsciiCursor cursor = new AsciiCursor();
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private long sum;
  private boolean withoutCpu;
  private long gaps;

  /**
   * @param times what the times are
   * @param lacksGuest whether events may be missing before any other, see {@link PerfScriptHead}
   */
  PerfScriptPass(LineSource lines, TextDecoder decoder, Times times, boolean lacksGuest) {
    this.lacksGuest = lacksGuest;
    this.lines = lines;
    this.decoder = decoder;
    this.times = times;
    noFlags.read(lines.bytes(), 0, 0);
  }

  /** Reads to the end. */
  void run() throws IOException {
    while (lines.next(this)) {
      line(lines.bytes(), lines.start(), lines.end());
      if (lines.cut()) {
        tally.add(
            "line-too-long",
            Severity.ERROR,
            lines.number(),
            "longer than " + LineSource.LINE_BYTES_MAX + " bytes; the rest is left out");
      }
    }
    decoder.end();
  }

  @Override
  public void beforeWait() throws IOException {
    decoder.flush();
  }

  @Override
  public void moved(int by) {}

  private void line(byte[] b, int start, int end) throws IOException {
    int from = PerfScriptTokenizer.afterPrefixes(b, start, end);
    if (tokenizer.read(b, from, end, record)) {
      read(b);
    } else if (ContextReader.skipBlanks(b, from) >= end
        || b[from] == '#'
        || isFrame(b, from, end)) {
      tally.noise();
    } else if (tokenizer.readTimeless(b, from, end, record)) {
      decoder.bare(b, record);
      tally.bareEvent();
    } else {
      tally.unparsed(lines.number(), "line-unparsed", "neither an event nor a known line");
    }
  }

  private void read(byte[] b) throws IOException {
    if (tokenizer.isNote()) {
      note(b);
      return;
    }
    if (times == Times.SINCE_PREVIOUS) {
      sum += record.time;
      record.time = sum;
    }
    withoutCpu |= record.cpu < 0;
    if (lacksGuest) {
      gaps++;
      decoder.lost(record.cpu, -1);
    }
    tally.event();
    if (!decoder.event(b, record, noFlags)) {
      tally.add(
          "time-backwards", Severity.WARNING, lines.number(), "earlier than the event before it");
    }
  }

  /** Takes a record that is not an event, of which only losses are of interest. */
  private void note(byte[] b) throws IOException {
    int word = record.nameStart + NOTE_PREFIX_BYTES;
    for (int i = 0; i < LOST.length; i++) {
      if (b[word + i] != LOST[i]) {
        tally.noise();
        return;
      }
    }
    cursor.set(b, record.payloadStart, record.payloadEnd);
    while (cursor.pos < cursor.end && !AsciiCursor.isDigit(b[cursor.pos])) {
      cursor.pos++;
    }
    long lost = cursor.decimal() && cursor.value >= 0 ? cursor.value : -1;
    tally.lostMark();
    decoder.lostAt(record.time, record.cpu, lost);
    lostByCpu.merge(
        record.cpu, Math.max(0, lost), (x, y) -> x > Long.MAX_VALUE - y ? Long.MAX_VALUE : x + y);
  }

  /** Whether a line is part of a call chain: {@code ffffffff821f8298 __schedule+0x618 (...)}. */
  private static boolean isFrame(byte[] b, int from, int end) {
    int p = ContextReader.skipBlanks(b, from);
    if (p == from) {
      return false;
    }
    int digits = p;
    while (p < end && AsciiCursor.hexDigit(b[p]) >= 0) {
      p++;
    }
    return p > digits && (p == end || AsciiCursor.isBlank(b[p]));
  }

  /** What was found, after the end. */
  CaptureCounts counts(@Nullable String damage) {
    Place begin = Place.line(1);
    Place last = Place.line(lines.number());
    if (damage != null) {
      tally.diagnostics().error("compressed-data-damaged", last, damage);
    }
    if (tally.bareEvents() > 0) {
      tally
          .diagnostics()
          .warning(
              "no-context",
              begin,
              tally.bareEvents()
                  + " lines do not tell the time (field time of perf script -F); they are only"
                  + " counted");
    }
    TextSummary.addShapes(tally.diagnostics(), decoder, last);
    if (times != Times.ABSOLUTE) {
      tally
          .diagnostics()
          .info(
              "relative-time",
              begin,
              times == Times.SINCE_FIRST
                  ? "times count from the first event (perf script --reltime)"
                  : "times are summed up from differences (perf script --deltatime)");
    }
    if (lacksGuest) {
      tally
          .diagnostics()
          .warning(
              "guest-samples-missing",
              begin,
              "perf script left out what was recorded while a vCPU was loaded; read perf.data"
                  + " instead of its text");
    }
    if (withoutCpu) {
      tally
          .diagnostics()
          .warning("no-cpu", begin, "lines do not tell the CPU (field cpu of perf script -F)");
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
        tally.lostMarks() + gaps,
        -1,
        tally.unparsed(),
        events.firstTime(),
        events.lastTime(),
        tally.diagnostics().entries(),
        tally.diagnostics().counts());
  }
}

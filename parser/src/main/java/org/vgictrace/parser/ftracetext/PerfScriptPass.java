package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.ftracetext.PerfScriptHead.Times;
import org.vgictrace.parser.lines.LineSource;
import org.vgictrace.parser.lines.Swar;

/** One reading of {@code perf script}'s text, line by line in file order. */
final class PerfScriptPass implements LineSource.Listener {
  private static final byte[] LENGTH = {'i', 'l', 'e', 'n', ':'};
  private static final byte[] LOST = {'L', 'O', 'S', 'T'};
  private static final byte[] RECORD = "PERF_RECORD_".getBytes(StandardCharsets.US_ASCII);

  private final LineSource lines;
  private final TextDecoder decoder;
  private final Times times;
  private final boolean lacksGuest;
  private final PerfScriptTokenizer tokenizer;
  private final LineTally tally = new LineTally();
  private final TextRecord record = new TextRecord();
  private final FlagColumns noFlags = new FlagColumns();
  private final AsciiCursor cursor = new AsciiCursor();
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private long sum;
  private boolean withoutCpu;
  private boolean withText;
  private long gaps;

  PerfScriptPass(LineSource lines, TextDecoder decoder, PerfScriptHead head) {
    this.lacksGuest = head.lacksGuest();
    this.lines = lines;
    this.decoder = decoder;
    this.times = head.times();
    this.tokenizer = new PerfScriptTokenizer(head);
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
        || isContinued(b, from, end)) {
      tally.noise();
    } else if (tokenizer.readTimeless(b, from, end, record)) {
      decoder.bare(b, record);
      tally.bareEvent();
    } else if (PerfScriptTokenizer.hasTime(b, from, end)) {
      tally.unparsed(
          lines.number(), "no-event", "does not tell the event (field event of perf script -F)");
    } else {
      tally.unparsed(lines.number(), "line-unparsed", "neither an event nor a known line");
    }
  }

  private void read(byte[] b) throws IOException {
    if (times == Times.SINCE_PREVIOUS) {
      sum += record.time;
      record.time = sum;
    }
    if (tokenizer.isNote()) {
      note(b);
      return;
    }
    if (record.time < 0 && times == Times.ABSOLUTE) {
      tally.unparsed(lines.number(), "time-unreadable", "the time is no clock's");
      return;
    }
    withText |= record.payloadEnd > record.payloadStart;
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
    int word = record.nameStart + RECORD.length;
    if (!startsWith(b, word, record.payloadEnd, LOST)) {
      tally.noise();
      return;
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

  /**
   * Whether a line continues the one before it, or is a record of perf's own without a time.
   *
   * <pre>
   *           ffffffff821f8298 __schedule+0x618 ([kernel.kallsyms])     a call chain
   *   core.c:6789                                                       field srcline
   *   libc.so.6[d43b8]
   *  ilen: 4                                                            insnlen after a call chain
   *   PERF_RECORD_FINISHED_ROUND
   * </pre>
   */
  private static boolean isContinued(byte[] b, int from, int end) {
    int p = ContextReader.skipBlanks(b, from);
    if (startsWith(b, p, end, RECORD)) {
      return true;
    }
    if (p == from) {
      return false;
    }
    int word = p;
    boolean hex = true;
    while (p < end && !AsciiCursor.isBlank(b[p])) {
      hex &= AsciiCursor.hexDigit(b[p++]) >= 0;
    }
    return hex
        || b[from] == '\t'
        || startsWith(b, word, end, LENGTH)
        || p - 1 > word && isSourceLine(b, word, p);
  }

  private static boolean isSourceLine(byte[] b, int word, int end) {
    int p = end;
    while (p > word && AsciiCursor.isDigit(b[p - 1])) {
      p--;
    }
    return p < end && p > word && b[p - 1] == ':'
        || b[end - 1] == ']' && Swar.indexOf(b, word, end, (byte) '[') >= 0;
  }

  private static boolean startsWith(byte[] b, int from, int end, byte[] prefix) {
    return end - from >= prefix.length
        && Arrays.equals(b, from, from + prefix.length, prefix, 0, prefix.length);
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
    if (!withText && tally.events() > 0 && decoder.events().anyBound()) {
      tally
          .diagnostics()
          .warning(
              "no-text",
              begin,
              "lines do not tell what the events say (field trace of perf" + " script -F)");
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

package org.vgictrace.parser.qemulog;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.EventTally;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.LogLines;

/** A log, read line by line in file order, which is the order in which the accesses took effect. */
final class QemuLogCapture implements Capture {
  /** Entries with a place per code; beyond that the occurrences are only counted. */
  private static final int ENTRIES_PER_CODE = 100;

  private final Input input;
  private final CaptureMeta meta;

  /**
   * @param stamped whether the first event has a time
   */
  QemuLogCapture(Input input, boolean stamped) {
    this.input = input;
    this.meta =
        new CaptureMeta(
            input.name(),
            "qemu trace log",
            null,
            "arm64",
            stamped ? "wall" : null,
            true,
            List.of(),
            null,
            List.of(),
            0);
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    Names names = new Names();
    LogDecoder decoder = new LogDecoder(new BatchBuilder(new BatchPool(names), consumer), wanted);
    LogLines lines = new LogLines(input.stream());
    LinePrefix prefix = new LinePrefix();
    Diagnostics diagnostics = new Diagnostics();
    long foreign = 0;
    long bare = 0;
    while (lines.next(decoder::flush)) {
      if (prefix.read(lines.bytes(), lines.start(), lines.end())) {
        bare += prefix.stamped ? 0 : 1;
        if (!decoder.event(lines.bytes(), prefix, lines.end(), lines.isWhole())) {
          add(diagnostics, "time-backwards", lines, "earlier than the event before it");
        }
        if (!lines.isWhole()) {
          add(diagnostics, "line-cut", lines, "the line has no end; its text is kept as it is");
        }
      } else if (lines.end() > lines.start()) {
        foreign++;
        decoder.lost();
        add(diagnostics, "line-unparsed", lines, "not a line of a trace event");
      }
    }
    decoder.flush();
    SortedMap<String, Long> byName = new TreeMap<>();
    for (LogEvent event : decoder.events().all()) {
      byName.merge(names.text(event.nameId), event.count, Long::sum);
    }
    EventTally events = decoder.tally();
    summarise(diagnostics, decoder, names, bare, Place.line(Math.max(1, lines.number())));
    return new CaptureCounts(
        events.count(),
        events.modelledCount(),
        byName,
        events.byCpu(),
        new TreeMap<>(),
        decoder.lostMarks(),
        -1,
        foreign,
        events.firstTime(),
        events.lastTime(),
        diagnostics.entries(),
        diagnostics.counts());
  }

  /** Adds what is worth saying of the log as a whole. */
  private void summarise(
      Diagnostics diagnostics, LogDecoder decoder, Names names, long bare, Place end) {
    String damage = input.stream().damage();
    if (damage != null) {
      diagnostics.error("compressed-data-damaged", end, damage);
    }
    if (bare > 0) {
      diagnostics.info(
          "no-time",
          Place.line(1),
          bare + " events have neither time nor thread (QEMU's option -msg timestamp=on was off)");
    }
    for (LogEvent event : decoder.events().all()) {
      if (event.misfits > 0) {
        diagnostics.warning(
            "text-shape-unknown",
            end,
            event.misfits
                + " of "
                + event.count
                + " events "
                + names.text(event.nameId)
                + " have a text of another shape than QEMU prints");
      }
    }
  }

  private static void add(Diagnostics diagnostics, String code, LogLines lines, String what) {
    diagnostics.addLimited(
        new Diagnostic(code, Severity.WARNING, Place.line(lines.number()), what), ENTRIES_PER_CODE);
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

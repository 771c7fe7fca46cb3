package org.vgictrace.parser.xenconsole;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.LogLines;

/** The log of a Xen console, read line by line. Time is the number of the line. */
final class ConsoleCapture implements Capture {
  private final Input input;
  private final CaptureMeta meta;

  ConsoleCapture(Input input) {
    this.input = input;
    this.meta =
        new CaptureMeta(
            input.name(),
            "xen console",
            null,
            null,
            "lines of the log",
            false,
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
    Diagnostics diagnostics = new Diagnostics();
    ConsoleRows rows =
        new ConsoleRows(new BatchBuilder(new BatchPool(new Names()), consumer), wanted);
    LogLines lines = new LogLines(input.stream());
    ConsoleLine line = new ConsoleLine();
    long other = 0;
    while (lines.next(rows::flush)) {
      boolean ofDump =
          lines.isWhole()
              && line.read(lines.bytes(), lines.start(), lines.end())
              && rows.add(line.text(), lines.number());
      other += ofDump || lines.end() == lines.start() ? 0 : 1;
    }
    rows.flush();
    String damage = input.stream().damage();
    if (damage != null) {
      diagnostics.error("compressed-data-damaged", Place.line(Math.max(1, lines.number())), damage);
    }
    if (other > 0) {
      diagnostics.info("remarks", Place.line(1), other + " lines are of no dump");
    }
    return rows.counts(diagnostics);
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

package org.vgictrace.parser.xentrace;

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

/** A dump of xenalyze, read line by line. */
final class DumpCapture implements Capture {
  private final Input input;
  private final CaptureMeta meta;

  DumpCapture(Input input) {
    this.input = input;
    this.meta =
        new CaptureMeta(
            input.name(),
            "xenalyze dump",
            null,
            null,
            "since the first record",
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
    DumpRows rows = new DumpRows(new BatchBuilder(new BatchPool(names), consumer), wanted);
    LogLines lines = new LogLines(input.stream());
    DumpLine line = new DumpLine();
    Diagnostics diagnostics = new Diagnostics();
    long remarks = 0;
    long cut = 0;
    while (lines.next(rows::flush)) {
      if (!line.read(lines.bytes(), lines.start(), lines.end())) {
        remarks += lines.end() > lines.start() ? 1 : 0;
      } else if (lines.isWhole()) {
        rows.add(lines.bytes(), line, lines.end());
      } else {
        cut++;
        diagnostics.warning(
            "line-cut", Place.line(lines.number()), "the line has no end; it is not read");
      }
    }
    rows.flush();
    String damage = input.stream().damage();
    if (damage != null) {
      diagnostics.error("compressed-data-damaged", Place.line(Math.max(1, lines.number())), damage);
    }
    if (remarks > 0) {
      diagnostics.info(
          "remarks", Place.line(1), remarks + " lines are remarks of xenalyze, not records");
    }
    return rows.counts(cut, diagnostics);
  }

  /** Whether a text is {@code NAME[ words ]}, as of events that have no text of their own. */
  static boolean isBracketed(byte[] b, int start, int end) {
    return end - start > 4
        && b[end - 1] == ']'
        && b[end - 2] == ' '
        && DumpWords.bracket(b, start, end) > start;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

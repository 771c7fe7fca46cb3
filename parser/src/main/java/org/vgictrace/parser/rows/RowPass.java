package org.vgictrace.parser.rows;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.vgictrace.parser.lines.LineSource;
import org.vgictrace.parser.rows.RowLines.Line;
import org.vgictrace.parser.rows.RowSyntax.LineClass;

/** One reading of a text, line by line. A row in which a quotation stays open goes on below. */
final class RowPass {
  /** Most lines of one row. */
  private static final int ROW_LINES_MAX = 64;

  /** Most characters of one row. */
  private static final int ROW_CHARS_MAX = LineSource.LINE_BYTES_MAX;

  private final RowLines lines;
  private final RowSyntax syntax;
  private final RowDecoder decoder;
  private final RowTable table;
  private final RowReports reports;
  private final Fields fields = new Fields();

  RowPass(
      LineSource lines, RowSyntax syntax, RowDecoder decoder, RowTable table, RowReports reports) {
    this.lines = new RowLines(lines);
    this.syntax = syntax;
    this.decoder = decoder;
    this.table = table;
    this.reports = reports;
  }

  /** Reads to the end. */
  void run() throws IOException {
    for (Line line = lines.next(); line != null; line = lines.next()) {
      if (line.lost() > 0) {
        table.lost(line.lost(), line.number());
      } else if (line.cut()) {
        reports.unparsed(
            "line-too-long",
            line.number(),
            "longer than " + LineSource.LINE_BYTES_MAX + " bytes; left out");
      } else if (!line.text().isBlank()) {
        line(line);
      }
    }
    table.finish();
  }

  private void line(Line line) throws IOException {
    try {
      LineClass read = syntax.read(line.text(), fields);
      String text = line.text();
      if (read == LineClass.OPEN) {
        text = goOn(line);
        read = syntax.read(text, fields);
      }
      switch (read) {
        case ROW -> row(text, line.number());
        case OPEN -> throw new RowException("opens a quotation that does not end");
        case FOREIGN -> reports.unparsed("line-unparsed", line.number(), "not a row");
        case NOTE -> {}
      }
    } catch (RowException e) {
      reports.unparsed("row-unparsed", line.number(), e.what());
    }
  }

  /**
   * The row with the lines below that are part of it; the line alone if its quotation stays open.
   */
  private String goOn(Line first) throws IOException, RowException {
    Deque<Line> taken = new ArrayDeque<>();
    StringBuilder text = new StringBuilder(first.text());
    boolean open = true;
    while (open && taken.size() < ROW_LINES_MAX && text.length() < ROW_CHARS_MAX) {
      Line line = lines.next();
      if (line == null || line.cut() || line.lost() > 0) {
        if (line != null) {
          taken.add(line);
        }
        break;
      }
      taken.add(line);
      text.append('\n').append(line.text());
      open = line.text().chars().filter(c -> c == '"').count() % 2 == 0;
    }
    if (!open) {
      return text.toString();
    }
    while (!taken.isEmpty()) {
      lines.putBack(taken.removeLast());
    }
    return first.text();
  }

  private void row(String text, long line) throws IOException {
    if (RowHead.isRemark(fields)) {
      return;
    }
    HeldRow row = table.take();
    RowDecoder.Label label = decoder.decode(fields, text, line, row);
    if (label != null) {
      table.add(label, row);
    } else {
      table.giveBack(row);
    }
  }
}

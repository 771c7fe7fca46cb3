package org.vgictrace.parser.rows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.lines.LineSource;

/**
 * What the beginning of a text says: how the rows are written, and what the script says of the
 * whole.
 *
 * <pre>
 * Attaching 9 probes...
 * # release: 6.12.107          {"release": "6.12.107", "clock": "mono"}
 * # clock: mono
 * ts,cpu,pid,kind,...          {"ts": 1, "cpu": 0, "kind": ...}
 * </pre>
 *
 * Reads no further than to the column names or the first row.
 */
final class RowHead {
  /** Lines that are neither rows nor remarks and may come first. */
  static final int FOREIGN_MAX = 64;

  private static final Set<String> REMARKS = Set.of("release", "arch", "clock");

  /**
   * Trace clocks that count something else than nanoseconds (kernel/trace/trace.c, trace_clocks).
   */
  private static final Set<String> OTHER_UNITS =
      Set.of("counter", "uptime", "x86-tsc", "ppc-tb", "s390-tod");

  private final Fields fields = new Fields();
  private final Map<String, String> remarks = new TreeMap<>();
  private @Nullable RowSyntax syntax;
  private int foreign;

  /** Whether there are rows. */
  boolean isRows() {
    return syntax != null;
  }

  /** Whether it is known if there are rows. */
  boolean isDecided() {
    return syntax != null || foreign > FOREIGN_MAX;
  }

  /** How the rows are written. */
  RowSyntax syntax() {
    RowSyntax found = syntax;
    return found == null ? new CsvRows() : found;
  }

  /** What the text says of the capture. */
  CaptureMeta meta(String file) {
    String clock = remarks.get("clock");
    return new CaptureMeta(
        file,
        syntax().format(),
        remarks.get("release"),
        remarks.get("arch"),
        clock,
        clock == null || !OTHER_UNITS.contains(clock),
        List.of(),
        null,
        List.of(),
        0);
  }

  /** Reads from the first line on; the source is to be rewound afterwards. */
  void read(LineSource lines) throws IOException {
    lines.keepFrom(0);
    RowLines texts = new RowLines(lines);
    long bytes = 0;
    while (!isDecided() && bytes < Head.BYTES_MAX) {
      RowLines.Line line = texts.next();
      if (line == null) {
        return;
      }
      bytes += line.text().length() + 1;
      line(line.text());
    }
  }

  private void line(String line) {
    if (line.isBlank()) {
      return;
    }
    if (line.startsWith("#")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        remark(line.substring(1, colon).strip(), line.substring(colon + 1).strip());
      }
    } else if (!object(line)) {
      if (CsvRows.isHeader(line)) {
        syntax = new CsvRows();
      } else {
        foreign++;
      }
    }
  }

  private boolean object(String line) {
    JsonRows json = new JsonRows();
    try {
      if (json.read(line, fields) != RowSyntax.LineClass.ROW) {
        return false;
      }
    } catch (RowException e) {
      return false;
    }
    if (isRemark(fields)) {
      for (int i = 0; i < fields.size(); i++) {
        remark(fields.name(i), fields.text(i));
      }
      return true;
    }
    boolean row =
        fields.indexOf("ts") >= 0 && (fields.indexOf("kind") >= 0 || fields.indexOf("event") >= 0);
    if (row) {
      syntax = json;
    }
    return row;
  }

  /** Whether an object says something of the capture rather than being a row. */
  static boolean isRemark(Fields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (!REMARKS.contains(fields.name(i))) {
        return false;
      }
    }
    return fields.size() > 0;
  }

  private void remark(String name, String value) {
    if (REMARKS.contains(name) && !value.isEmpty()) {
      remarks.putIfAbsent(name, value);
    }
  }
}

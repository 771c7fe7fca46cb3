package org.vgictrace.parser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Everything a capture gives, as text: one line per row with all its values. */
public record Rows(CaptureMeta meta, CaptureCounts counts, List<String> lines) {

  public static Rows of(Path file) throws IOException {
    return of(file, EnumSet.allOf(Kind.class));
  }

  public static Rows of(Path file, Set<Kind> wanted) throws IOException {
    try (Capture capture = Captures.open(file)) {
      return of(capture, wanted);
    }
  }

  public static Rows of(Capture capture) throws IOException {
    return of(capture, EnumSet.allOf(Kind.class));
  }

  private static Rows of(Capture capture, Set<Kind> wanted) throws IOException {
    List<String> lines = new ArrayList<>();
    CaptureCounts counts =
        capture.read(
            wanted,
            (batch, pool) -> {
              add(batch, lines);
              pool.recycle(batch);
            });
    return new Rows(capture.meta(), counts, lines);
  }

  /** Diagnostics as {@code code at place: message}. */
  public List<String> diagnostics() {
    return counts.diagnostics().stream()
        .map(d -> d.severity() + " " + d.code() + " at " + d.place() + ": " + d.message())
        .toList();
  }

  private static void add(Batch batch, List<String> lines) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int kind = batch.order()[i];
      lines.add(line(batch, batch.table(kind), cursors[kind]++));
    }
  }

  private static String line(Batch batch, KindTable table, int row) {
    StringBuilder line = new StringBuilder();
    line.append(table.seq()[row]).append(' ').append(table.ts()[row]);
    line.append(" [").append(table.cpu()[row]).append("] ");
    int comm = table.comm()[row];
    line.append(comm < 0 ? "?" : batch.names().text(comm)).append('-').append(table.pid()[row]);
    line.append(' ').append(table.flags()[row]).append('/').append(table.preempt()[row]);
    String buffer = batch.names().text(table.buffer()[row]);
    line.append(buffer.isEmpty() ? "" : " " + buffer);
    line.append(' ').append(table.kind().tableName());
    List<Column> columns = table.kind().columns();
    for (int c = 0; c < columns.size(); c++) {
      if (table.has(row, c)) {
        line.append(' ').append(columns.get(c).name()).append('=');
        line.append(value(batch, table, row, c, columns.get(c).type()));
      }
    }
    return line.toString();
  }

  private static String value(Batch batch, KindTable table, int row, int c, ColumnType type) {
    long v = table.get(row, c, 0);
    return switch (type) {
      case NAME -> batch.names().text((int) v);
      case BYTES ->
          HexFormat.of().formatHex(table.arena(), (int) (v >>> 32), (int) (v >>> 32) + (int) v);
      case HEX32, HEX64 -> "0x" + Long.toHexString(v);
      default -> Long.toString(v);
    };
  }
}

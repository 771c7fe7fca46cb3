package org.vgictrace.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Writes a capture as a script could have printed it: one row per event, of all kinds. */
final class RowTexts {
  private RowTexts() {}

  /** Every row of a capture: its columns by name, as a script prints them. */
  private static List<Map<String, String>> rows(Capture capture) throws IOException {
    List<Map<String, String>> rows = new ArrayList<>();
    capture.read(
        EnumSet.allOf(Kind.class),
        (batch, pool) -> {
          int[] cursors = new int[Kind.values().length];
          for (int i = 0; i < batch.size(); i++) {
            int kind = batch.order()[i];
            rows.add(row(batch, batch.table(kind), cursors[kind]++));
          }
          pool.recycle(batch);
        });
    return rows;
  }

  private static Map<String, String> row(Batch batch, KindTable table, int row) {
    Map<String, String> cells = new LinkedHashMap<>();
    cells.put("seq", Long.toString(table.seq()[row]));
    cells.put("ts", Long.toString(table.ts()[row]));
    cells.put("kind", table.kind().tableName());
    number(cells, "cpu", table.cpu()[row]);
    number(cells, "pid", table.pid()[row]);
    number(cells, "flags", table.flags()[row]);
    number(cells, "preempt", table.preempt()[row]);
    if (table.comm()[row] >= 0) {
      cells.put("comm", batch.names().text(table.comm()[row]));
    }
    cells.put("buffer", batch.names().text(table.buffer()[row]));
    List<Column> columns = table.kind().columns();
    for (int c = 0; c < columns.size(); c++) {
      Column column = columns.get(c);
      if (table.has(row, c) && column.type() != ColumnType.BYTES) {
        cells.put(column.name(), value(batch, column, table.values(c)[row]));
      }
    }
    return cells;
  }

  private static void number(Map<String, String> cells, String name, int value) {
    if (value != -1) {
      cells.put(name, Integer.toString(value));
    }
  }

  private static String value(Batch batch, Column column, long value) {
    return switch (column.type()) {
      case HEX32, HEX64 -> "0x" + Long.toHexString(value);
      case ENUM -> column.labels().get((int) value);
      case NAME -> batch.names().text((int) value);
      default -> Long.toString(value);
    };
  }

  private static Map<String, String> remarks(CaptureMeta meta) {
    Map<String, String> remarks = new LinkedHashMap<>();
    if (meta.release() != null) {
      remarks.put("release", meta.release());
    }
    String clock = meta.clock();
    remarks.put("clock", clock != null ? clock : meta.nanoseconds() ? "local" : "uptime");
    return remarks;
  }

  /** The capture as CSV with all columns that any of its rows has. */
  static String csv(Capture capture) throws IOException {
    List<Map<String, String>> rows = rows(capture);
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.keySet()));
    StringBuilder text = new StringBuilder();
    remarks(capture.meta())
        .forEach((name, value) -> text.append("# " + name + ": " + value + "\n"));
    text.append(String.join(",", columns)).append('\n');
    for (Map<String, String> row : rows) {
      text.append(
          columns.stream().map(name -> cell(row.get(name))).collect(Collectors.joining(",")));
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(@Nullable String value) {
    return value == null ? "" : '"' + value.replace("\\", "\\\\").replace("\"", "\"\"") + '"';
  }

  /** The capture as JSON lines. */
  static String json(Capture capture) throws IOException {
    List<Map<String, String>> rows = rows(capture);
    StringBuilder text = new StringBuilder(object(remarks(capture.meta())));
    rows.forEach(row -> text.append(object(row)));
    return text.toString();
  }

  private static String object(Map<String, String> members) {
    return members.entrySet().stream()
        .map(each -> '"' + each.getKey() + "\":" + json(each.getValue()))
        .collect(Collectors.joining(",", "{", "}\n"));
  }

  private static String json(String value) {
    boolean number = value.matches("-?[0-9]{1,18}");
    return number ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

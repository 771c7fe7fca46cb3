package org.vgictrace.parser.qemulog;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** Reads logs for tests, and shows rows as lines. */
final class Logs {

  /** Everything that came out of one log. */
  record Outcome(CaptureMeta meta, List<String> rows, CaptureCounts counts) {}

  private Logs() {}

  static Outcome read(String text) {
    return read(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static Outcome read(byte[] text) {
    try (Input input = Inputs.open("test", new ByteArrayInputStream(text));
        Capture capture = new QemuLog().open(input, BindingPacks.builtin())) {
      List<String> rows = new ArrayList<>();
      CaptureCounts counts =
          capture.read(
              EnumSet.allOf(Kind.class),
              (batch, pool) -> {
                addRows(batch, rows);
                pool.recycle(batch);
              });
      return new Outcome(capture.meta(), rows, counts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addRows(Batch batch, List<String> rows) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = batch.order()[i];
      rows.add(row(batch, batch.table(ordinal), cursors[ordinal]++));
    }
  }

  /** Time, CPU, thread, kind, values. */
  private static String row(Batch batch, KindTable table, int row) {
    StringBuilder line = new StringBuilder();
    line.append(table.ts()[row]).append(" [").append(table.cpu()[row]).append("] ");
    line.append(table.pid()[row]).append(' ').append(table.kind().tableName());
    List<Column> columns = table.kind().columns();
    for (int column = 0; column < columns.size(); column++) {
      if (table.has(row, column)) {
        line.append(' ').append(columns.get(column).name()).append('=');
        line.append(value(batch, table, row, column));
      }
    }
    return line.toString();
  }

  private static String value(Batch batch, KindTable table, int row, int column) {
    Column declared = table.kind().columns().get(column);
    long value = table.values(column)[row];
    return switch (declared.type()) {
      case HEX32, HEX64 -> "0x" + Long.toHexString(value);
      case ENUM -> declared.labels().get((int) value);
      case NAME -> batch.names().text((int) value);
      case BYTES -> '"' + table.text(row, column) + '"';
      default -> Long.toString(value);
    };
  }
}

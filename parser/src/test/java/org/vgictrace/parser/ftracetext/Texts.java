package org.vgictrace.parser.ftracetext;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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

/** Reads texts for tests, and shows rows as lines. */
final class Texts {

  /** Everything that came out of one text. */
  record Outcome(CaptureMeta meta, List<String> rows, CaptureCounts counts) {}

  private Texts() {}

  static Outcome read(String text) {
    return read(text.getBytes(StandardCharsets.UTF_8), EnumSet.allOf(Kind.class));
  }

  static Outcome read(byte[] text, Set<Kind> wanted) {
    try (Input input = Inputs.open("test", new ByteArrayInputStream(text));
        Capture capture = new FtraceText().open(input, BindingPacks.builtin())) {
      return read(capture, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Outcome read(Capture capture) throws IOException {
    return read(capture, EnumSet.allOf(Kind.class));
  }

  private static Outcome read(Capture capture, Set<Kind> wanted) throws IOException {
    List<String> rows = new ArrayList<>();
    CaptureCounts counts =
        capture.read(
            wanted,
            (batch, pool) -> {
              addRows(batch, rows);
              pool.recycle(batch);
            });
    return new Outcome(capture.meta(), rows, counts);
  }

  /** One line per row: time, CPU, pid, comm, flags, preempt, instance if any, kind, values. */
  static void addRows(Batch batch, List<String> rows) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = batch.order()[i];
      rows.add(row(batch, batch.table(ordinal), cursors[ordinal]++));
    }
  }

  private static String row(Batch batch, KindTable table, int row) {
    StringBuilder line = new StringBuilder();
    line.append(table.ts()[row]).append(" [").append(table.cpu()[row]).append("] ");
    line.append(table.comm()[row] < 0 ? "-" : batch.names().text(table.comm()[row]));
    line.append('/').append(table.pid()[row]).append(' ');
    line.append(byteText(table.flags()[row])).append(':').append(byteText(table.preempt()[row]));
    String buffer = batch.names().text(table.buffer()[row]);
    line.append(buffer.isEmpty() ? " " : " <" + buffer + "> ").append(table.kind().tableName());
    List<Column> columns = table.kind().columns();
    for (int column = 0; column < columns.size(); column++) {
      if (table.has(row, column)) {
        line.append(' ').append(columns.get(column).name()).append('=');
        line.append(value(batch, table, row, column));
      }
    }
    return line.toString();
  }

  private static String byteText(int value) {
    return value < 0 ? "-" : Integer.toHexString(value);
  }

  private static String value(Batch batch, KindTable table, int row, int column) {
    Column declared = table.kind().columns().get(column);
    long value = table.values(column)[row];
    return switch (declared.type()) {
      case HEX32, HEX64 -> "0x" + Long.toHexString(value);
      case ENUM -> declared.labels().get((int) value);
      case NAME -> '"' + batch.names().text((int) value) + '"';
      case BYTES -> '"' + table.text(row, column) + '"';
      default -> Long.toString(value);
    };
  }
}

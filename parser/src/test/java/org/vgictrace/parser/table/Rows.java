package org.vgictrace.parser.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** Collects a stream of events as lines that show everything an event has, for comparison. */
final class Rows implements BatchConsumer {
  private final List<String> lines = new ArrayList<>();

  /** The events of a capture, then what reading it returned. */
  static List<String> of(Capture capture, Set<Kind> wanted) throws IOException {
    Rows rows = new Rows();
    CaptureCounts counts = capture.read(wanted, rows);
    rows.lines.add(counts.toString());
    return rows.lines;
  }

  @Override
  public void accept(Batch batch, BatchPool pool) {
    int[] cursors = new int[Kind.values().length];
    for (int i = 0; i < batch.size(); i++) {
      int kind = batch.order()[i];
      lines.add(line(batch.table(kind), cursors[kind]++, batch.names()));
    }
    // Contents must not be read after this; make a mistake visible.
    for (Kind kind : Kind.values()) {
      Arrays.fill(batch.table(kind).present(), -1);
      Arrays.fill(batch.table(kind).seq(), -1);
    }
    pool.recycle(batch);
  }

  private static String line(KindTable table, int row, Names names) {
    StringBuilder line = new StringBuilder();
    int comm = table.comm()[row];
    line.append(table.seq()[row])
        .append(' ')
        .append(table.kind().tableName())
        .append(" ts=")
        .append(table.ts()[row])
        .append(" cpu=")
        .append(table.cpu()[row])
        .append(" pid=")
        .append(table.pid()[row])
        .append(" comm=")
        .append(comm < 0 ? "null" : "<" + names.text(comm) + ">")
        .append(" flags=")
        .append(table.flags()[row])
        .append(" preempt=")
        .append(table.preempt()[row])
        .append(" buffer=<")
        .append(names.text(table.buffer()[row]))
        .append('>');
    for (int c = 0; c < table.kind().columns().size(); c++) {
      line.append(' ').append(table.kind().columns().get(c).name()).append('=');
      if (!table.has(row, c)) {
        line.append("null");
        continue;
      }
      long value = table.values(c)[row];
      switch (table.kind().columns().get(c).type()) {
        case NAME -> line.append('<').append(names.text((int) value)).append('>');
        case BYTES -> {
          int from = (int) (value >>> 32);
          line.append(HexFormat.of().formatHex(table.arena(), from, from + (int) value));
        }
        case BOOL, UINT8, UINT16, UINT32, INT32, INT64, HEX32, HEX64, ENUM -> line.append(value);
      }
    }
    return line.toString();
  }
}

package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** Writes the rows of one kind, batch after batch, to a CSV file. */
final class CsvKindWriter implements KindWriter {
  private final CsvOutput out;
  private final Column[] columns;
  private final byte[][][] labels;
  private final long[][] values;
  private long rows;

  CsvKindWriter(Path file, Kind kind, Names names) throws IOException {
    this.out = new CsvOutput(file, TableColumns.of(kind), names);
    this.columns = kind.columns().toArray(Column[]::new);
    this.values = new long[columns.length][];
    this.labels = new byte[columns.length][][];
    for (int c = 0; c < columns.length; c++) {
      labels[c] = cells(columns[c].labels());
    }
  }

  /** The labels of an enumeration as cells. */
  static byte[][] cells(List<String> labels) {
    byte[][] cells = new byte[labels.size()][];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = labels.get(i).getBytes(StandardCharsets.US_ASCII);
    }
    return cells;
  }

  /** Writes all rows of a batch's table. */
  @Override
  public void add(KindTable table) throws IOException {
    long[] present = table.present();
    for (int c = 0; c < columns.length; c++) {
      values[c] = table.values(c);
    }
    for (int row = 0; row < table.rows(); row++) {
      common(table, row);
      long mask = present[row];
      for (int c = 0; c < columns.length; c++) {
        if ((mask >>> c & 1) == 0) {
          out.none();
        } else {
          value(c, values[c][row], table.arena());
        }
      }
      out.endLine();
    }
    rows += table.rows();
  }

  @Override
  public void finish() throws IOException {
    out.finish();
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void common(KindTable table, int row) throws IOException {
    out.number(table.seq()[row]);
    out.number(table.ts()[row]);
    numberOrNone(table.cpu()[row]);
    numberOrNone(table.pid()[row]);
    nameOrNone(table.comm()[row]);
    numberOrNone(table.flags()[row]);
    numberOrNone(table.preempt()[row]);
    nameOrNone(table.buffer()[row]);
  }

  private void value(int c, long value, byte[] arena) throws IOException {
    switch (columns[c].type()) {
      case BOOL, UINT8, UINT16, UINT32, INT32, INT64 -> out.number(value);
      case HEX32, HEX64 -> out.hex(value);
      case ENUM -> out.cell(labels[c][(int) value]);
      case NAME -> out.name((int) value);
      case BYTES -> out.text(arena, (int) (value >>> 32), (int) value);
    }
  }

  private void numberOrNone(int value) throws IOException {
    if (value == -1) {
      out.none();
    } else {
      out.number(value);
    }
  }

  private void nameOrNone(int id) throws IOException {
    if (id == -1) {
      out.none();
    } else {
      out.name(id);
    }
  }
}

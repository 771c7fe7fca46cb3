package org.vgictrace.parser.table;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Feeds the rows of one kind, batch after batch, into its Arrow table. */
final class ArrowKindWriter implements KindWriter {
  private static final int[] INTS = {
    TableColumns.CPU,
    TableColumns.PID,
    TableColumns.COMM,
    TableColumns.FLAGS,
    TableColumns.PREEMPT,
    TableColumns.BUFFER
  };

  private final ArrowTableWriter table;
  private final ArrowColumn.@Nullable Blob blob;
  private final int blobColumn;
  private final Scratch scratch;

  ArrowKindWriter(ArrowTableWriter table, Kind kind, Scratch scratch) {
    this.scratch = scratch;
    this.table = table;
    int found = -1;
    for (int c = 0; c < kind.columns().size(); c++) {
      if (kind.columns().get(c).type() == ColumnType.BYTES) {
        found = c;
      }
    }
    this.blobColumn = found;
    this.blob = found < 0 ? null : (ArrowColumn.Blob) table.column(TableColumns.COMMON + found);
  }

  /** Adds all rows of a batch's table. */
  @Override
  public void add(KindTable rows) throws IOException {
    int from = 0;
    while (from < rows.rows()) {
      int count = Math.min(Math.min(rows.rows() - from, table.room()), ArrowColumn.RUN_MAX);
      if (blob != null) {
        blob.from(rows.arena());
        count = fitting(rows, from, count, blob.size());
      }
      addCommon(rows, from, count);
      addOwn(rows, from, count);
      from += count;
      table.advance();
      if (blob != null && blob.size() >= ArrowTableWriter.BATCH_BYTES) {
        table.flush();
      }
    }
  }

  /** Writes what is left. */
  @Override
  public void finish() throws IOException {
    table.finish();
  }

  @Override
  public long rows() {
    return table.rows();
  }

  @Override
  public void close() throws IOException {
    table.close();
  }

  /** How many rows fill the record batch up to its size in bytes, at least 1. */
  private int fitting(KindTable rows, int from, int count, long used) {
    long[] lengths = rows.values(blobColumn);
    long size = used;
    for (int i = 0; i < count; i++) {
      size += rows.has(from + i, blobColumn) ? (int) lengths[from + i] : 0;
      if (size >= ArrowTableWriter.BATCH_BYTES) {
        return i + 1;
      }
    }
    return count;
  }

  private void addCommon(KindTable rows, int from, int count) {
    table.column(TableColumns.SEQ).addAll(rows.seq(), from, count);
    table.column(TableColumns.TS).addAll(rows.ts(), from, count);
    for (int column : INTS) {
      addInts((ArrowColumn.FromInts) table.column(column), ints(rows, column), from, count);
    }
  }

  private static int[] ints(KindTable rows, int column) {
    return switch (column) {
      case TableColumns.CPU -> rows.cpu();
      case TableColumns.PID -> rows.pid();
      case TableColumns.COMM -> rows.comm();
      case TableColumns.FLAGS -> rows.flags();
      case TableColumns.PREEMPT -> rows.preempt();
      case TableColumns.BUFFER -> rows.buffer();
      default -> throw new AssertionError("column " + column + " is not an int");
    };
  }

  /** Adds values of a common column, where -1 stands for null. */
  private void addInts(ArrowColumn.FromInts column, int[] source, int from, int count) {
    int nulls = 0;
    for (int i = from; i < from + count; i++) {
      nulls += source[i] == -1 ? 1 : 0;
    }
    if (nulls == 0) {
      column.addAll(source, from, count);
    } else if (nulls == count) {
      column.addNone(count);
    } else {
      for (int i = 0; i < count; i++) {
        int value = source[from + i];
        scratch.values[i] = value;
        scratch.present[i] = value == -1 ? 0 : 1;
      }
      column.addSome(scratch.values, scratch.present, 0, 0, count, scratch.masked);
    }
  }

  private void addOwn(KindTable rows, int from, int count) {
    long[] masks = rows.present();
    long all = -1;
    long any = 0;
    for (int i = from; i < from + count; i++) {
      all &= masks[i];
      any |= masks[i];
    }
    int columns = rows.kind().columns().size();
    for (int c = 0; c < columns; c++) {
      ArrowColumn column = table.column(TableColumns.COMMON + c);
      if ((all >>> c & 1) != 0) {
        column.addAll(rows.values(c), from, count);
      } else if ((any >>> c & 1) == 0) {
        column.addNone(count);
      } else {
        column.addSome(rows.values(c), masks, c, from, count, scratch.masked);
      }
    }
  }
}

package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/** Reads the rows of one kind from an Arrow file, column by column, into the tables of batches. */
final class ArrowKindReader implements Closeable {
  private final RowCheck check;
  private final List<Column> own;
  private final ArrowTableReader table;
  private final long[] scratch = new long[Batch.EVENTS_MAX];
  private final long[] present = new long[Batch.EVENTS_MAX];

  ArrowKindReader(Kind kind, RowCheck check, Names names) throws IOException {
    this.check = check;
    this.own = kind.columns();
    this.table = new ArrowTableReader(check.file(kind.tableName()), TableColumns.of(kind), names);
  }

  /** Fills all rows of a table with the next rows of the file. */
  void read(KindTable target) throws IOException {
    int at = 0;
    while (at < target.rows()) {
      int count = Math.min(table.available(), target.rows() - at);
      if (count == 0) {
        throw check.tooFew(target.kind(), table.rows());
      }
      readCommon(target, at, count);
      readOwn(target, at, count);
      table.skip(count);
      at += count;
    }
  }

  /** Whether all rows have been read. */
  boolean isAtEnd() throws IOException {
    return table.available() == 0;
  }

  @Override
  public void close() throws IOException {
    table.close();
  }

  private void readCommon(KindTable target, int at, int count) throws InputException {
    table.fetch(TableColumns.SEQ, target.seq(), at, count);
    table.fetch(TableColumns.TS, target.ts(), at, count);
    readInts(TableColumns.CPU, target.cpu(), at, count);
    readInts(TableColumns.PID, target.pid(), at, count);
    readInts(TableColumns.COMM, target.comm(), at, count);
    readInts(TableColumns.FLAGS, target.flags(), at, count);
    readInts(TableColumns.PREEMPT, target.preempt(), at, count);
    readInts(TableColumns.BUFFER, target.buffer(), at, count);
  }

  /** Reads a common column, where -1 stands for null. */
  private void readInts(int column, int[] target, int at, int count) throws InputException {
    table.fetch(column, scratch, 0, count);
    for (int i = 0; i < count; i++) {
      target[at + i] = (int) scratch[i];
    }
    if (table.hasNulls(column)) {
      Arrays.fill(present, 0, count, 0);
      table.present(column, 0, present, 0, count);
      for (int i = 0; i < count; i++) {
        if (present[i] == 0) {
          target[at + i] = -1;
        }
      }
    }
  }

  private void readOwn(KindTable target, int at, int count) throws InputException {
    long everywhere = 0;
    for (int c = 0; c < own.size(); c++) {
      int column = TableColumns.COMMON + c;
      if (own.get(c).type() != ColumnType.BYTES && !table.hasNulls(column)) {
        everywhere |= 1L << c;
      }
    }
    Arrays.fill(target.present(), at, at + count, everywhere);
    for (int c = 0; c < own.size(); c++) {
      int column = TableColumns.COMMON + c;
      if (!table.has(column)) {
        continue;
      }
      if (own.get(c).type() == ColumnType.BYTES) {
        readBytes(target, c, at, count);
        continue;
      }
      if ((everywhere >>> c & 1) == 0) {
        table.present(column, c, target.present(), at, count);
      }
      table.fetch(column, target.values(c), at, count);
    }
  }

  private void readBytes(KindTable target, int c, int at, int count) throws InputException {
    for (int i = 0; i < count; i++) {
      byte[] bytes = table.bytes(TableColumns.COMMON + c, i);
      if (bytes != null) {
        target.putBytes(at + i, c, bytes, 0, bytes.length);
      }
    }
  }
}

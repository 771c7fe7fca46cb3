package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * A directory of CSV files as a capture. The events come in the order of {@code order.csv}; only
 * the files of wanted kinds are opened, and one row of each is in memory at a time.
 */
final class CsvDirectoryCapture extends DirectoryCapture<CsvTableReader> {
  private static final Kind[] KINDS = Kind.values();

  CsvDirectoryCapture(Path directory, CaptureFile head) throws InputException {
    super(directory, head);
  }

  @Override
  void readAll(Path orderFile, Set<Kind> wanted, BatchBuilder builder) throws IOException {
    try (CsvTableReader order = new CsvTableReader(orderFile, TableColumns.ORDER, names())) {
      while (order.next()) {
        long seq = order.number(TableColumns.SEQ);
        Kind kind = KINDS[(int) order.number(TableColumns.KIND)];
        check().event(seq, kind.ordinal());
        if (wanted.contains(kind)) {
          read(kind, seq, builder);
        }
      }
    }
    builder.flush();
  }

  @Override
  CsvTableReader open(Kind kind) throws IOException {
    return new CsvTableReader(check().file(kind.tableName()), TableColumns.of(kind), names());
  }

  @Override
  boolean isAtEnd(CsvTableReader reader) throws IOException {
    return !reader.next();
  }

  private void read(Kind kind, long seq, BatchBuilder builder) throws IOException {
    CsvTableReader row = reader(kind);
    if (!row.next()) {
      throw check().tooFew(kind, row.rows());
    }
    long found = row.number(TableColumns.SEQ);
    if (found != seq) {
      throw check().mismatch(kind, row.rows() - 1, found, seq);
    }
    KindTable target =
        builder.appendAt(
            seq,
            kind,
            row.number(TableColumns.TS),
            orMinusOne(row, TableColumns.CPU),
            orMinusOne(row, TableColumns.PID),
            orMinusOne(row, TableColumns.COMM),
            orMinusOne(row, TableColumns.FLAGS),
            orMinusOne(row, TableColumns.PREEMPT),
            orMinusOne(row, TableColumns.BUFFER));
    List<Column> own = kind.columns();
    for (int c = 0; c < own.size(); c++) {
      int column = TableColumns.COMMON + c;
      if (!row.has(column)) {
        continue;
      }
      if (own.get(c).type() == ColumnType.BYTES) {
        byte[] bytes = row.bytes(column);
        target.putBytes(c, bytes, 0, bytes.length);
      } else {
        target.put(c, row.number(column));
      }
    }
  }

  private static int orMinusOne(CsvTableReader row, int column) throws InputException {
    return row.has(column) ? (int) row.number(column) : -1;
  }
}

package org.vgictrace.parser.table;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Checks that the files of a converted capture belong together. */
final class RowCheck {
  private static final Kind[] KINDS = Kind.values();

  private final Path directory;
  private final CaptureFile head;
  private final long[] events = new long[KINDS.length];
  private final long[] rows = new long[KINDS.length];
  private final int[] cursors = new int[KINDS.length];
  private long previous = -1;

  /**
   * Starts with what {@code capture.json} says.
   *
   * @throws InputException if it names a table that has no file
   */
  RowCheck(Path directory, CaptureFile head) throws InputException {
    this.directory = directory;
    this.head = head;
    for (String table : head.rows().keySet()) {
      if (Kind.named(table) == null) {
        throw new InputException(
            directory.resolve(CaptureFile.NAME).toString(),
            "table '" + Printable.of(table) + "' is not one that this version reads");
      }
      exists(file(table));
    }
    exists(file(TableColumns.ORDER_NAME));
  }

  /** The file of a table. */
  Path file(String table) {
    return directory.resolve(table + '.' + head.layout().label());
  }

  /** Takes note of an event of the order file. */
  void event(long seq, int kind) throws InputException {
    if (seq <= previous) {
      throw new InputException(
          file(TableColumns.ORDER_NAME).toString(),
          "event %d follows event %d".formatted(seq, previous));
    }
    previous = seq;
    events[kind]++;
  }

  /** Checks that the rows of a batch are those of the events that the order file gives for it. */
  void rows(Batch batch, long[] seqs) throws InputException {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int kind = order[i];
      KindTable table = batch.table(kind);
      long seq = table.seq()[cursors[kind]++];
      if (seq != seqs[i]) {
        throw mismatch(KINDS[kind], rows[kind] + cursors[kind] - 1, seq, seqs[i]);
      }
    }
    for (int kind = 0; kind < cursors.length; kind++) {
      rows[kind] += cursors[kind];
    }
  }

  /** That a row is not the one the order file has in its place. */
  InputException mismatch(Kind kind, long row, long seq, long expected) {
    return new InputException(
        file(kind.tableName()).toString(),
        "row %d is event %d, the order file has event %d".formatted(row, seq, expected));
  }

  /** That a table has fewer rows than the order file asks for. */
  InputException tooFew(Kind kind, long rows) {
    return new InputException(
        file(kind.tableName()).toString(), "has %d rows, the order file has more".formatted(rows));
  }

  /** That a table has more rows than the order file asks for. */
  InputException tooMany(Kind kind) {
    return new InputException(
        file(kind.tableName()).toString(),
        "has more rows than the order file, which has %d".formatted(events[kind.ordinal()]));
  }

  /** Checks the number of events of each kind. */
  void end() throws InputException {
    for (Kind kind : KINDS) {
      long expected = head.rows().getOrDefault(kind.tableName(), 0L);
      long found = events[kind.ordinal()];
      if (found != expected) {
        throw new InputException(
            file(TableColumns.ORDER_NAME).toString(),
            "has %d events of %s, capture.json has %d"
                .formatted(found, kind.tableName(), expected));
      }
    }
  }

  private static void exists(Path file) throws InputException {
    if (!Files.isRegularFile(file)) {
      throw new InputException(file.toString(), "is missing");
    }
  }
}

package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * A directory of Arrow files as a capture. The events come in the order of {@code order.arrow};
 * only the files of wanted kinds are opened, and one record batch of each is in memory at a time.
 */
final class ArrowDirectoryCapture extends DirectoryCapture<ArrowKindReader> {
  private static final Kind[] KINDS = Kind.values();

  ArrowDirectoryCapture(Path directory, CaptureFile head) throws InputException {
    super(directory, head);
  }

  @Override
  void readAll(Path orderFile, Set<Kind> wanted, BatchBuilder builder) throws IOException {
    boolean[] rows = new boolean[KINDS.length];
    for (Kind kind : wanted) {
      rows[kind.ordinal()] = true;
    }
    long[] seqs = new long[Batch.EVENTS_MAX];
    long[] codes = new long[Batch.EVENTS_MAX];
    byte[] kinds = new byte[Batch.EVENTS_MAX];
    try (ArrowTableReader order = new ArrowTableReader(orderFile, TableColumns.ORDER, names())) {
      for (int count = order.available(); count > 0; count = order.available()) {
        count = Math.min(count, Batch.EVENTS_MAX);
        order.fetch(TableColumns.SEQ, seqs, 0, count);
        order.fetch(TableColumns.KIND, codes, 0, count);
        order.skip(count);
        int events = 0;
        for (int i = 0; i < count; i++) {
          check().event(seqs[i], (int) codes[i]);
          if (rows[(int) codes[i]]) {
            seqs[events] = seqs[i];
            kinds[events++] = (byte) codes[i];
          }
        }
        if (events > 0) {
          Batch batch = builder.appendAll(kinds, events);
          fill(batch);
          check().rows(batch, seqs);
          builder.flush();
        }
      }
    }
  }

  @Override
  ArrowKindReader open(Kind kind) throws IOException {
    return new ArrowKindReader(kind, check(), names());
  }

  @Override
  boolean isAtEnd(ArrowKindReader reader) throws IOException {
    return reader.isAtEnd();
  }

  private void fill(Batch batch) throws IOException {
    for (Kind kind : KINDS) {
      KindTable table = batch.table(kind);
      if (table.rows() > 0) {
        reader(kind).read(table);
      }
    }
  }
}

package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * A directory of Arrow files as a capture. The events come in the order of {@code order.arrow};
 * only the files of wanted kinds are opened, and one record batch of each is in memory at a time.
 */
final class ArrowDirectoryCapture implements Capture {
  private static final Kind[] KINDS = Kind.values();

  private final CaptureFile head;
  private final Names names = new Names();
  private final Map<Kind, ArrowKindReader> readers = new EnumMap<>(Kind.class);
  private final RowCheck check;

  ArrowDirectoryCapture(Path directory, CaptureFile head) throws InputException {
    this.head = head;
    this.check = new RowCheck(directory, head);
  }

  @Override
  public CaptureMeta meta() {
    return head.meta();
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), consumer);
    boolean[] rows = new boolean[KINDS.length];
    for (Kind kind : wanted) {
      rows[kind.ordinal()] = true;
    }
    long[] seqs = new long[Batch.EVENTS_MAX];
    long[] codes = new long[Batch.EVENTS_MAX];
    byte[] kinds = new byte[Batch.EVENTS_MAX];
    Path orderFile = check.file(TableColumns.ORDER_NAME);
    try (ArrowTableReader order = new ArrowTableReader(orderFile, TableColumns.ORDER, names)) {
      for (int count = order.available(); count > 0; count = order.available()) {
        count = Math.min(count, Batch.EVENTS_MAX);
        order.fetch(TableColumns.SEQ, seqs, 0, count);
        order.fetch(TableColumns.KIND, codes, 0, count);
        order.skip(count);
        int events = 0;
        for (int i = 0; i < count; i++) {
          check.event(seqs[i], (int) codes[i]);
          if (rows[(int) codes[i]]) {
            seqs[events] = seqs[i];
            kinds[events++] = (byte) codes[i];
          }
        }
        if (events > 0) {
          Batch batch = builder.appendAll(kinds, events);
          fill(batch);
          check.rows(batch, seqs);
          builder.flush();
        }
      }
    }
    for (Map.Entry<Kind, ArrowKindReader> entry : readers.entrySet()) {
      if (!entry.getValue().isAtEnd()) {
        throw check.tooMany(entry.getKey());
      }
    }
    check.end();
    return head.counts();
  }

  @Override
  public void close() throws IOException {
    for (ArrowKindReader reader : readers.values()) {
      reader.close();
    }
  }

  private void fill(Batch batch) throws IOException {
    for (Kind kind : KINDS) {
      KindTable table = batch.table(kind);
      if (table.rows() > 0) {
        reader(kind).read(table);
      }
    }
  }

  private ArrowKindReader reader(Kind kind) throws IOException {
    ArrowKindReader reader = readers.get(kind);
    if (reader == null) {
      reader = new ArrowKindReader(kind, check, names);
      readers.put(kind, reader);
    }
    return reader;
  }
}

package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;

/**
 * A converted capture. The events come in the order of the file that holds it; only the files of
 * wanted kinds are opened.
 *
 * @param <R> reader of one kind's file
 */
abstract class DirectoryCapture<R extends Closeable> implements Capture {
  private final CaptureFile head;
  private final Names names = new Names();
  private final Map<Kind, R> readers = new EnumMap<>(Kind.class);
  private final RowCheck check;

  DirectoryCapture(Path directory, CaptureFile head) throws InputException {
    this.head = head;
    this.check = new RowCheck(directory, head);
  }

  /** Opens the file of a kind. */
  abstract R open(Kind kind) throws IOException;

  /** Reads the events of wanted kinds in order. */
  abstract void readAll(Path order, Set<Kind> wanted, BatchBuilder builder) throws IOException;

  /** Whether the file of a kind has no further row. */
  abstract boolean isAtEnd(R reader) throws IOException;

  Names names() {
    return names;
  }

  RowCheck check() {
    return check;
  }

  @Override
  public final CaptureMeta meta() {
    return head.meta();
  }

  @Override
  public final CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    BatchBuilder builder = new BatchBuilder(new BatchPool(names), consumer);
    readAll(check.file(TableColumns.ORDER_NAME), wanted, builder);
    for (Map.Entry<Kind, R> entry : readers.entrySet()) {
      if (!isAtEnd(entry.getValue())) {
        throw check.tooMany(entry.getKey());
      }
    }
    check.end();
    return head.counts();
  }

  @Override
  public final void close() throws IOException {
    for (R reader : readers.values()) {
      reader.close();
    }
  }

  /** The reader of a kind, opened at first use. */
  R reader(Kind kind) throws IOException {
    R reader = readers.get(kind);
    if (reader == null) {
      reader = open(kind);
      readers.put(kind, reader);
    }
    return reader;
  }
}

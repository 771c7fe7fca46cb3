package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Writes a capture as a directory with one file for each kind that has rows, one with the order of
 * the events, and {@code capture.json}. The directory appears under its name when all is written.
 *
 * @param <T> writer of one kind's file
 */
abstract sealed class DirectoryWriter<T extends KindWriter> implements TableWriter
    permits ArrowDirectoryWriter, CsvDirectoryWriter {
  private static final Kind[] KINDS = Kind.values();

  private final CaptureMeta meta;
  private final TableLayout layout;
  private final StagedDirectory directory;
  private final Map<Kind, T> tables = new EnumMap<>(Kind.class);

  /**
   * @param target where it will appear
   * @param replace whether a converted capture of that name is replaced
   * @param meta the capture's head
   */
  DirectoryWriter(Path target, boolean replace, CaptureMeta meta, TableLayout layout)
      throws IOException {
    this.meta = meta;
    this.layout = layout;
    this.directory = new StagedDirectory(target, replace);
  }

  /** Starts the file of a kind. */
  abstract T start(Kind kind, Names names) throws IOException;

  /** Writes the order of a batch's events. */
  abstract void addOrder(Batch batch) throws IOException;

  /** Completes the file with the order, which may have no rows. */
  abstract void finishOrder() throws IOException;

  abstract void closeOrder() throws IOException;

  CaptureMeta meta() {
    return meta;
  }

  /** The path of a table's file. */
  Path file(String table) {
    return directory.file(table + "." + layout.label());
  }

  @Override
  public final void accept(Batch batch, BatchPool pool) throws IOException {
    for (Kind kind : KINDS) {
      KindTable rows = batch.table(kind);
      if (rows.rows() > 0) {
        table(kind, batch.names()).add(rows);
      }
    }
    addOrder(batch);
    pool.recycle(batch);
  }

  @Override
  public final void finish(CaptureCounts counts) throws IOException {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (Map.Entry<Kind, T> entry : tables.entrySet()) {
      entry.getValue().finish();
      rows.put(entry.getKey().tableName(), entry.getValue().rows());
    }
    finishOrder();
    closeTables();
    new CaptureFile(layout, meta, counts, rows).write(directory.file(CaptureFile.NAME));
    directory.publish();
  }

  @Override
  public final void close() throws IOException {
    try {
      closeTables();
    } finally {
      directory.close();
    }
  }

  private T table(Kind kind, Names names) throws IOException {
    T table = tables.get(kind);
    if (table == null) {
      table = start(kind, names);
      tables.put(kind, table);
    }
    return table;
  }

  private void closeTables() throws IOException {
    for (T table : tables.values()) {
      table.close();
    }
    closeOrder();
  }
}

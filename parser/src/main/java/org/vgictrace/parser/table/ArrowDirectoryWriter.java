package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;

/**
 * Writes a capture as a directory of Arrow files: {@code KIND.arrow} for each kind that has rows,
 * {@code order.arrow} and {@code capture.json}. Memory is bounded by about 1 MiB per kind, whatever
 * the length of the capture, plus its names. Equal input gives equal bytes.
 */
public final class ArrowDirectoryWriter implements TableWriter {
  /** Ending of the tables' file names. */
  static final String SUFFIX = ".arrow";

  private static final Kind[] KINDS = Kind.values();

  private final CaptureMeta meta;
  private final TableCompression compression;
  private final StagedDirectory directory;
  private final Map<Kind, ArrowKindWriter> tables = new EnumMap<>(Kind.class);
  private final Scratch scratch = new Scratch();
  private final long[] seqs = new long[Batch.EVENTS_MAX];
  private final long[] codes = new long[Batch.EVENTS_MAX];
  private @Nullable ArrowTableWriter order;

  /**
   * Starts a directory.
   *
   * @param target where it will appear
   * @param replace whether a converted capture of that name is replaced
   * @param meta the capture's head
   */
  public ArrowDirectoryWriter(
      Path target, boolean replace, CaptureMeta meta, TableCompression compression)
      throws IOException {
    this.meta = meta;
    this.compression = compression;
    this.directory = new StagedDirectory(target, replace);
  }

  @Override
  public void accept(Batch batch, BatchPool pool) throws IOException {
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
  public void finish(CaptureCounts counts) throws IOException {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (Map.Entry<Kind, ArrowKindWriter> entry : tables.entrySet()) {
      entry.getValue().finish();
      rows.put(entry.getKey().tableName(), entry.getValue().rows());
    }
    ArrowTableWriter orderTable = order(new Names());
    orderTable.finish();
    closeTables();
    new CaptureFile(TableLayout.ARROW, meta, counts, rows).write(directory.file(CaptureFile.NAME));
    directory.publish();
  }

  @Override
  public void close() throws IOException {
    try {
      closeTables();
    } finally {
      directory.close();
    }
  }

  private ArrowKindWriter table(Kind kind, Names names) throws IOException {
    ArrowKindWriter table = tables.get(kind);
    if (table == null) {
      table =
          new ArrowKindWriter(
              new ArrowTableWriter(
                  directory.file(kind.tableName() + SUFFIX),
                  ArrowSchemas.table(kind, meta),
                  TableColumns.of(kind),
                  names,
                  scratch,
                  compression),
              kind,
              scratch);
      tables.put(kind, table);
    }
    return table;
  }

  private ArrowTableWriter order(Names names) throws IOException {
    if (order == null) {
      order =
          new ArrowTableWriter(
              directory.file(TableColumns.ORDER_NAME + SUFFIX),
              ArrowSchemas.order(meta),
              TableColumns.ORDER,
              names,
              scratch,
              compression);
    }
    return order;
  }

  private void addOrder(Batch batch) throws IOException {
    int[] cursors = new int[KINDS.length];
    byte[] kinds = batch.order();
    int size = batch.size();
    for (int i = 0; i < size; i++) {
      int ordinal = kinds[i];
      codes[i] = ordinal;
      seqs[i] = batch.table(ordinal).seq()[cursors[ordinal]++];
    }
    ArrowTableWriter table = order(batch.names());
    int from = 0;
    while (from < size) {
      int count = Math.min(size - from, table.room());
      table.column(0).addAll(seqs, from, count);
      table.column(1).addAll(codes, from, count);
      table.advance();
      from += count;
    }
  }

  private void closeTables() throws IOException {
    for (ArrowKindWriter table : tables.values()) {
      table.close();
    }
    if (order != null) {
      order.close();
    }
  }
}

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
 * Writes a capture as a directory of CSV files: {@code KIND.csv} for each kind that has rows,
 * {@code order.csv} and {@code capture.json}. The first line has the column names; register images
 * are hexadecimal, other numbers decimal; for text see {@link CsvText}. Equal input gives equal
 * bytes.
 */
public final class CsvDirectoryWriter implements TableWriter {
  private static final Kind[] KINDS = Kind.values();

  private final CaptureMeta meta;
  private final StagedDirectory directory;
  private final Map<Kind, CsvKindWriter> tables = new EnumMap<>(Kind.class);
  private final byte[][] labels =
      CsvKindWriter.cells(TableColumns.ORDER.get(TableColumns.KIND).labels());
  private @Nullable CsvOutput order;

  /**
   * Starts a directory.
   *
   * @param target where it will appear
   * @param replace whether a converted capture of that name is replaced
   * @param meta the capture's head
   */
  public CsvDirectoryWriter(Path target, boolean replace, CaptureMeta meta) throws IOException {
    this.meta = meta;
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
    for (Map.Entry<Kind, CsvKindWriter> entry : tables.entrySet()) {
      entry.getValue().finish();
      rows.put(entry.getKey().tableName(), entry.getValue().rows());
    }
    order().finish();
    closeTables();
    new CaptureFile(TableLayout.CSV, meta, counts, rows).write(directory.file(CaptureFile.NAME));
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

  private CsvKindWriter table(Kind kind, Names names) throws IOException {
    CsvKindWriter table = tables.get(kind);
    if (table == null) {
      table = new CsvKindWriter(file(kind.tableName()), kind, names);
      tables.put(kind, table);
    }
    return table;
  }

  private CsvOutput order() throws IOException {
    if (order == null) {
      order = new CsvOutput(file(TableColumns.ORDER_NAME), TableColumns.ORDER, new Names());
    }
    return order;
  }

  private Path file(String table) {
    return directory.file(table + "." + TableLayout.CSV.label());
  }

  private void addOrder(Batch batch) throws IOException {
    CsvOutput out = order();
    int[] cursors = new int[KINDS.length];
    byte[] kinds = batch.order();
    for (int i = 0; i < batch.size(); i++) {
      int ordinal = kinds[i];
      out.number(batch.table(ordinal).seq()[cursors[ordinal]++]);
      out.cell(labels[ordinal]);
      out.endLine();
    }
  }

  private void closeTables() throws IOException {
    for (CsvKindWriter table : tables.values()) {
      table.close();
    }
    if (order != null) {
      order.close();
    }
  }
}

package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;

/**
 * Writes a capture as a directory of CSV files: {@code KIND.csv} for each kind that has rows,
 * {@code order.csv} and {@code capture.json}. The first line has the column names; register images
 * are hexadecimal, other numbers decimal; for text see {@link CsvText}. Equal input gives equal
 * bytes.
 */
public final class CsvDirectoryWriter extends DirectoryWriter<CsvKindWriter> {
  private static final Kind[] KINDS = Kind.values();

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
    super(target, replace, meta, TableLayout.CSV);
  }

  @Override
  CsvKindWriter start(Kind kind, Names names) throws IOException {
    return new CsvKindWriter(file(kind.tableName()), kind, names);
  }

  private CsvOutput order() throws IOException {
    if (order == null) {
      order = new CsvOutput(file(TableColumns.ORDER_NAME), TableColumns.ORDER, new Names());
    }
    return order;
  }

  @Override
  void addOrder(Batch batch) throws IOException {
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

  @Override
  void finishOrder() throws IOException {
    order().finish();
  }

  @Override
  void closeOrder() throws IOException {
    if (order != null) {
      order.close();
    }
  }
}

package org.vgictrace.parser.table;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;

/**
 * Writes a capture as a directory of Arrow files: {@code KIND.arrow} for each kind that has rows,
 * {@code order.arrow} and {@code capture.json}. Memory is bounded by about 1 MiB per kind, whatever
 * the length of the capture, plus its names. Equal input gives equal bytes.
 */
public final class ArrowDirectoryWriter extends DirectoryWriter<ArrowKindWriter> {
  private static final Kind[] KINDS = Kind.values();

  private final TableCompression compression;
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
    super(target, replace, meta, TableLayout.ARROW);
    this.compression = compression;
  }

  @Override
  ArrowKindWriter start(Kind kind, Names names) throws IOException {
    ArrowTableWriter table =
        new ArrowTableWriter(
            file(kind.tableName()),
            ArrowSchemas.table(kind, meta()),
            TableColumns.of(kind),
            names,
            scratch,
            compression);
    return new ArrowKindWriter(table, kind, scratch);
  }

  private ArrowTableWriter order(Names names) throws IOException {
    if (order == null) {
      order =
          new ArrowTableWriter(
              file(TableColumns.ORDER_NAME),
              ArrowSchemas.order(meta()),
              TableColumns.ORDER,
              names,
              scratch,
              compression);
    }
    return order;
  }

  @Override
  void addOrder(Batch batch) throws IOException {
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

  @Override
  void finishOrder() throws IOException {
    order(new Names()).finish();
  }

  @Override
  void closeOrder() throws IOException {
    if (order != null) {
      order.close();
    }
  }
}

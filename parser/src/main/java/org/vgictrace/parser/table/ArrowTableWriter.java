package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Names;

/**
 * Writes one table to an Arrow file. Rows are collected until they fill about {@value #BATCH_BYTES}
 * bytes and are then written as one record batch, so memory does not depend on the length of the
 * capture.
 *
 * <p>Usage: add the same number of rows, at most {@link #room()}, to each {@link #column}, then
 * {@link #advance()}.
 */
final class ArrowTableWriter implements Closeable {
  /** Aimed size of a record batch; small enough that all tables together stay below 64 MiB. */
  static final int BATCH_BYTES = 1 << 20;

  private static final int BATCH_ROWS_MAX = 1 << 16;

  private final IpcOutput out;
  private final int capacity;
  private final List<Column> declared;
  private final ArrowColumn[] columns;
  private final ArrowDictionary[] dictionaries;
  private final List<ByteBuffer> buffers = new ArrayList<>();
  private long rows;

  ArrowTableWriter(
      Path file,
      TableSchema schema,
      List<Column> declared,
      Names names,
      Scratch scratch,
      TableCompression compression)
      throws IOException {
    this.declared = declared;
    this.columns = new ArrowColumn[declared.size()];
    this.dictionaries = new ArrowDictionary[declared.size()];
    this.capacity = capacity(declared);
    for (int i = 0; i < columns.length; i++) {
      dictionaries[i] = new ArrowDictionary(names);
      columns[i] = column(declared.get(i), dictionaries[i], scratch);
    }
    this.out = new IpcOutput(file, schema, compression);
  }

  /** Where the rows of one column go. */
  ArrowColumn column(int index) {
    return columns[index];
  }

  /** How many rows may be added before the next {@link #advance()}; at least 1. */
  int room() {
    return capacity - columns[0].rows;
  }

  /** Says that a row has been added to every column; writes a record batch if it is full. */
  void advance() throws IOException {
    if (room() == 0) {
      flush();
    }
  }

  /** Writes the rows so far as a record batch. */
  void flush() throws IOException {
    int count = columns[0].rows;
    if (count == 0) {
      return;
    }
    int[] nulls = new int[columns.length];
    buffers.clear();
    for (int i = 0; i < columns.length; i++) {
      nulls[i] = columns[i].nulls();
      columns[i].collect(buffers);
    }
    out.batch(count, nulls, buffers);
    for (ArrowColumn column : columns) {
      column.clear();
    }
    rows += count;
  }

  /** Writes what is left, the dictionaries and the footer. */
  void finish() throws IOException {
    flush();
    for (int i = 0; i < columns.length; i++) {
      switch (declared.get(i).type()) {
        case NAME -> out.dictionary(i, dictionaries[i].texts());
        case ENUM -> out.dictionary(i, declared.get(i).labels());
        case BOOL, UINT8, UINT16, UINT32, INT32, INT64, HEX32, HEX64, BYTES -> {}
      }
    }
    out.finish();
  }

  /** Rows written; complete after {@link #finish()}. */
  long rows() {
    return rows;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static int capacity(List<Column> columns) {
    int bits = 0;
    for (Column column : columns) {
      bits += 1 + bits(column);
    }
    return Math.min(BATCH_ROWS_MAX, BATCH_BYTES / bits * Byte.SIZE / Long.SIZE * Long.SIZE);
  }

  private static int bits(Column column) {
    return switch (column.type()) {
      case BOOL -> 1;
      case UINT8, ENUM -> Byte.SIZE;
      case UINT16 -> Short.SIZE;
      case UINT32, INT32, HEX32, NAME, BYTES -> Integer.SIZE;
      case INT64, HEX64 -> Long.SIZE;
    };
  }

  private ArrowColumn column(Column column, ArrowDictionary dictionary, Scratch scratch) {
    return switch (column.type()) {
      case BOOL -> new ArrowColumn.Truth(capacity);
      case UINT8 -> new ArrowColumn.Tiny(capacity, scratch);
      case ENUM -> new ArrowColumn.Code(capacity, column, scratch);
      case UINT16 -> new ArrowColumn.Half(capacity);
      case UINT32, INT32, HEX32 -> new ArrowColumn.Narrow(capacity, scratch);
      case INT64, HEX64 -> new ArrowColumn.Wide(capacity);
      case NAME -> new ArrowColumn.Named(capacity, dictionary, scratch);
      case BYTES -> new ArrowColumn.Blob(capacity);
    };
  }
}

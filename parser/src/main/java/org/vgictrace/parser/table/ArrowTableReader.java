package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Names;

/**
 * Reads a table from an Arrow file, from the first row on. Columns are found by name; their types
 * must be those that {@link ArrowSchemas} gives them, except that text may be encoded with any
 * dictionary or none. A nullable column that the file lacks is null everywhere.
 *
 * <p>Usage: {@link #available}, then fetch up to that many rows of each column, then {@link #skip}.
 */
final class ArrowTableReader implements Closeable {
  private final String name;
  private final IpcInput input;
  private final List<Column> declared;

  /** Per declared column its index in the file, or -1. */
  private final int[] fieldOf;

  /** Per dictionary-encoded column what each index of the dictionary stands for. */
  private final long[][] codes;

  private final Names names;
  private @Nullable IpcBatch batch;
  private int row;
  private long rows;

  ArrowTableReader(Path file, List<Column> declared, Names names) throws IOException {
    this.name = file.toString();
    this.declared = declared;
    this.names = names;
    this.fieldOf = new int[declared.size()];
    this.codes = new long[declared.size()][];
    this.input = IpcInput.open(file);
    try {
      bind();
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** Rows before the current one. */
  long rows() {
    return rows;
  }

  /** How many rows can be fetched at once from here; 0 at the end of the table. */
  int available() throws IOException {
    while (batch == null || row == batch.rows()) {
      batch = input.next();
      row = 0;
      if (batch == null) {
        return 0;
      }
      checkNulls(batch);
    }
    return batch.rows() - row;
  }

  /** Goes on behind rows that have been fetched. */
  void skip(int count) {
    row += count;
    rows += count;
  }

  /** Whether the file has that column. */
  boolean has(int column) {
    return fieldOf[column] >= 0;
  }

  /** Whether some row of the current record batch has no value in that column. */
  boolean hasNulls(int column) {
    return !has(column) || current().nulls(fieldOf[column]) > 0;
  }

  /** Sets bit {@code bit} of the mask of each row that has a value. */
  void present(int column, int bit, long[] masks, int at, int count) {
    ByteBuffer validity = current().validity(fieldOf[column]);
    for (int i = 0; i < count; i++) {
      int r = row + i;
      masks[at + i] |= ((long) validity.get(r >>> 3) >>> (r & 7) & 1) << bit;
    }
  }

  /** Fetches numbers, codes or names; what stands for nulls is undefined. */
  void fetch(int column, long[] target, int at, int count) throws InputException {
    IpcBatch source = current();
    int field = fieldOf[column];
    ByteBuffer values = source.values(field);
    switch (input.fields().get(field).storage()) {
      case BOOL -> {
        for (int i = 0; i < count; i++) {
          int r = row + i;
          target[at + i] = (long) values.get(r >>> 3) >>> (r & 7) & 1;
        }
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.get(row + i);
        }
      }
      case UINT8 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.get(row + i) & 0xff;
        }
      }
      case INT16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.getShort((row + i) * Short.BYTES);
        }
      }
      case UINT16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.getShort((row + i) * Short.BYTES) & 0xffff;
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.getInt((row + i) * Integer.BYTES);
        }
      }
      case UINT32 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = values.getInt((row + i) * Integer.BYTES) & 0xffff_ffffL;
        }
      }
      case INT64, UINT64 -> values.asLongBuffer().get(row, target, at, count);
      case UTF8 -> intern(column, target, at, count);
      case BINARY -> throw new AssertionError("bytes are fetched one by one");
    }
    if (codes[column] != null) {
      translate(column, target, at, count);
    }
  }

  /** The bytes of a value {@code offset} rows from here, or null. */
  byte @Nullable [] bytes(int column, int offset) throws InputException {
    int field = fieldOf[column];
    return current().has(field, row + offset) ? current().bytes(field, row + offset) : null;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private IpcBatch current() {
    if (batch == null) {
      throw new IllegalStateException("no rows available");
    }
    return batch;
  }

  private void translate(int column, long[] target, int at, int count) throws InputException {
    long[] code = codes[column];
    for (int i = 0; i < count; i++) {
      long index = target[at + i];
      if (index >= 0 && index < code.length) {
        target[at + i] = code[(int) index];
      } else if (current().has(fieldOf[column], row + i)) {
        throw new InputException(
            name,
            "row %d: column '%s' has index %d, its dictionary has %d texts"
                .formatted(rows + i, declared.get(column).name(), index, code.length));
      }
    }
  }

  private void intern(int column, long[] target, int at, int count) throws InputException {
    for (int i = 0; i < count; i++) {
      byte[] text = bytes(column, i);
      if (text != null) {
        target[at + i] = code(declared.get(column), new String(text, StandardCharsets.UTF_8));
      }
    }
  }

  private void bind() throws InputException {
    Arrays.fill(fieldOf, -1);
    for (int field = 0; field < input.fields().size(); field++) {
      IpcField read = input.fields().get(field);
      int column = indexOf(read.name());
      if (column < 0) {
        throw new InputException(
            name, "column '" + Printable.of(read.name()) + "' does not belong to this table");
      }
      Column expected = declared.get(column);
      if (!fits(read, expected.type())) {
        throw new InputException(
            name,
            "column '%s' is %s, expected %s"
                .formatted(expected.name(), read.typeName(), IpcField.typeName(expected.type())));
      }
      fieldOf[column] = field;
      if (read.dictionary() != null) {
        List<String> texts = input.dictionary(read.dictionary());
        codes[column] = new long[texts.size()];
        for (int i = 0; i < texts.size(); i++) {
          codes[column][i] = code(expected, texts.get(i));
        }
      }
    }
    for (int column = 0; column < fieldOf.length; column++) {
      if (fieldOf[column] < 0 && column < TableColumns.COMMON) {
        throw new InputException(name, "column '" + declared.get(column).name() + "' is missing");
      }
    }
  }

  private long code(Column column, String text) throws InputException {
    if (column.type() == ColumnType.NAME) {
      return names.intern(text);
    }
    int code = column.labels().indexOf(text);
    if (code < 0) {
      throw new InputException(
          name, "column '" + column.name() + "' has no label '" + Printable.of(text) + "'");
    }
    return code;
  }

  private int indexOf(String column) {
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean fits(IpcField field, ColumnType type) {
    if (type == ColumnType.NAME || type == ColumnType.ENUM) {
      return field.dictionary() != null || field.storage() == IpcField.Storage.UTF8;
    }
    return field.dictionary() == null && field.storage() == IpcField.Storage.of(type);
  }

  private void checkNulls(IpcBatch read) throws InputException {
    for (int column = 0; column < declared.size(); column++) {
      int field = fieldOf[column];
      if (field >= 0 && TableColumns.neverNull(column) && read.nulls(field) > 0) {
        throw new InputException(name, "column '" + declared.get(column).name() + "' has nulls");
      }
    }
  }
}

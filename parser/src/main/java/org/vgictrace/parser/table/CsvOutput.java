package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Names;

/**
 * Writes one CSV file (RFC 4180): a header line, then cells one after the other. Numbers are
 * formatted straight into bytes, and the cell of a name is made once.
 */
final class CsvOutput implements Closeable {
  private static final int BUFFER = 1 << 16;

  /** Longest cell that {@link #number} and {@link #hex} write, with what surrounds it. */
  private static final int CELL_MAX = 32;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private final byte[] digits = new byte[20];
  private final CsvText text = new CsvText();
  private final CsvNames names;
  private int used;
  private boolean lineStart = true;

  CsvOutput(Path file, List<Column> columns, Names names) throws IOException {
    this.names = new CsvNames(names);
    this.out = Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    for (Column column : columns) {
      cell(column.name().getBytes(StandardCharsets.US_ASCII));
    }
    endLine();
  }

  /** Writes a cell that needs no quotes. */
  void cell(byte[] bytes) throws IOException {
    startCell();
    raw(bytes, bytes.length);
  }

  /** Writes an empty cell, which is null. */
  void none() throws IOException {
    startCell();
  }

  /** Writes a signed number. */
  void number(long value) throws IOException {
    startCell();
    if (value < 0) {
      buffer[used++] = '-';
    }
    // Negative numbers have the larger range.
    long rest = value < 0 ? value : -value;
    int at = digits.length;
    while (rest <= -10) {
      long tens = rest / 10;
      digits[--at] = (byte) ('0' + (tens * 10 - rest));
      rest = tens;
    }
    digits[--at] = (byte) ('0' - rest);
    System.arraycopy(digits, at, buffer, used, digits.length - at);
    used += digits.length - at;
  }

  /** Writes a number as {@code 0x1f}. */
  void hex(long value) throws IOException {
    startCell();
    buffer[used++] = '0';
    buffer[used++] = 'x';
    int nibbles = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 3) / 4);
    for (int shift = (nibbles - 1) * 4; shift >= 0; shift -= 4) {
      buffer[used++] = HEX[(int) (value >>> shift) & 15];
    }
  }

  /** Writes a name of the capture. */
  void name(int id) throws IOException {
    cell(names.cell(id));
  }

  /** Writes any bytes as text. */
  void text(byte[] bytes, int from, int count) throws IOException {
    text.encode(bytes, from, count);
    startCell();
    raw(text.bytes(), text.length());
  }

  void endLine() throws IOException {
    room();
    buffer[used++] = '\r';
    buffer[used++] = '\n';
    lineStart = true;
  }

  void finish() throws IOException {
    out.write(buffer, 0, used);
    used = 0;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** Separates cells and makes room for {@link #CELL_MAX} bytes. */
  private void startCell() throws IOException {
    room();
    if (!lineStart) {
      buffer[used++] = ',';
    }
    lineStart = false;
  }

  private void room() throws IOException {
    if (BUFFER - used < CELL_MAX) {
      finish();
    }
  }

  private void raw(byte[] bytes, int length) throws IOException {
    if (length > BUFFER - used) {
      finish();
      if (length > BUFFER) {
        out.write(bytes, 0, length);
        return;
      }
    }
    System.arraycopy(bytes, 0, buffer, used, length);
    used += length;
  }
}

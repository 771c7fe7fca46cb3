package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Names;

/**
 * Reads a table from a CSV file, row after row. Columns are found by the names in the first line. A
 * column of the kind's own that the file lacks is null everywhere. A line may have at most {@value
 * #LINE_MAX} characters.
 */
final class CsvTableReader implements Closeable {
  static final int LINE_MAX = 16 << 20;

  private final String name;
  private final List<Column> declared;
  private final Names names;
  private final LimitedReader reader;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final List<Map<String, Long>> codes = new ArrayList<>();
  private int[] cellOf = new int[0];
  private int cells;
  private @Nullable CSVRecord record;

  CsvTableReader(Path file, List<Column> declared, Names names) throws IOException {
    this.name = file.toString();
    this.declared = declared;
    this.names = names;
    declared.forEach(column -> codes.add(new HashMap<>()));
    this.reader = new LimitedReader(open(file));
    // With this quote mode the parser tells an empty cell, null, from an empty text in quotes.
    CSVFormat format =
        CSVFormat.RFC4180.builder().setNullString("").setQuoteMode(QuoteMode.ALL_NON_NULL).get();
    this.parser = CSVParser.builder().setReader(reader).setFormat(format).get();
    this.records = parser.iterator();
    try {
      readHeader();
    } catch (IOException | RuntimeException e) {
      parser.close();
      throw e;
    }
  }

  /** Goes to the next row; false at the end. */
  boolean next() throws IOException {
    record = nextRecord();
    if (record == null) {
      return false;
    }
    if (record.size() != cells) {
      throw wrong("line has %d cells, expected %d".formatted(record.size(), cells));
    }
    for (int column = 0; column < declared.size(); column++) {
      if (TableColumns.neverNull(column) && cell(column) == null) {
        throw wrong("column '" + declared.get(column).name() + "' is empty");
      }
    }
    return true;
  }

  /** Rows read so far. */
  long rows() {
    return parser.getRecordNumber() - 1;
  }

  /** Whether the current row has a value in that column. */
  boolean has(int column) {
    return cell(column) != null;
  }

  /** A number, code or name of the current row. */
  long number(int column) throws InputException {
    Column type = declared.get(column);
    String cell = cell(column);
    if (cell == null) {
      throw new IllegalStateException("column " + type.name() + " is null");
    }
    return switch (type.type()) {
      case BOOL -> decimal(type, cell, 0, 1);
      case UINT8 -> decimal(type, cell, 0, 0xff);
      case UINT16 -> decimal(type, cell, 0, 0xffff);
      case UINT32 -> decimal(type, cell, 0, 0xffff_ffffL);
      case INT32 -> decimal(type, cell, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT64 -> decimal(type, cell, Long.MIN_VALUE, Long.MAX_VALUE);
      case HEX32 -> hexadecimal(type, cell, 8);
      case HEX64 -> hexadecimal(type, cell, 16);
      case ENUM, NAME -> code(column, cell);
      case BYTES -> throw new IllegalStateException("column " + type.name() + " has no numbers");
    };
  }

  /** The bytes that a text of the current row stands for. */
  byte[] bytes(int column) throws InputException {
    String cell = cell(column);
    byte[] text = cell == null ? null : CsvText.decode(cell.getBytes(StandardCharsets.UTF_8));
    if (text == null) {
      throw wrong("column '" + declared.get(column).name() + "' has a bad \\ sequence");
    }
    return text;
  }

  /** That something is wrong with the current line. */
  InputException wrong(String what) {
    return new InputException(name, Place.line(parser.getCurrentLineNumber()), what);
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  private static Reader open(Path file) throws IOException {
    try {
      // A decoder of its own reports what is not UTF-8 where a charset would replace it.
      return Channels.newReader(
          FileChannel.open(file, StandardOpenOption.READ),
          StandardCharsets.UTF_8.newDecoder(),
          1 << 16);
    } catch (NoSuchFileException e) {
      throw new InputException(file.toString(), "is missing");
    }
  }

  private void readHeader() throws IOException {
    CSVRecord header = nextRecord();
    if (header == null) {
      throw new InputException(name, "is empty, expected a line with column names");
    }
    cells = header.size();
    cellOf = new int[declared.size()];
    Arrays.fill(cellOf, -1);
    for (int i = 0; i < cells; i++) {
      String column = header.get(i) == null ? "" : header.get(i);
      int index = indexOf(column);
      if (index < 0) {
        throw wrong("column '" + Printable.of(column) + "' does not belong to this table");
      }
      if (cellOf[index] >= 0) {
        throw wrong("column '" + column + "' occurs twice");
      }
      cellOf[index] = i;
    }
    for (int column = 0; column < Math.min(cellOf.length, TableColumns.COMMON); column++) {
      if (cellOf[column] < 0) {
        throw wrong("column '" + declared.get(column).name() + "' is missing");
      }
    }
  }

  private int indexOf(String column) {
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }

  private @Nullable CSVRecord nextRecord() throws IOException {
    reader.startLine();
    try {
      return records.hasNext() ? records.next() : null;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof InputException cause) {
        throw cause;
      }
      String what =
          e.getCause() instanceof CharacterCodingException ? "is not UTF-8" : "is not valid CSV";
      throw wrong(what);
    }
  }

  private @Nullable String cell(int column) {
    int cell = cellOf[column];
    return cell < 0 || record == null ? null : record.get(cell);
  }

  /** What a label or name stands for; cells seen before are looked up. */
  private long code(int column, String cell) throws InputException {
    Map<String, Long> known = codes.get(column);
    Long code = known.get(cell);
    if (code == null) {
      if (known.size() == Names.NAMES_MAX) {
        known.clear();
      }
      code =
          declared.get(column).type() == ColumnType.ENUM
              ? label(declared.get(column), cell)
              : Long.valueOf(names.intern(new String(bytes(column), StandardCharsets.UTF_8)));
      known.put(cell, code);
    }
    return code;
  }

  private long label(Column column, String cell) throws InputException {
    int code = column.labels().indexOf(cell);
    if (code < 0) {
      throw wrong("column '" + column.name() + "' has no label '" + Printable.of(cell) + "'");
    }
    return code;
  }

  private long decimal(Column column, String cell, long min, long max) throws InputException {
    try {
      long value = Long.parseLong(cell);
      if (value >= min && value <= max && cell.charAt(0) != '+') {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw notNumber(column, cell);
  }

  private long hexadecimal(Column column, String cell, int digits) throws InputException {
    boolean prefixed = cell.startsWith("0x") && cell.length() > 2 && cell.length() <= 2 + digits;
    long value = 0;
    for (int i = 2; prefixed && i < cell.length(); i++) {
      char c = cell.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      prefixed = digit >= 0;
      value = value << 4 | digit;
    }
    if (!prefixed) {
      throw notNumber(column, cell);
    }
    return value;
  }

  private InputException notNumber(Column column, String cell) {
    return wrong(
        "column '%s' has '%s', expected %s"
            .formatted(column.name(), Printable.of(cell), numberName(column.type())));
  }

  private static String numberName(ColumnType type) {
    return switch (type) {
      case BOOL -> "0 or 1";
      case HEX32 -> "0x and up to 8 digits";
      case HEX64 -> "0x and up to 16 digits";
      case UINT8, UINT16, UINT32, INT32, INT64, ENUM, NAME, BYTES -> "a number of type " + type;
    };
  }

  /** Keeps a line without end from filling the memory. */
  private final class LimitedReader extends FilterReader {
    private long read;
    private long limit;

    LimitedReader(Reader in) {
      super(in);
    }

    /** Called before each line; the parser may have read ahead. */
    void startLine() {
      limit = read + LINE_MAX;
    }

    @Override
    public int read() throws IOException {
      char[] one = new char[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
      if (read >= limit) {
        throw wrong("line has more than " + LINE_MAX + " characters");
      }
      int n = super.read(target, offset, length);
      read += Math.max(n, 0);
      return n;
    }
  }
}

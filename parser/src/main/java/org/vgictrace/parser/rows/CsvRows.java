package org.vgictrace.parser.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;

/**
 * Rows as CSV (RFC 4180). The first line with names among which are {@code ts} and {@code kind} or
 * {@code event} names the columns; it may come again, with other names, and rules the lines behind
 * it. A comma, semicolon or tabulator separates cells, as in that line.
 */
final class CsvRows implements RowSyntax {
  private static final char[] SEPARATORS = {',', ';', '\t'};

  private String[] columns = new String[0];
  private CSVFormat format = format(',');

  @Override
  public String format() {
    return "csv";
  }

  @Override
  public LineClass read(String text, Fields fields) throws RowException {
    if (text.startsWith("#")) {
      return LineClass.NOTE;
    }
    if (columns.length == 0) {
      return takeHeader(text) ? LineClass.NOTE : LineClass.FOREIGN;
    }
    if (hasOpenQuote(text)) {
      return LineClass.OPEN;
    }
    if (isHeader(text) && takeHeader(text)) {
      return LineClass.NOTE;
    }
    CSVRecord cells = parse(text, format);
    if (cells == null) {
      throw new RowException("is not valid CSV");
    }
    if (cells.size() != columns.length) {
      throw new RowException(
          "has "
              + cells.size()
              + (cells.size() == 1 ? " cell" : " cells")
              + ", the columns are "
              + columns.length);
    }
    fields.clear(true);
    for (int i = 0; i < columns.length; i++) {
      String cell = cells.get(i);
      if (cell == null) {
        fields.addNone(columns[i]);
      } else {
        fields.addText(columns[i], cell);
      }
    }
    return LineClass.ROW;
  }

  /** Whether a line names columns. */
  static boolean isHeader(String line) {
    return line.length() <= Fields.FIELDS_MAX * 64 && separator(line) != 0;
  }

  private boolean takeHeader(String line) throws RowException {
    char separator = isHeader(line) ? separator(line) : 0;
    if (separator == 0) {
      return false;
    }
    format = format(separator);
    List<String> names = names(line, separator);
    Set<String> different = new HashSet<>(names);
    if (different.size() < names.size() || names.size() > Fields.FIELDS_MAX) {
      columns = new String[0];
      throw new RowException("names a column twice, or too many columns; no row below can be read");
    }
    columns = names.toArray(String[]::new);
    return true;
  }

  /** What separates the names in a line that names columns, 0 if it does not. */
  private static char separator(String line) {
    if (!line.contains("ts") || !line.contains("kind") && !line.contains("event")) {
      return 0;
    }
    for (char separator : SEPARATORS) {
      if (line.indexOf(separator) < 0) {
        continue;
      }
      List<String> names = names(line, separator);
      if (names.contains("ts")
          && (names.contains("kind") || names.contains("event"))
          && names.stream().allMatch(CsvRows::isName)) {
        return separator;
      }
    }
    return 0;
  }

  private static List<String> names(String line, char separator) {
    CSVRecord cells = parse(line, format(separator));
    return cells == null
        ? List.of()
        : cells.stream().map(each -> each == null ? "" : each).toList();
  }

  private static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = c < 0x80 && Character.isLetter(c) || c == '_';
      if (!letter && (i == 0 || !(c >= '0' && c <= '9') && c != '.')) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean hasOpenQuote(String text) {
    boolean open = false;
    for (int i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) {
      open = !open;
    }
    return open;
  }

  private static @Nullable CSVRecord parse(String text, CSVFormat format) {
    try (CSVParser parser = CSVParser.parse(text, format)) {
      Iterator<CSVRecord> records = parser.iterator();
      CSVRecord first = records.hasNext() ? records.next() : null;
      return records.hasNext() ? null : first;
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      return null;
    }
  }

  private static CSVFormat format(char separator) {
    // With this quote mode the parser tells an empty cell, null, from an empty text in quotes.
    return CSVFormat.RFC4180
        .builder()
        .setDelimiter(separator)
        .setIgnoreSurroundingSpaces(true)
        .setNullString("")
        .setQuoteMode(QuoteMode.ALL_NON_NULL)
        .get();
  }
}

package org.vgictrace.parser.rows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVRecord;

/**
 * Rows as CSV (RFC 4180). The first line with names among which are {@code ts} and {@code kind} or
 * {@code event} names the columns; it may come again, with other names, and rules the lines behind
 * it. A comma, semicolon or tabulator separates cells, as in that line.
 */
final class CsvRows implements RowSyntax {
  private static final char[] SEPARATORS = {',', ';', '\t'};

  private String[] columns = new String[0];
  private CsvCells cells = new CsvCells(',');

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
    CSVRecord row = cells.read(text);
    if (row == null) {
      throw new RowException("is not valid CSV");
    }
    if (row.size() != columns.length) {
      throw new RowException(
          "has "
              + row.size()
              + (row.size() == 1 ? " cell" : " cells")
              + ", the columns are "
              + columns.length);
    }
    fields.clear(true);
    for (int i = 0; i < columns.length; i++) {
      String cell = row.get(i);
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
    return !line.isEmpty()
        && (isLetter(line.charAt(0)) || line.charAt(0) == '"')
        && line.length() <= Fields.FIELDS_MAX * 64
        && separator(line) != 0;
  }

  private boolean takeHeader(String line) throws RowException {
    char separator = isHeader(line) ? separator(line) : 0;
    if (separator == 0) {
      return false;
    }
    cells = new CsvCells(separator);
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
    CSVRecord cells = new CsvCells(separator).read(line);
    return cells == null
        ? List.of()
        : cells.stream().map(each -> each == null ? "" : each).toList();
  }

  private static boolean isName(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetter(c) && (i == 0 || !(c >= '0' && c <= '9') && c != '.')) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isLetter(char c) {
    return c < 0x80 && Character.isLetter(c) || c == '_';
  }

  private static boolean hasOpenQuote(String text) {
    boolean open = false;
    for (int i = text.indexOf('"'); i >= 0; i = text.indexOf('"', i + 1)) {
      open = !open;
    }
    return open;
  }
}

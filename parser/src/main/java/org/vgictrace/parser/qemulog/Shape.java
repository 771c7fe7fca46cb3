package org.vgictrace.parser.qemulog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.input.LogLines;

/**
 * How the text of an event is laid out, and which of its numbers are which columns.
 *
 * <p>Declared by a template: {@code {column}} is a decimal number, {@code {column:x}} a hexadecimal
 * one without its 0x, {@code cpu} in place of a column the CPU; everything else is literal. {@code
 * {interface}} is {@code cpu} or {@code vcpu}, {@code {line}} one of {@code irq}, {@code fiq},
 * {@code virq} and {@code vfiq}; these choose columns for the caller to set.
 *
 * <p>Hot code: reading allocates nothing.
 */
final class Shape {
  private static final int HEX_DIGITS_MAX = 16;
  private static final int DECIMAL_DIGITS_MAX = 10;

  /** Column of an operation that reads the CPU. */
  private static final int CPU = -1;

  private static final int INTERFACE = -2;
  private static final int LINE = -3;
  private static final int NOTHING = -4;

  /** What to do with one piece: the literal first, then a number. */
  private record Piece(long[] literal, int length, int column, boolean hex, long least, long most) {

    /** Whether the literal is at a place that has as many bytes. */
    boolean isAt(byte[] b, int p) {
      int left = length;
      int at = p;
      for (long wanted : literal) {
        if (LogLines.first(LogLines.word(b, at), left) != wanted) {
          return false;
        }
        at += Long.BYTES;
        left -= Long.BYTES;
      }
      return true;
    }
  }

  private final Kind kind;
  private final Piece[] pieces;
  private final int[] constantColumns;
  private final long[] constants;

  private Shape(Kind kind, Piece[] pieces, int[] constantColumns, long[] constants) {
    this.kind = kind;
    this.pieces = pieces;
    this.constantColumns = constantColumns;
    this.constants = constants;
  }

  /** Declares a shape. */
  static Shape of(Kind kind, String template) {
    List<Piece> pieces = new ArrayList<>();
    int p = 0;
    for (int open; (open = template.indexOf('{', p)) >= 0; ) {
      int close = template.indexOf('}', open);
      String field = template.substring(open + 1, close);
      boolean hex = field.endsWith(":x");
      String name = hex ? field.substring(0, field.length() - 2) : field;
      pieces.add(piece(kind, template.substring(p, open), name, hex));
      p = close + 1;
    }
    pieces.add(piece(kind, template.substring(p), "", false));
    return new Shape(kind, pieces.toArray(Piece[]::new), new int[0], new long[0]);
  }

  /** Eight characters a number, the rest of the last one 0. */
  private static long[] literal(String text) {
    byte[] padded =
        Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), (text.length() + 7) / 8 * 8);
    long[] words = new long[padded.length / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = LogLines.word(padded, i * Long.BYTES);
    }
    return words;
  }

  private static Piece piece(Kind kind, String literal, String name, boolean hex) {
    long[] words = literal(literal);
    int length = literal.length();
    return switch (name) {
      case "cpu" -> new Piece(words, length, CPU, hex, 0, LogRow.CPU_MAX);
      case "interface" -> new Piece(words, length, INTERFACE, false, 0, 0);
      case "line" -> new Piece(words, length, LINE, false, 0, 0);
      case "" -> new Piece(words, length, NOTHING, false, 0, 0);
      default -> {
        int index = kind.column(name);
        Column column = kind.columns().get(index);
        long least =
            switch (column.type()) {
              case INT32 -> Integer.MIN_VALUE;
              case HEX64 -> Long.MIN_VALUE;
              default -> 0;
            };
        long most =
            switch (column.type()) {
              case BOOL -> 1;
              case UINT8 -> 0xff;
              case UINT32, HEX32 -> 0xffff_ffffL;
              case INT32 -> Integer.MAX_VALUE;
              case HEX64 -> Long.MAX_VALUE;
              default -> throw new AssertionError(column.name() + " is not read from a log");
            };
        yield new Piece(words, length, index, hex, least, most);
      }
    };
  }

  /** The same with a column that always has the same value: a label or a number. */
  Shape with(String column, String value) {
    int index = kind.column(column);
    List<String> labels = kind.columns().get(index).labels();
    long code = labels.isEmpty() ? Long.parseLong(value) : labels.indexOf(value);
    if (code < 0) {
      throw new AssertionError("no label " + value + " in " + column);
    }
    int n = constants.length;
    int[] columns = Arrays.copyOf(constantColumns, n + 1);
    long[] values = Arrays.copyOf(constants, n + 1);
    columns[n] = index;
    values[n] = code;
    return new Shape(kind, pieces, columns, values);
  }

  /** What the text becomes. */
  Kind kind() {
    return kind;
  }

  /**
   * Reads a text.
   *
   * @return false if it is of another shape; the row is undefined then
   */
  boolean read(byte[] b, int start, int end, LogRow row) {
    row.clear(kind);
    int p = start;
    for (Piece piece : pieces) {
      int length = piece.length;
      if (end - p < length || !piece.isAt(b, p)) {
        return false;
      }
      p += length;
      switch (piece.column) {
        case NOTHING -> {}
        case INTERFACE -> p = side(b, p, row);
        case LINE -> p = line(b, p, row);
        default -> p = piece.hex ? hex(b, p, piece, row) : decimal(b, p, piece, row);
      }
      if (p < 0) {
        return false;
      }
    }
    for (int i = 0; i < constants.length; i++) {
      row.put(constantColumns[i], constants[i]);
    }
    return p == end;
  }

  private static int side(byte[] b, int from, LogRow row) {
    row.virtualSide = b[from] == 'v';
    int p = row.virtualSide ? from + 1 : from;
    return b[p] == 'c' && b[p + 1] == 'p' && b[p + 2] == 'u' ? p + 3 : -1;
  }

  private static int line(byte[] b, int from, LogRow row) {
    row.virtualSide = b[from] == 'v';
    int p = row.virtualSide ? from + 1 : from;
    boolean fastLine = b[p] == 'f';
    row.fastLine = fastLine;
    return (fastLine || b[p] == 'i') && b[p + 1] == (fastLine ? 'i' : 'r') && b[p + 2] == 'q'
        ? p + 3
        : -1;
  }

  private static int hex(byte[] b, int from, Piece piece, LogRow row) {
    int p = from;
    long value = 0;
    while (true) {
      int digit = hexDigit(b[p]);
      if (digit < 0) {
        break;
      }
      value = value << 4 | digit;
      p++;
    }
    int digits = p - from;
    if (digits == 0 || digits > HEX_DIGITS_MAX) {
      return -1;
    }
    return put(piece, value, row) ? p : -1;
  }

  private static int decimal(byte[] b, int from, Piece piece, LogRow row) {
    boolean negative = b[from] == '-';
    int first = negative ? from + 1 : from;
    int p = first;
    long value = 0;
    for (; LinePrefix.isDigit(b[p]) && p - first <= DECIMAL_DIGITS_MAX; p++) {
      value = value * 10 + b[p] - '0';
    }
    int digits = p - first;
    if (digits == 0 || digits > DECIMAL_DIGITS_MAX) {
      return -1;
    }
    return put(piece, negative ? -value : value, row) ? p : -1;
  }

  private static boolean put(Piece piece, long value, LogRow row) {
    if (value < piece.least || value > piece.most) {
      return false;
    }
    if (piece.column == CPU) {
      row.cpu = (int) value;
    } else {
      row.put(piece.column, value);
    }
    return true;
  }

  /** Value of a hexadecimal digit in lower case, -1 if it is none. */
  static int hexDigit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
  }
}

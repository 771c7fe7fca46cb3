package org.vgictrace.parser.xentrace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * How xenalyze prints one event.
 *
 * <p>Declared by a template: {@code {column}} is a decimal number, {@code {column:x}} a hexadecimal
 * one, {@code {column:us}} a time of whole microseconds and, behind the dot, nanoseconds without
 * leading zeros, {@code {dv}}, {@code {prev}} and {@code {next}} are vCPUs such as d1v0, {@code
 * {*}} is anything up to the literal behind it. Blanks before a number do not count.
 */
final class DumpShape {
  private static final int NONE = -1;
  private static final int ANYTHING = -2;
  private static final long MICROSECOND = 1000;

  /** What a place in the template is. */
  private enum Form {
    DECIMAL,
    HEX,
    MICROSECONDS,
    VCPU
  }

  /**
   * A literal and the place behind it.
   *
   * @param column what is at the place; of a vCPU its domain
   * @param second vCPU number's column
   */
  private record Piece(byte[] literal, int column, int second, Form form, long mask) {}

  private final EventCatalogue.Declared event;
  private final Piece[] pieces;
  private final long[] values = new long[Long.SIZE];
  private long columns;
  private int end;

  private DumpShape(EventCatalogue.Declared event, List<Piece> pieces) {
    this.event = event;
    this.pieces = pieces.toArray(Piece[]::new);
  }

  /** Declares how an event is printed. */
  static DumpShape of(String name, String template) {
    EventCatalogue.Declared event = EventCatalogue.named(name);
    List<Piece> pieces = new ArrayList<>();
    int p = 0;
    for (int open; (open = template.indexOf('{', p)) >= 0; ) {
      int close = template.indexOf('}', open);
      byte[] literal = template.substring(p, open).getBytes(StandardCharsets.US_ASCII);
      pieces.add(piece(event.kind, literal, template.substring(open + 1, close)));
      p = close + 1;
    }
    byte[] rest = template.substring(p).getBytes(StandardCharsets.US_ASCII);
    pieces.add(new Piece(rest, NONE, NONE, Form.DECIMAL, 0));
    return new DumpShape(event, pieces);
  }

  private static Piece piece(Kind kind, byte[] literal, String place) {
    return switch (place) {
      case "*" -> new Piece(literal, ANYTHING, NONE, Form.DECIMAL, 0);
      case "dv" -> vcpu(kind, literal, "domain", "vcpu_id");
      case "prev" -> vcpu(kind, literal, "prev_domain", "prev_vcpu");
      case "next" -> vcpu(kind, literal, "next_domain", "next_vcpu");
      default -> {
        int colon = place.indexOf(':');
        int index = kind.column(colon < 0 ? place : place.substring(0, colon));
        Form form = colon < 0 ? Form.DECIMAL : place.endsWith(":x") ? Form.HEX : Form.MICROSECONDS;
        Column column = kind.columns().get(index);
        boolean word = column.type() == ColumnType.UINT32 || column.type() == ColumnType.HEX32;
        yield new Piece(literal, index, NONE, form, word ? 0xffff_ffffL : -1);
      }
    };
  }

  private static Piece vcpu(Kind kind, byte[] literal, String domain, String number) {
    return new Piece(literal, kind.column(domain), kind.column(number), Form.VCPU, -1);
  }

  EventCatalogue.Declared event() {
    return event;
  }

  /** First byte of the text. */
  byte firstByte() {
    return pieces[0].literal[0];
  }

  /** Where the text that was read ends. */
  int end() {
    return end;
  }

  /** The value that was read; 0 if there is none. */
  long value(int column) {
    return (columns >>> column & 1) != 0 ? values[column] : 0;
  }

  /** Whether a text is of this shape; what is behind it does not count. */
  boolean read(byte[] b, int start, int limit) {
    columns = 0;
    int p = start;
    boolean anything = false;
    for (Piece piece : pieces) {
      int at = anything ? find(b, p, limit, piece.literal) : p;
      if (at < 0 || !startsWith(b, at, limit, piece.literal)) {
        return false;
      }
      p = at + piece.literal.length;
      anything = piece.column == ANYTHING;
      if (piece.column >= 0) {
        p = read(b, p, limit, piece);
        if (p < 0) {
          return false;
        }
      }
    }
    end = p;
    return true;
  }

  /** Puts the values that were read into the newest row. */
  void fill(KindTable row) {
    for (long left = columns; left != 0; left &= left - 1) {
      int column = Long.numberOfTrailingZeros(left);
      row.put(column, values[column]);
    }
  }

  private int read(byte[] b, int from, int limit, Piece piece) {
    if (piece.form == Form.VCPU) {
      if (from >= limit || b[from] != 'd') {
        return -1;
      }
      int p = number(b, from + 1, limit, piece.column, 10, -1);
      return p < 0 || p >= limit || b[p] != 'v'
          ? -1
          : number(b, p + 1, limit, piece.second, 10, -1);
    }
    int p = from;
    while (p < limit && b[p] == ' ') {
      p++;
    }
    if (piece.form != Form.MICROSECONDS) {
      return number(b, p, limit, piece.column, piece.form == Form.HEX ? 16 : 10, piece.mask);
    }
    p = number(b, p, limit, piece.column, 10, -1);
    if (p < 0 || p >= limit || b[p] != '.') {
      return -1;
    }
    long micros = values[piece.column];
    p = number(b, p + 1, limit, piece.column, 10, -1);
    values[piece.column] = micros * MICROSECOND + values[piece.column];
    return p;
  }

  private int number(byte[] b, int from, int limit, int column, int radix, long mask) {
    boolean negative = radix == 10 && from < limit && b[from] == '-';
    int first = negative ? from + 1 : from;
    int p = first;
    long value = 0;
    for (; p < limit && p - first < 20; p++) {
      int digit = Character.digit(b[p], radix);
      if (digit < 0) {
        break;
      }
      value = value * radix + digit;
    }
    if (p == first) {
      return -1;
    }
    values[column] = (negative ? -value : value) & mask;
    columns |= 1L << column;
    return p;
  }

  private static int find(byte[] b, int from, int limit, byte[] literal) {
    if (literal.length == 0) {
      return limit;
    }
    for (int p = from; p + literal.length <= limit; p++) {
      if (startsWith(b, p, limit, literal)) {
        return p;
      }
    }
    return -1;
  }

  private static boolean startsWith(byte[] b, int from, int limit, byte[] literal) {
    if (limit - from < literal.length) {
      return false;
    }
    for (int i = 0; i < literal.length; i++) {
      if (b[from + i] != literal[i]) {
        return false;
      }
    }
    return true;
  }
}

package org.vgictrace.parser.table;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Text in CSV cells. What a trace holds may be hostile, so a cell never has line ends, control
 * characters, direction marks or bytes that are not UTF-8, and never starts like a formula; reading
 * it gives the same bytes again all the same:
 *
 * <pre>
 * \\            a backslash
 * \n \r \t      line feed, carriage return, tabulator
 * \xHH          any other byte that is not shown, and = + - @ at the start of the text
 * </pre>
 *
 * <p>A cell with a comma or quotation mark is quoted as RFC 4180 asks. Null is an empty cell, the
 * empty text is {@code ""}.
 */
public final class CsvText {
  private static final byte[] DIGITS = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };

  /** Most bytes of a cell for one byte of text. */
  private static final int GROWTH = 4;

  private byte[] cell = new byte[256];
  private int length;
  private boolean quoted;

  /** Encodes a text; the cell is in {@link #bytes} up to {@link #length}. */
  void encode(byte[] text, int from, int count) {
    long room = (long) count * GROWTH + 2;
    if (cell.length < room) {
      cell = new byte[Math.toIntExact(room)];
    }
    cell[0] = '"';
    length = 1;
    quoted = count == 0;
    int end = from + count;
    for (int i = from; i < end; ) {
      byte b = text[i];
      if (b >= 0) {
        ascii(b, i == from);
        i++;
      } else {
        int size = plainSequence(text, i, end);
        if (size == 0) {
          hex(b);
          i++;
        } else {
          System.arraycopy(text, i, cell, length, size);
          length += size;
          i += size;
        }
      }
    }
    if (quoted) {
      cell[length++] = '"';
    } else {
      length--;
      System.arraycopy(cell, 1, cell, 0, length);
    }
  }

  byte[] bytes() {
    return cell;
  }

  int length() {
    return length;
  }

  /**
   * The bytes that a cell's content stands for, quotes already removed; ASCII and UTF-8 as it is.
   *
   * @return null if a backslash does not start one of the sequences above
   */
  public static byte @Nullable [] decode(byte[] content) {
    byte[] text = new byte[content.length];
    int n = 0;
    for (int i = 0; i < content.length; i++) {
      byte b = content[i];
      if (b == '\\') {
        if (++i == content.length) {
          return null;
        }
        switch (content[i]) {
          case '\\' -> b = '\\';
          case 'n' -> b = '\n';
          case 'r' -> b = '\r';
          case 't' -> b = '\t';
          case 'x' -> {
            int high = i + 1 < content.length ? Character.digit(content[i + 1], 16) : -1;
            int low = i + 2 < content.length ? Character.digit(content[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
              return null;
            }
            b = (byte) (high << 4 | low);
            i += 2;
          }
          default -> {
            return null;
          }
        }
      }
      text[n++] = b;
    }
    return Arrays.copyOf(text, n);
  }

  private void ascii(byte b, boolean first) {
    switch (b) {
      case '"' -> {
        quoted = true;
        cell[length++] = '"';
        cell[length++] = '"';
      }
      case '\\' -> escape('\\');
      case '\n' -> escape('n');
      case '\r' -> escape('r');
      case '\t' -> escape('t');
      case '=', '+', '-', '@' -> {
        if (first) {
          hex(b);
        } else {
          cell[length++] = b;
        }
      }
      default -> {
        if (Printable.isPlain(b)) {
          quoted |= b == ',';
          cell[length++] = b;
        } else {
          hex(b);
        }
      }
    }
  }

  private void escape(char letter) {
    cell[length++] = '\\';
    cell[length++] = (byte) letter;
  }

  private void hex(byte b) {
    cell[length++] = '\\';
    cell[length++] = 'x';
    cell[length++] = DIGITS[b >>> 4 & 15];
    cell[length++] = DIGITS[b & 15];
  }

  /**
   * Length of the UTF-8 sequence at {@code i} if it is well-formed (Unicode 15, table 3-7) and may
   * be shown, else 0.
   */
  private static int plainSequence(byte[] text, int i, int end) {
    int lead = text[i] & 0xff;
    int size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0 || size > end - i) {
      return 0;
    }
    int c = lead & 0x7f >>> size;
    for (int k = 1; k < size; k++) {
      int b = text[i + k];
      if ((b & 0xc0) != 0x80) {
        return 0;
      }
      c = c << 6 | b & 0x3f;
    }
    boolean wellFormed =
        size == 2
            || size == 3 && c >= 0x800 && (c < 0xd800 || c > 0xdfff)
            || size == 4 && c >= 0x10000 && c <= 0x10ffff;
    return wellFormed && Printable.isPlain(c) ? size : 0;
  }
}

package org.vgictrace.parser.lines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes the text of a trace out of a page that systrace wrote. Newer ones hold it in elements of
 * their own, older ones in a JavaScript string:
 *
 * <pre>{@code
 * <script class="trace-data" type="application/text">     var linuxPerfData = "\
 * # tracer: nop                                           # tracer: nop\n\
 * ...                                                     ...\n\
 * </script>                                               \n";
 * }</pre>
 *
 * <p>What stands before the first trace is skipped and only its lines are counted; what stands
 * between two and behind the last becomes blank lines, so that line numbers are those of the page.
 */
final class WebPageReader implements ByteReader {
  private static final byte[] DATA = ascii("<script class=\"trace-data\"");
  private static final byte[] STRING = ascii("linuxPerfData = \"");
  private static final byte[] END = ascii("</script>");

  private static final LineSource.Listener NOBODY = new LineSource.Quiet();

  /** Where in the page the reader is. */
  private enum Part {
    PAGE,
    DATA,
    STRING
  }

  private final ByteReader source;
  private final LineSource page;
  private Part part = Part.PAGE;
  private boolean begun;
  private long skipped;
  private byte[] line = new byte[0];
  private int used;
  private int length;

  private WebPageReader(ByteReader source) {
    this.source = source;
    this.page = new LineSource(source);
  }

  /** The trace in a web page if the beginning is that of one, else the source itself. */
  static ByteReader over(ByteReader source, byte[] beginning, int length) {
    return isPage(beginning, length) ? new WebPageReader(source) : source;
  }

  /** Whether an input begins as web pages do. */
  static boolean isPage(byte[] beginning, int length) {
    int from = length >= 3 && (beginning[0] & 0xff) == 0xef ? 3 : 0;
    String first =
        new String(beginning, from, Math.min(length - from, 11), StandardCharsets.ISO_8859_1);
    return first.equalsIgnoreCase("<!doctype h")
        || first.length() >= 6 && first.regionMatches(true, 0, "<html", 0, 5);
  }

  @Override
  public long linesSkipped() {
    return skipped;
  }

  @Override
  public int read(byte[] buffer, int offset, int wanted) throws IOException {
    while (used == length) {
      if (!page.next(NOBODY)) {
        return -1;
      }
      used = 0;
      length = 0;
      if (!take(page.bytes(), page.start(), page.end())) {
        skipped++;
      }
    }
    int n = Math.min(wanted, length - used);
    System.arraycopy(line, used, buffer, offset, n);
    used += n;
    return n;
  }

  @Override
  public boolean ready() throws IOException {
    return used < length || source.ready();
  }

  /** Makes text of a line of the page; false if it is before the first trace. */
  private boolean take(byte[] b, int start, int end) {
    int from = start;
    if (part == Part.PAGE) {
      from = begin(b, start, end);
      if (from < 0) {
        return blank();
      }
      begun = true;
      if (from >= end) {
        return blank();
      }
    }
    int close = indexOf(b, from, end, END);
    int to = close < 0 ? end : close;
    if (length + (to - from) + 1 > line.length) {
      line = new byte[2 * (to - from) + 1];
    }
    if (part == Part.STRING) {
      unescape(b, from, to);
    } else {
      System.arraycopy(b, from, line, 0, to - from);
      length = to - from;
    }
    if (close >= 0) {
      part = Part.PAGE;
    }
    line[length++] = '\n';
    return true;
  }

  /** A blank line, unless no trace has begun so far. */
  private boolean blank() {
    if (begun && line.length == 0) {
      line = new byte[1];
    }
    if (begun) {
      line[0] = '\n';
      length = 1;
    }
    return begun;
  }

  /** Position where a trace begins in a line of the page, -1 if none does. */
  private int begin(byte[] b, int start, int end) {
    int data = indexOf(b, start, end, DATA);
    if (data >= 0) {
      int close = Swar.indexOf(b, data, end, (byte) '>');
      part = Part.DATA;
      return close < 0 ? end : close + 1;
    }
    int string = indexOf(b, start, end, STRING);
    if (string >= 0) {
      part = Part.STRING;
      int from = string + STRING.length;
      return from + 1 == end && b[from] == '\\' ? end : from;
    }
    return -1;
  }

  /** Copies part of a JavaScript string; a quotation mark ends it. */
  private void unescape(byte[] b, int from, int to) {
    for (int p = from; p < to; p++) {
      byte c = b[p];
      if (c == '"') {
        part = Part.PAGE;
        return;
      }
      if (c == '\\') {
        p++;
        if (p == to) {
          return;
        }
        boolean last = p + 2 == to && b[p + 1] == '\\' || p + 1 == to;
        if (b[p] == 'n' && last) {
          return;
        }
        c = b[p] == 'n' ? (byte) '\n' : b[p] == 't' ? (byte) '\t' : b[p];
      }
      line[length++] = c;
    }
  }

  private static int indexOf(byte[] b, int from, int end, byte[] wanted) {
    int last = end - wanted.length;
    int p = from;
    while (p <= last) {
      p = Swar.indexOf(b, p, last + 1, wanted[0]);
      if (p < 0) {
        return -1;
      }
      int same = 1;
      while (same < wanted.length && b[p + same] == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return p;
      }
      p++;
    }
    return -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

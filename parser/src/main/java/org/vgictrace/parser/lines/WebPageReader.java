package org.vgictrace.parser.lines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

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
 * <p>An element may also hold base64 of a compressed trace ({@link PackedText}), or JSON with a
 * trace in it ({@link SystemTraceReader}).
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

  /** Whether nothing of an element has been seen yet. */
  private boolean fresh;

  /** What makes text of an element's content, and that content; null for plain text. */
  private @Nullable ByteReader inner;

  private @Nullable Element element;
  private @Nullable String damage;

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
      if (inner != null) {
        int n = inner.read(buffer, offset, wanted);
        if (n >= 0) {
          return n;
        }
        leave();
      }
      if (!page.nextPiece(NOBODY)) {
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
    return used < length || inner != null || source.ready();
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
    if (part == Part.DATA && fresh && enter(b, from, end)) {
      return true;
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
    if (close >= 0 || !page.cut()) {
      line[length++] = '\n';
    }
    return true;
  }

  /** Goes on with what an element's text is packed in; false if it is not. */
  private boolean enter(byte[] b, int start, int end) {
    int from = start;
    while (from < end && (b[from] == ' ' || b[from] == '\t')) {
      from++;
    }
    fresh = from == end;
    boolean json = from < end && b[from] == '{';
    if (!json && !PackedText.begins(b, from, end)) {
      return false;
    }
    Element whole = new Element(from);
    element = whole;
    inner = json ? new SystemTraceReader(whole) : new PackedText(whole);
    return true;
  }

  /** Goes on behind an element whose text was packed. */
  private void leave() throws IOException {
    if (inner != null && damage == null) {
      damage = inner.damage();
    }
    if (element != null) {
      element.skip();
    }
    inner = null;
    element = null;
    part = Part.PAGE;
  }

  @Override
  public @Nullable String damage() {
    return damage;
  }

  /** The bytes of an element, from the page's current line to its end. */
  private final class Element implements ByteReader {
    private int at;
    private int end;
    private boolean closed;
    private boolean newline;

    Element(int from) {
      set(from);
    }

    private void set(int from) {
      int close = indexOf(page.bytes(), from, page.end(), END);
      at = from;
      end = close < 0 ? page.end() : close;
      closed = close >= 0;
      newline = !closed && !page.cut();
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
      while (at == end) {
        if (newline) {
          newline = false;
          buffer[offset] = '\n';
          return 1;
        }
        if (closed || !page.nextPiece(NOBODY)) {
          return -1;
        }
        set(page.start());
      }
      int n = Math.min(wanted, end - at);
      System.arraycopy(page.bytes(), at, buffer, offset, n);
      at += n;
      return n;
    }

    void skip() throws IOException {
      while (!closed && page.nextPiece(NOBODY)) {
        set(page.start());
      }
    }

    @Override
    public boolean ready() throws IOException {
      return at < end || source.ready();
    }
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
      fresh = true;
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

package org.vgictrace.parser.lines;

import java.io.IOException;
import org.vgictrace.parser.input.ByteStream;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/** The lines of an input, and those of its beginning. */
public final class InputLines {
  private InputLines() {}

  /** All lines of an input. */
  public static LineSource of(Input input) throws IOException {
    Head head = input.head();
    return new LineSource(decoded(new StreamReader(input.stream()), head));
  }

  /** The head's lines without the last one, which may be cut, unless there is no more. */
  public static LineSource ofHead(Head head) {
    int length = head.length();
    if (!head.complete()) {
      while (length > 0 && head.bytes()[length - 1] != '\n' && head.bytes()[length - 1] != '\r') {
        length--;
      }
    }
    return new LineSource(decoded(new ArrayReader(head.bytes(), length), head));
  }

  /** Whether an input is a web page, in which a trace may be anywhere. */
  public static boolean isWebPage(Head head) {
    return WebPageReader.isPage(head.bytes(), head.length());
  }

  /** Whether an input is JSON of Chrome, in which a trace may be anywhere. */
  public static boolean isJson(Head head) {
    return SystemTraceReader.isJson(head.bytes(), head.length());
  }

  private static ByteReader decoded(ByteReader reader, Head head) {
    ByteReader text = Utf16Reader.over(reader, head.bytes(), head.length());
    return isJson(head)
        ? new SystemTraceReader(text)
        : WebPageReader.over(text, head.bytes(), head.length());
  }

  /** Bytes in memory. */
  private static final class ArrayReader implements ByteReader {
    private final byte[] bytes;
    private final int length;
    private int used;

    ArrayReader(byte[] bytes, int length) {
      this.bytes = bytes;
      this.length = length;
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) {
      if (used == length) {
        return -1;
      }
      int n = Math.min(wanted, length - used);
      System.arraycopy(bytes, used, buffer, offset, n);
      used += n;
      return n;
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  /** The content of an input. */
  private record StreamReader(ByteStream stream) implements ByteReader {
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return stream.read(buffer, offset, length);
    }

    @Override
    public boolean ready() throws IOException {
      return stream.ready();
    }
  }
}

package org.vgictrace.parser.ftracetext;

import java.io.IOException;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureFormat;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.ByteStream;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/**
 * The text of ftrace's {@code trace} and {@code trace_pipe} and of {@code trace-cmd report}.
 *
 * <p>Names of events carry no trace system in text. In counts by name, a name that the bindings
 * know from one system only gets it in front; a name known from several gets the system of the
 * binding that fits the event's text; all others stay bare.
 */
public final class FtraceText implements CaptureFormat {

  @Override
  public Match match(Head head) {
    TextHead beginning = new TextHead((bytes, start, end) -> false);
    try {
      beginning.read(new LineSource(completeLines(head)));
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    if (beginning.isText()) {
      return Match.YES;
    }
    return head.complete() ? Match.NO : Match.MORE;
  }

  @Override
  public Capture open(Input input, BindingPacks packs) throws IOException {
    Head head = input.head();
    ByteReader bytes =
        Utf16Reader.over(new StreamReader(input.stream()), head.bytes(), head.length());
    return FtraceTextCapture.open(input, new LineSource(bytes), packs::byName);
  }

  /** The head's lines without the last one, which may be cut, unless there is no more. */
  private static ByteReader completeLines(Head head) {
    int length = head.length();
    if (!head.complete()) {
      while (length > 0 && head.bytes()[length - 1] != '\n' && head.bytes()[length - 1] != '\r') {
        length--;
      }
    }
    return Utf16Reader.over(new ArrayReader(head.bytes(), length), head.bytes(), head.length());
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

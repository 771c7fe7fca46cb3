package org.vgictrace.parser.lines;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into lines without copying them.
 *
 * <p>Lines end with LF, with CR LF if the first one does, or with CR if there is no LF at the
 * beginning; a UTF-8 byte order mark is skipped; the last line may lack its end. A line longer than
 * {@value #LINE_BYTES_MAX} bytes is cut. The byte at {@link #end()} is always a line end, so scans
 * for digits and the like need no bounds of their own, and {@value #PAD_BYTES} bytes after it are
 * within the array.
 *
 * <p>Hot code: newlines are found eight bytes at a time. Not thread-safe.
 */
public final class LineSource {
  /** Longest line; what is beyond is dropped. */
  public static final int LINE_BYTES_MAX = 1 << 20;

  private static final int BUFFER_BYTES = 256 << 10;

  /** Bytes that are in the array after the last one that is used. */
  public static final int PAD_BYTES = 32;

  /** How much of a text without any LF is looked at before CR is taken as the end of lines. */
  private static final int LINE_END_SEARCH_BYTES = 64 << 10;

  /** Is told what happens to lines that were handed out before. */
  public interface Listener {
    /** The source may have to wait for its input; nothing read so far should be held back. */
    void beforeWait() throws IOException;

    /** Bytes that are kept have moved towards the beginning of the array. */
    void moved(int by);
  }

  /** A listener for sources whose lines are not kept and not waited for. */
  public static final class Quiet implements Listener {
    @Override
    public void beforeWait() {}

    @Override
    public void moved(int by) {}
  }

  private final ByteReader reader;
  private byte[] bytes;
  private int limit;
  private int next;
  private boolean ended;

  private int start;
  private int end;
  private long number;
  private boolean cut;
  private boolean skipRest;
  private byte beyondCut;
  private byte lineEnd = '\n';
  private boolean crBeforeLineEnd;
  private int keepFrom = -1;

  public LineSource(ByteReader reader) {
    this(reader, BUFFER_BYTES);
  }

  /**
   * @param bufferBytes how much to read at a time at first
   */
  public LineSource(ByteReader reader, int bufferBytes) {
    this.reader = reader;
    this.bytes = new byte[bufferBytes + PAD_BYTES];
  }

  /** The array in which the line lies. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the line begins. */
  public int start() {
    return start;
  }

  /** Where the line ends, without its line end. */
  public int end() {
    return end;
  }

  /** Number of the line, from 1. */
  public long number() {
    return number + reader.linesSkipped();
  }

  /** Whether the line was longer than {@link #LINE_BYTES_MAX}. */
  public boolean cut() {
    return cut;
  }

  /** Why the text ends before its regular end; null if it does not, or has not ended yet. */
  public @Nullable String damage() {
    return reader.damage();
  }

  /** Keeps bytes from there on in the array; -1 to keep none before the next line. */
  public void keepFrom(int from) {
    keepFrom = from;
  }

  /** Goes back to the first line. Nothing may have been dropped so far. */
  public void rewind() {
    next = keepFrom;
    number = 0;
    keepFrom = -1;
    skipRest = false;
  }

  /**
   * Moves to the next line.
   *
   * @param listener told of what happens on the way
   * @return false at the end
   */
  public boolean next(Listener listener) throws IOException {
    if (skipRest && !skipRestOfLine(listener)) {
      return false;
    }
    int search = next;
    while (true) {
      int at = Swar.indexOf(bytes, search, limit, lineEnd);
      if (at >= 0) {
        return line(at, at + 1);
      }
      if (limit - next >= LINE_BYTES_MAX) {
        return cutLine();
      }
      search = limit;
      if (number == 0 && lineEnd == '\n' && (ended || limit - next >= LINE_END_SEARCH_BYTES)) {
        if (Swar.indexOf(bytes, next, limit, (byte) '\r') >= 0) {
          lineEnd = '\r';
          search = next;
          continue;
        }
      }
      if (ended) {
        return next < limit && line(limit, limit);
      }
      search -= refill(listener);
    }
  }

  /**
   * Moves to what is beyond the end of a line that was cut, as if it were a line of its own, else
   * to the next line.
   */
  boolean nextPiece(Listener listener) throws IOException {
    if (skipRest) {
      skipRest = false;
      number--;
      if (end < limit) {
        bytes[end] = beyondCut;
        next = end;
      }
    }
    return next(listener);
  }

  private boolean line(int at, int nextLine) {
    start = next;
    end = at;
    next = nextLine;
    cut = false;
    if (number == 0 && lineEnd == '\n') {
      crBeforeLineEnd = end > start && bytes[end - 1] == '\r';
    }
    number++;
    if (crBeforeLineEnd && end > start && bytes[end - 1] == '\r') {
      end--;
    }
    if (nextLine == at) {
      bytes[at] = '\n';
    }
    return true;
  }

  private boolean cutLine() {
    start = next;
    end = start + LINE_BYTES_MAX;
    beyondCut = bytes[end];
    bytes[end] = '\n';
    next = Math.min(end + 1, limit);
    number++;
    cut = true;
    skipRest = true;
    return true;
  }

  private boolean skipRestOfLine(Listener listener) throws IOException {
    while (true) {
      int at = Swar.indexOf(bytes, next, limit, lineEnd);
      if (at >= 0) {
        next = at + 1;
        skipRest = false;
        return true;
      }
      next = limit;
      if (ended) {
        return false;
      }
      refill(listener);
    }
  }

  /** Reads on, and returns by how much the bytes have moved. */
  private int refill(Listener listener) throws IOException {
    if (!reader.ready()) {
      listener.beforeWait();
    }
    int used = keepFrom >= 0 ? keepFrom : next;
    if (used > 0) {
      System.arraycopy(bytes, used, bytes, 0, limit - used);
      limit -= used;
      next -= used;
      if (keepFrom >= 0) {
        keepFrom = 0;
        listener.moved(used);
      }
    }
    int room = bytes.length - PAD_BYTES;
    if (limit == room) {
      room = room * 2;
      bytes = Arrays.copyOf(bytes, room + PAD_BYTES);
    }
    boolean first = limit == 0 && number == 0;
    int n = reader.read(bytes, limit, room - limit);
    if (n < 0) {
      ended = true;
      return used;
    }
    limit += n;
    if (first && n >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb) {
      next = bytes[2] == (byte) 0xbf ? 3 : 0;
      if (keepFrom == 0) {
        keepFrom = next;
      }
    }
    return used;
  }
}

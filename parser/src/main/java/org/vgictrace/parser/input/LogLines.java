package org.vgictrace.parser.input;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Cuts a log into lines without copying them. Lines end with LF or CR LF; a UTF-8 byte order mark
 * is skipped. Of a line longer than {@value #LINE_BYTES_MAX} bytes only the beginning is kept. The
 * byte at {@link #end()} is never a digit or a letter, and {@value #PAD_BYTES} bytes behind it are
 * within the array, so scans need no bounds of their own.
 *
 * <p>Hot code. Not thread-safe.
 */
public final class LogLines {
  /** Longest line; no event is nearly as long. */
  public static final int LINE_BYTES_MAX = 64 << 10;

  /** Bytes that are in the array behind the last one that is used. */
  public static final int PAD_BYTES = 32;

  private static final int BUFFER_BYTES = 256 << 10;
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long LINE_ENDS = '\n' * ONES;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Is told when the input has to be waited for. */
  public interface Listener {
    /** Nothing read so far should be held back. */
    void beforeWait() throws IOException;
  }

  private final ByteStream stream;
  private final byte[] bytes;
  private int limit;
  private int next;
  private boolean ended;

  private int start;
  private int end;
  private long number;
  private boolean whole;
  private boolean skipRest;

  public LogLines(ByteStream stream) {
    this(stream, BUFFER_BYTES);
  }

  /**
   * @param bufferBytes how much to read at a time, at least a line
   */
  public LogLines(ByteStream stream, int bufferBytes) {
    this.stream = stream;
    this.bytes = new byte[Math.max(bufferBytes, LINE_BYTES_MAX + 1) + PAD_BYTES];
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
    return number;
  }

  /** Whether the line has its end: false for one that is too long and for a last one without. */
  public boolean isWhole() {
    return whole;
  }

  /**
   * Moves to the next line.
   *
   * @return false at the end
   */
  public boolean next(Listener listener) throws IOException {
    int search = next;
    while (true) {
      int at = lineEnd(bytes, search, limit);
      if (at >= 0 && skipRest) {
        next = at + 1;
        search = next;
        skipRest = false;
      } else if (at >= 0) {
        line(at, true);
        next = at + 1;
        return true;
      } else if (skipRest) {
        next = limit;
        search = limit;
        if (ended) {
          return false;
        }
        refill(listener);
        search = next;
      } else if (limit - next >= LINE_BYTES_MAX) {
        line(next + LINE_BYTES_MAX, false);
        skipRest = true;
        next = limit;
        return true;
      } else if (ended) {
        if (next >= limit) {
          return false;
        }
        line(limit, false);
        next = limit;
        return true;
      } else {
        int searched = limit - next;
        refill(listener);
        search = next + searched;
      }
    }
  }

  private void line(int at, boolean terminated) {
    start = next;
    end = at;
    number++;
    whole = terminated;
    if (terminated && end > start && bytes[end - 1] == '\r') {
      end--;
    }
    if (!terminated) {
      bytes[end] = '\n';
    }
  }

  private void refill(Listener listener) throws IOException {
    if (!stream.ready()) {
      listener.beforeWait();
    }
    if (next > 0) {
      System.arraycopy(bytes, next, bytes, 0, limit - next);
      limit -= next;
      next = 0;
    }
    boolean first = number == 0 && limit == 0;
    int n = stream.read(bytes, limit, bytes.length - PAD_BYTES - limit);
    if (n < 0) {
      ended = true;
      return;
    }
    limit += n;
    if (first && n >= 3 && (bytes[0] & 0xff) == 0xef && (bytes[1] & 0xff) == 0xbb) {
      next = (bytes[2] & 0xff) == 0xbf ? 3 : 0;
    }
  }

  /** Eight bytes as a number whose lowest byte is the first. */
  public static long word(byte[] b, int p) {
    return (long) LONGS.get(b, p);
  }

  /** The first n bytes of a word; the others are 0. */
  public static long first(long word, int n) {
    return n >= Long.BYTES ? word : word & (1L << (n << 3)) - 1;
  }

  /** Index of the first LF in a part of an array, -1 if there is none. */
  public static int lineEnd(byte[] b, int from, int to) {
    int p = from;
    for (; p + Long.BYTES <= to; p += Long.BYTES) {
      long x = word(b, p) ^ LINE_ENDS;
      long found = x - ONES & ~x & HIGHS;
      if (found != 0) {
        return p + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    for (; p < to; p++) {
      if (b[p] == '\n') {
        return p;
      }
    }
    return -1;
  }
}

package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;

/**
 * The records of one CPU, front to back:
 *
 * <pre>
 *   31  30..28  27........16 15...12 11.........0
 *  +---+-------+------------+-------+------------+   event id: class (one bit), subclass, number
 *  | T | words |   class    |  sub  |   number   |
 *  +---+-------+------------+-------+------------+
 *  | T = 1: time stamp, low word, high word      |
 *  +---------------------------------------------+
 *  | 0 to 7 payload words                        |
 *  +---------------------------------------------+
 * </pre>
 *
 * <p>A record without a time stamp has that of the record before it; those before the first stamped
 * one have its. The padding at the end of the hypervisor's ring is passed over. A mark of lost
 * records stands where the loss began. Of a window in which something cannot be a record the rest
 * is skipped.
 *
 * <p>Hot code: nothing is allocated per record. Not thread-safe.
 */
final class CpuRecords {
  /** Event id of a mark of lost records. */
  static final int LOST = 0x1f001;

  private static final int WRAP = 0x1f002;
  private static final int ID = 0x0fff_ffff;
  private static final int RECORD_WORDS_MAX = 1 + 2 + EventCatalogue.WORDS_MAX;

  /** How far to look for the first time stamp of a CPU. */
  private static final int FIRST_STAMP_BYTES_MAX = 1 << 20;

  private static final int ENTRIES_PER_CODE = 100;

  private final int cpu;
  private final WindowIndex.Windows windows;
  private final RandomBytes file;
  private final boolean bigEndian;
  private final Diagnostics diagnostics;
  private final CpuState state;
  private final byte[] bytes;
  private final IntBuffer view;
  private final int[] buffer;

  private int window = -1;

  /** Where the next bytes of the window are in the file, and how many whole words they are. */
  private long fileAt;

  private int windowLeft;

  /** Bytes at the end of a window that is cut off, too few for a word. */
  private int remainder;

  /** Places in the buffer. */
  private int next;

  private int limit;

  private int start;
  private int payload;
  private int header;
  private long ts;
  private long stamp;
  private boolean stamped;
  private long unparsed;

  /**
   * @param bufferBytes how much to read at a time
   */
  CpuRecords(
      int cpu,
      WindowIndex.Windows windows,
      RandomBytes file,
      boolean bigEndian,
      int bufferBytes,
      CpuState state,
      Diagnostics diagnostics) {
    this.cpu = cpu;
    this.windows = windows;
    this.file = file;
    this.bigEndian = bigEndian;
    this.diagnostics = diagnostics;
    this.state = state;
    this.bytes = new byte[Math.max(bufferBytes, 4 * RECORD_WORDS_MAX) & -4];
    this.view =
        ByteBuffer.wrap(bytes)
            .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
            .asIntBuffer();
    this.buffer = new int[bytes.length / 4 + WordCopies.SLACK_WORDS];
  }

  int cpu() {
    return cpu;
  }

  /** What is known of the CPU. */
  CpuState state() {
    return state;
  }

  /** Event id of the record. */
  int id() {
    return header & ID;
  }

  /** Number of its payload words. */
  int words() {
    return header >>> 28 & 7;
  }

  /** Whether it has a time stamp of its own. */
  boolean isTimed() {
    return header < 0;
  }

  /** Its time; that of a mark of lost records is the beginning of the loss. */
  long ts() {
    return ts;
  }

  /** Time stamp of the newest stamped record, which for a mark of lost records is its end. */
  long stamp() {
    return stamp;
  }

  /** Whether any record so far had a time stamp, or the first one that has is known. */
  boolean isStamped() {
    return stamped;
  }

  /** Sets the time of records before the first time stamp. */
  void startAt(long time) {
    stamp = time;
    ts = time;
  }

  /** A payload word, 0 to {@link #words()} - 1. */
  int word(int index) {
    return buffer[payload + index];
  }

  /** The array in which the payload words are. */
  int[] buffer() {
    return buffer;
  }

  /** Where the first payload word is. */
  int payload() {
    return payload;
  }

  /** The record as it is in the file. */
  byte[] raw() {
    ByteBuffer raw = ByteBuffer.allocate(4 * (next - start));
    raw.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    raw.asIntBuffer().put(buffer, start, next - start);
    return raw.array();
  }

  Place place() {
    return Place.at(fileAt - 4L * (limit - start));
  }

  /** Number of places where something was not a record. */
  long unparsed() {
    return unparsed;
  }

  /**
   * Moves to the next record.
   *
   * @return false at the end
   */
  boolean next() throws IOException {
    while (true) {
      if (limit - next < RECORD_WORDS_MAX && windowLeft > 0) {
        refill();
      }
      if (next == limit) {
        if (remainder > 0) {
          start = next;
          skipWindow();
        }
        if (!openWindow()) {
          return false;
        }
      } else if (!read()) {
        skipWindow();
      } else if ((header & ID) != WRAP) {
        date();
        return true;
      }
    }
  }

  /** Takes the record at {@code next} in. Returns false if there is none. */
  private boolean read() {
    start = next;
    header = buffer[start];
    payload = header < 0 ? start + 3 : start + 1;
    int end = payload + (header >>> 28 & 7);
    int type = header >>> 16 & 0xfff;
    if (end > limit || (type & type - 1) != 0 || type == 0 || header == WindowIndex.HEADER) {
      return false;
    }
    if (header < 0 && buffer[Math.min(start + 2, limit - 1)] < 0) {
      // No counter gets to half of its range.
      return false;
    }
    if ((header & ID) == LOST && (header >= 0 || (header >>> 28 & 7) != 4)) {
      return false;
    }
    next = end;
    return true;
  }

  private void date() {
    if (header < 0) {
      long own = buffer[start + 1] & 0xffff_ffffL | (long) buffer[start + 2] << 32;
      if (own < stamp && stamped) {
        note("time-backwards", "earlier than the record before it on CPU " + cpu);
      }
      long since = stamped ? stamp : Long.MIN_VALUE;
      stamp = own;
      stamped = true;
      ts = own;
      if ((header & ID) == LOST) {
        long first = word(2) & 0xffff_ffffL | (long) word(3) << 32;
        ts = Math.min(own, Math.max(since, first));
      }
    } else {
      ts = stamp;
    }
  }

  /**
   * Time stamp of the first stamped record, looked for from the beginning; null if none is near.
   */
  boolean findFirstStamp() throws IOException {
    CpuRecords ahead =
        new CpuRecords(cpu, windows, file, bigEndian, BUFFER_AHEAD, state, new Diagnostics());
    for (int seen = 0; seen < FIRST_STAMP_BYTES_MAX && ahead.next(); seen += 4) {
      if (ahead.isTimed()) {
        startAt(ahead.ts());
        stamped = true;
        return true;
      }
    }
    return false;
  }

  private static final int BUFFER_AHEAD = 4 << 10;

  private boolean openWindow() throws IOException {
    if (window + 1 >= windows.count()) {
      return false;
    }
    window++;
    fileAt = windows.offset(window);
    windowLeft = windows.size(window) >> 2;
    remainder = windows.size(window) & 3;
    next = 0;
    limit = 0;
    refill();
    return true;
  }

  private void refill() throws IOException {
    System.arraycopy(buffer, next, buffer, 0, limit - next);
    limit -= next;
    next = 0;
    int wanted = Math.min(windowLeft, bytes.length / 4 - limit);
    int got = file.read(fileAt, bytes, 0, 4 * wanted) >> 2;
    view.get(0, buffer, limit, got);
    fileAt += 4L * got;
    limit += got;
    windowLeft = got < wanted ? 0 : windowLeft - got;
  }

  private void skipWindow() {
    unparsed++;
    long rest = 4 * ((long) limit - start + windowLeft) + remainder;
    note("record-damaged", "not a record; the rest of the window, " + rest + " bytes, is skipped");
    next = limit;
    windowLeft = 0;
    remainder = 0;
  }

  private void note(String code, String what) {
    diagnostics.addLimited(
        new Diagnostic(
            code, code.equals("time-backwards") ? Severity.WARNING : Severity.ERROR, place(), what),
        ENTRIES_PER_CODE);
  }
}

package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
  private static final int RECORD_BYTES_MAX = 4 + 8 + 4 * EventCatalogue.WORDS_MAX;

  /** How far to look for the first time stamp of a CPU. */
  private static final int FIRST_STAMP_BYTES_MAX = 1 << 20;

  private static final int ENTRIES_PER_CODE = 100;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final int cpu;
  private final WindowIndex.Windows windows;
  private final RandomBytes file;
  private final boolean bigEndian;
  private final Diagnostics diagnostics;
  private final byte[] bytes;

  private int window = -1;
  private long fileAt;
  private int windowLeft;
  private int next;
  private int limit;

  private int start;
  private int payload;
  private int header;
  private long ts;
  private long stamp;
  private boolean stamped;
  private long key;
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
      Diagnostics diagnostics) {
    this.cpu = cpu;
    this.windows = windows;
    this.file = file;
    this.bigEndian = bigEndian;
    this.diagnostics = diagnostics;
    this.bytes = new byte[Math.max(bufferBytes, RECORD_BYTES_MAX)];
  }

  int cpu() {
    return cpu;
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
    key = time;
  }

  /** Its place on the time line, which never goes back. */
  long key() {
    return key;
  }

  /** A payload word, 0 to {@link #words()} - 1. */
  int word(int index) {
    return word(bytes, payload + 4 * index, bigEndian);
  }

  /** The array in which the record is. */
  byte[] bytes() {
    return bytes;
  }

  int start() {
    return start;
  }

  int length() {
    return next - start;
  }

  Place place() {
    return Place.at(fileAt - (limit - start));
  }

  /** Number of places where something was not a record. */
  long unparsed() {
    return unparsed;
  }

  static int word(byte[] bytes, int at, boolean bigEndian) {
    int word = (int) INTS.get(bytes, at);
    return bigEndian ? Integer.reverseBytes(word) : word;
  }

  /**
   * Moves to the next record.
   *
   * @return false at the end
   */
  boolean next() throws IOException {
    while (true) {
      if (limit - next < RECORD_BYTES_MAX && windowLeft > 0) {
        refill();
      }
      if (next == limit) {
        if (!openWindow()) {
          return false;
        }
        continue;
      }
      if (!read()) {
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
    int left = limit - start;
    if (left < 4) {
      return false;
    }
    header = word(bytes, start, bigEndian);
    payload = start + (header < 0 ? 12 : 4);
    int end = payload + 4 * (header >>> 28 & 7);
    int type = header >>> 16 & 0xfff;
    if (end > limit || (type & type - 1) != 0 || type == 0 || header == WindowIndex.HEADER) {
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
      long own =
          word(bytes, start + 4, bigEndian) & 0xffff_ffffL
              | (long) word(bytes, start + 8, bigEndian) << 32;
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
    key = Math.max(key, ts);
  }

  /**
   * Time stamp of the first stamped record, looked for from the beginning; null if none is near.
   */
  boolean findFirstStamp() throws IOException {
    CpuRecords ahead =
        new CpuRecords(cpu, windows, file, bigEndian, BUFFER_AHEAD, new Diagnostics());
    for (int seen = 0; seen < FIRST_STAMP_BYTES_MAX && ahead.next(); seen += ahead.length()) {
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
    windowLeft = windows.size(window);
    next = 0;
    limit = 0;
    refill();
    return true;
  }

  private void refill() throws IOException {
    System.arraycopy(bytes, next, bytes, 0, limit - next);
    limit -= next;
    next = 0;
    int wanted = Math.min(windowLeft, bytes.length - limit);
    int got = file.read(fileAt, bytes, limit, wanted);
    fileAt += got;
    limit += got;
    windowLeft = got < wanted ? 0 : windowLeft - got;
  }

  private void skipWindow() {
    unparsed++;
    note(
        "record-damaged",
        "not a record; the rest of the window, "
            + ((long) limit - start + windowLeft)
            + " bytes, is skipped");
    next = limit;
    windowLeft = 0;
  }

  private void note(String code, String what) {
    diagnostics.addLimited(
        new Diagnostic(
            code, code.equals("time-backwards") ? Severity.WARNING : Severity.ERROR, place(), what),
        ENTRIES_PER_CODE);
  }
}

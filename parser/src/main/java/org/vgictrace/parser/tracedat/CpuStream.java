package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.record.Placed;

/**
 * The records of one CPU in the order of its ring buffer (kernel/trace/ring_buffer.c, Linux 2.6.31
 * to 7.2).
 *
 * <pre>
 * page:    u64 time | commit word | records ... | number lost
 *          commit word: bits 0-26 bytes of records, 30 number lost is stored behind them, 31 events were lost before
 *
 * record:  u32 header = type (5 bits) and time delta (27 bits), least significant first in the file's byte order
 *          type 1-28  data of type * 4 bytes
 *          type 0     u32 length + 4, data
 *          type 29    nothing: delta 0 to the end of the page, else u32 length from here on
 *          type 30    u32 upper part of the delta
 *          type 31    u32 upper part of an absolute time stamp; its top 5 bits are those of the time before
 * </pre>
 *
 * <p>After {@link #next()} the current item is a record, or a mark that events were lost before the
 * next record. A damaged record ends its page, because the next one cannot be found. Does not
 * allocate per record. Not thread-safe.
 */
final class CpuStream implements Placed {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long LOST = 1L << 31;
  private static final long LOST_STORED = 1L << 30;

  private static final int TYPE_LONG = 0;
  private static final int TYPE_DATA_MAX = 28;
  private static final int TYPE_PADDING = 29;
  private static final int TYPE_TIME_EXTEND = 30;

  /** An absolute time stamp has 59 bits. */
  private static final int ABSOLUTE_BITS = 59;

  /** Events were lost, but how many is not known. */
  static final long UNKNOWN = -1;

  private final PageSource pages;
  private final boolean bigEndian;
  private final PageLayout layout;
  private final int pageBytes;
  private final Diagnostics diagnostics;
  private final @Nullable TimeShift shift;
  private final @Nullable TimeScale scale;
  private final boolean converts;

  /** CPU number, for messages and rows. */
  final int cpu;

  /** Identifier of the instance's name. */
  final int buffer;

  private byte[] bytes = new byte[0];
  private int at;
  private int end;
  private long time;

  private int recordStart;
  private int recordLength;
  private long recordTime;
  private boolean pendingRecord;
  private boolean lost;
  private long lostCount;

  private long ts;
  private long lastTs = Long.MIN_VALUE;
  private long steppedBack;
  private @Nullable Place firstStepBack;
  private long damaged;

  /** Records counted by the reader. */
  long records;

  CpuStream(
      int cpu,
      int buffer,
      PageSource pages,
      boolean bigEndian,
      PageLayout layout,
      int pageBytes,
      @Nullable TimeShift shift,
      @Nullable TimeScale scale,
      Diagnostics diagnostics) {
    this.cpu = cpu;
    this.buffer = buffer;
    this.pages = pages;
    this.bigEndian = bigEndian;
    this.layout = layout;
    this.pageBytes = pageBytes;
    this.shift = shift;
    this.scale = scale;
    this.converts = shift != null || scale != null;
    this.diagnostics = diagnostics;
  }

  /** Goes to the next item; false at the end. */
  boolean next() throws IOException {
    if (lost) {
      lost = false;
      if (pendingRecord) {
        pendingRecord = false;
        return true;
      }
    }
    while (!nextRecord()) {
      if (!nextPage()) {
        return false;
      }
      if (lost) {
        recordTime = time;
        pendingRecord = nextRecord();
        setTime();
        return true;
      }
    }
    setTime();
    return true;
  }

  /** Whether the current item says that events were lost; otherwise it is a record. */
  boolean isLost() {
    return lost;
  }

  /** How many events were lost, {@link #UNKNOWN} if it was not recorded. */
  long lostCount() {
    return lostCount;
  }

  /** Time of the current item. */
  long ts() {
    return ts;
  }

  /** Array that holds the current record. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the current record's data start in it. */
  int recordStart() {
    return recordStart;
  }

  /** Length of the current record's data, up to 3 bytes of padding included. */
  int recordLength() {
    return recordLength;
  }

  /** Where the current record is in the file. */
  @Override
  public Place place() {
    return pages.place(recordStart - pages.start());
  }

  /** How often time went back from one record to the next. */
  long steppedBack() {
    return steppedBack;
  }

  /** Where that was first, null if it never was. */
  @Nullable Place firstStepBack() {
    return firstStepBack;
  }

  /** Pages of which something could not be read. */
  long damaged() {
    return damaged;
  }

  private void setTime() {
    long t = recordTime;
    if (converts) {
      t = converted(t);
    }
    if (t < lastTs && steppedBack++ == 0) {
      firstStepBack = place();
    }
    lastTs = t;
    ts = t;
  }

  private long converted(long raw) {
    long t = shift != null ? shift.apply(raw) : raw;
    return scale != null ? scale.nanoseconds(t) : t;
  }

  /** Finds the next record of the page; false at its end. */
  private boolean nextRecord() {
    byte[] b = bytes;
    int p = at;
    int limit = end;
    long t = time;
    while (limit - p >= 4) {
      int word = u32(b, p);
      int type = bigEndian ? word >>> 27 : word & 31;
      int delta = bigEndian ? word & 0x7ff_ffff : word >>> 5;
      p += 4;
      if (type > TYPE_LONG && type <= TYPE_DATA_MAX) {
        int length = type << 2;
        if (length > limit - p) {
          return stop(p - 4, "record runs past the end of its page");
        }
        return found(p, length, t + delta);
      }
      if (type == TYPE_PADDING && delta == 0) {
        break;
      }
      if (limit - p < 4) {
        return stop(p - 4, "record header runs past the end of its page");
      }
      long more = u32(b, p) & 0xffff_ffffL;
      switch (type) {
        case TYPE_LONG -> {
          long length = more - 4 + 3 & ~3L;
          if (more < 4 || length > limit - p - 4) {
            return stop(p - 4, "record of length " + more + " does not fit into its page");
          }
          return found(p + 4, (int) length, t + delta);
        }
        case TYPE_PADDING -> {
          if (more < 4) {
            return stop(p - 4, "discarded record of length " + more);
          }
          if (more > limit - p) {
            return stop(
                p - 4, "discarded record of length " + more + " does not fit into its page");
          }
          if (delta != 1) {
            t += delta;
          }
          p += (int) more;
        }
        case TYPE_TIME_EXTEND -> {
          t += (more << 27) + delta;
          p += 4;
        }
        default -> {
          t = absolute(more << 27 | delta, t);
          p += 4;
        }
      }
    }
    if (limit - p > 0 && limit - p < 4) {
      return stop(p, "record header runs past the end of its page");
    }
    at = limit;
    time = t;
    return false;
  }

  private boolean found(int start, int length, long t) {
    recordStart = start;
    recordLength = length;
    recordTime = t;
    time = t;
    at = start + length;
    return true;
  }

  /**
   * Gives up the rest of a page. Zeros are what is left where nothing was written, not a lost
   * record.
   */
  private boolean stop(int where, String what) {
    boolean zeros = true;
    for (int i = where; i < end && zeros; i++) {
      zeros = bytes[i] == 0;
    }
    if (zeros) {
      diagnostics.warning(
          "page-zeros",
          pages.place(where - pages.start()),
          "CPU " + cpu + ": " + (end - where) + " bytes of zeros where records should be");
    } else {
      damaged("page-record", where, what);
    }
    at = end;
    return false;
  }

  private static long absolute(long stamp, long before) {
    long top = before >>> ABSOLUTE_BITS << ABSOLUTE_BITS;
    if (top == 0) {
      return stamp;
    }
    long t = stamp | top;
    return t < before ? t + (1L << ABSOLUTE_BITS) : t;
  }

  /** Goes to the next page that has a usable header; sets {@link #lost} if its header says so. */
  private boolean nextPage() throws IOException {
    while (pages.next()) {
      bytes = pages.bytes();
      int start = pages.start();
      int available = pages.available();
      at = start;
      end = start;
      int header = layout.dataOffset();
      if (available < header) {
        damaged("page-cut", start, "page is cut off in its header");
        continue;
      }
      long commit = commit(start + 8);
      long length = commit & ~(LOST | LOST_STORED);
      int capacity = pageBytes - header;
      if (length > capacity) {
        damaged(
            "page-commit",
            start,
            "page claims " + length + " bytes of records, has room for " + capacity);
        continue;
      }
      time = u64(bytes, start);
      at = start + header;
      if (length > available - header) {
        damaged("page-cut", start, "page is cut off after " + available + " bytes");
        end = at + (available - header & ~3);
      } else {
        end = at + (int) length;
      }
      lost = (commit & LOST) != 0;
      lostCount = lost ? lostCount(start, commit, header + (int) length) : 0;
      return true;
    }
    return false;
  }

  private long lostCount(int start, long commit, int offset) {
    if ((commit & LOST_STORED) == 0) {
      return UNKNOWN;
    }
    if (offset + layout.commitBytes() > pages.available()) {
      diagnostics.warning(
          "lost-count",
          pages.place(0),
          "CPU " + cpu + ": page has no room for the number of lost events that it should have");
      return UNKNOWN;
    }
    long count =
        layout.commitBytes() == 8
            ? u64(bytes, start + offset)
            : u32(bytes, start + offset) & 0xffff_ffffL;
    return count > 0 ? count : UNKNOWN;
  }

  private void damaged(String code, int where, String what) {
    damaged++;
    diagnostics.error(code, pages.place(where - pages.start()), "CPU " + cpu + ": " + what);
  }

  private long commit(int position) {
    return layout.commitBytes() == 8 ? u64(bytes, position) : u32(bytes, position) & 0xffff_ffffL;
  }

  private int u32(byte[] from, int position) {
    int value = (int) INT.get(from, position);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  private long u64(byte[] from, int position) {
    long value = (long) LONG.get(from, position);
    return bigEndian ? Long.reverseBytes(value) : value;
  }
}

package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;

/**
 * Where in the file the records of each CPU are. The file is a row of windows, each the records of
 * one CPU since it was last read:
 *
 * <pre>
 *  0           4       8        12            12 + size
 *  +-----------+-------+--------+-------------+-----------+--
 *  | 2001f003  |  cpu  |  size  |  records    | 2001f003  | ...
 *  +-----------+-------+--------+-------------+-----------+--
 * </pre>
 *
 * <p>A window that is not followed by another or by the end of the file has a wrong size or is cut
 * off: the next window is then looked for. Limits: {@value #CPUS_MAX} CPUs, {@value #WINDOWS_MAX}
 * windows (days of recording); 12 bytes are kept of each.
 */
final class WindowIndex {
  /** Header word of the record that begins a window. */
  static final int HEADER = 0x2001f003;

  static final int HEADER_BYTES = 12;

  /** Most CPUs a file may have windows of. */
  static final int CPUS_MAX = 4096;

  /** Most windows. */
  static final int WINDOWS_MAX = 8 << 20;

  private static final int CPU_ID_MAX = 0xffff;
  private static final int BLOCK_BYTES = 4 << 10;
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** The windows of one CPU, in the order of the file. */
  static final class Windows {
    private long[] offsets = new long[8];
    private int[] sizes = new int[8];
    private int count;

    int count() {
      return count;
    }

    /** Where the records of a window begin. */
    long offset(int index) {
      return offsets[index];
    }

    /** Bytes of records in a window. */
    int size(int index) {
      return sizes[index];
    }

    private void add(long offset, int size) {
      if (count == sizes.length) {
        offsets = Arrays.copyOf(offsets, count * 2);
        sizes = Arrays.copyOf(sizes, count * 2);
      }
      offsets[count] = offset;
      sizes[count++] = size;
    }
  }

  private final RandomBytes file;
  private final boolean bigEndian;
  private final Diagnostics diagnostics;
  private final SortedMap<Integer, Windows> byCpu = new TreeMap<>();
  private final byte[] block = new byte[BLOCK_BYTES];
  private long blockStart;
  private int blockLength;
  private int windows;
  private long lost;

  private WindowIndex(RandomBytes file, boolean bigEndian, Diagnostics diagnostics) {
    this.file = file;
    this.bigEndian = bigEndian;
    this.diagnostics = diagnostics;
  }

  /** Looks through a file. Never fails on its content; damage is told to the diagnostics. */
  static WindowIndex of(RandomBytes file, boolean bigEndian, Diagnostics diagnostics)
      throws IOException {
    WindowIndex index = new WindowIndex(file, bigEndian, diagnostics);
    index.read();
    return index;
  }

  /** The CPUs that have windows, ascending. */
  List<Integer> cpus() {
    return new ArrayList<>(byCpu.keySet());
  }

  /** The windows of a CPU; null if it has none. */
  @Nullable Windows of(int cpu) {
    return byCpu.get(cpu);
  }

  /** Number of places where something was not a window. */
  long damaged() {
    return lost;
  }

  private void read() throws IOException {
    long size = file.size();
    long at = 0;
    while (size - at >= HEADER_BYTES) {
      if (!isHeader(at)) {
        long next = search(at + 4, size);
        damage("window-missing", at, "not a window; " + (next - at) + " bytes are skipped");
        at = next;
        continue;
      }
      long start = at + HEADER_BYTES;
      long length = word(at + 8) & 0xffff_ffffL;
      long end = start + length;
      if (end != size && !isFollowed(end, size)) {
        end = resized(at, start, end, size);
      }
      if (!add(word(at + 4), start, end)) {
        damage("windows-too-many", at, "more windows or CPUs than the limit; the rest is not read");
        return;
      }
      at = end;
    }
    if (at < size) {
      damage("window-cut", at, "the file ends within the beginning of a window");
    }
  }

  /** Whether another window begins there, or the file ends within what may be its beginning. */
  private boolean isFollowed(long end, long size) throws IOException {
    if (size - end >= HEADER_BYTES) {
      return isHeader(end);
    }
    return end < size && (size - end < 4 || word(end) == HEADER);
  }

  /** Where a window really ends whose size leads nowhere. */
  private long resized(long at, long start, long claimed, long size) throws IOException {
    long next = search(start, size);
    String claims = "the window is to be " + (claimed - start) + " bytes long, but ";
    if (next < size) {
      damage("window-size", at, claims + "another one begins after " + (next - start));
    } else if (claimed > size) {
      damage("window-cut", at, claims + "the file ends after " + (size - start));
    } else {
      damage("window-size", at, claims + "no other one follows");
    }
    return next;
  }

  private boolean add(int cpu, long start, long end) {
    for (long from = start; from < end; from += Integer.MAX_VALUE & -4) {
      Windows list = byCpu.get(cpu);
      if (windows == WINDOWS_MAX || list == null && byCpu.size() == CPUS_MAX) {
        return false;
      }
      if (list == null) {
        list = new Windows();
        byCpu.put(cpu, list);
      }
      list.add(from, (int) Math.min(end - from, Integer.MAX_VALUE & -4));
      windows++;
    }
    return true;
  }

  /** The next place that has the beginning of a window, or the end of the file. */
  private long search(long from, long size) throws IOException {
    for (long at = from; size - at >= HEADER_BYTES; at += 4) {
      if (isHeader(at)) {
        return at;
      }
    }
    return size;
  }

  private boolean isHeader(long at) throws IOException {
    if (word(at) != HEADER) {
      return false;
    }
    int cpu = word(at + 4);
    return cpu >= 0 && cpu <= CPU_ID_MAX && (word(at + 8) & 3) == 0;
  }

  private int word(long at) throws IOException {
    if (at < blockStart || at + 4 > blockStart + blockLength) {
      blockStart = at;
      blockLength = file.read(at, block, 0, BLOCK_BYTES);
      if (blockLength < 4) {
        return 0;
      }
    }
    int word = (int) INTS.get(block, (int) (at - blockStart));
    return bigEndian ? Integer.reverseBytes(word) : word;
  }

  private void damage(String code, long at, String what) {
    lost++;
    diagnostics.error(code, Place.at(at), what);
  }
}

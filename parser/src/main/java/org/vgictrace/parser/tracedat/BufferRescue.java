package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * Finds the data of the CPUs in a buffer section whose table was never written or was cut off: the
 * recorder was killed, or the disk was full. The data of the CPUs follow each other in ascending
 * order, aligned to pages.
 *
 * <p>Plain pages: a page whose time is before that of the page in front of it starts the next CPU.
 * Chunks: the number in front says where they end. Which CPUs they are cannot be told; they are
 * numbered from 0.
 */
final class BufferRescue {
  private static final long FLAGS = 3L << 30;
  private static final int CHUNK_HEADER_BYTES = 8;

  private final Cursor file;
  private final PageLayout layout;
  private final int pageBytes;
  private final List<BufferTable.CpuData> cpus = new ArrayList<>();

  /**
   * @param file the whole file
   * @param layout layout of its pages
   */
  BufferRescue(Cursor file, PageLayout layout) {
    this.file = file;
    this.layout = layout;
    this.pageBytes = layout.subBufferBytes();
  }

  /** CPUs with plain pages between two offsets. */
  List<BufferTable.CpuData> plain(long from, long to) throws IOException, DamageException {
    long start = aligned(from);
    long before = Long.MIN_VALUE;
    long at = start;
    for (; to - at >= layout.dataOffset(); at += pageBytes) {
      Cursor page = file.at(at);
      long time = page.u64();
      long commit = layout.commitBytes() == 8 ? page.u64() : page.u32();
      if ((commit & 0xffff_ffffL & ~FLAGS) > layout.dataBytes()) {
        continue;
      }
      if (time < before) {
        add(start, at);
        start = at;
      }
      before = time;
    }
    add(start, to);
    return cpus;
  }

  /** CPUs with compressed chunks between two offsets. */
  List<BufferTable.CpuData> chunks(long from, long to) throws IOException, DamageException {
    long start = aligned(from);
    while (to - start > Integer.BYTES) {
      Cursor area = file.at(start);
      long count = area.u32();
      if (count == 0 || count > (to - start) / CHUNK_HEADER_BYTES) {
        break;
      }
      for (; count > 0 && area.position() < to - CHUNK_HEADER_BYTES; count--) {
        long compressed = area.u32();
        area.skip(Integer.BYTES);
        area.skip(Math.min(compressed, to - area.position()));
      }
      add(start, area.position());
      start = aligned(area.position());
    }
    return cpus;
  }

  private void add(long from, long to) {
    if (to > from && cpus.size() < Limits.CPUS) {
      cpus.add(new BufferTable.CpuData(cpus.size(), from, to - from));
    }
  }

  private long aligned(long offset) {
    return (offset + pageBytes - 1) / pageBytes * pageBytes;
  }
}

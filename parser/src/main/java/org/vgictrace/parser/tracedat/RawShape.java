package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * How raw pages are to be read. They say nothing of it themselves: what fits the first pages of a
 * file is right, because records have to end exactly where a page says and time only goes on.
 *
 * @param layout layout of a page
 * @param bigEndian byte order
 */
record RawShape(PageLayout layout, boolean bigEndian) {
  private static final int PAGES_TRIED = 8;
  private static final int PAGE_BYTES_LEAST = 4096;
  private static final int PAGE_BYTES_MOST = 64 << 10;

  /**
   * Finds how a file is to be read.
   *
   * @param described the layout if it is known
   * @return null if the file does not hold pages
   */
  static @Nullable RawShape of(RandomBytes file, @Nullable PageLayout described)
      throws IOException {
    List<PageLayout> layouts = new ArrayList<>();
    if (described != null) {
      layouts.add(described);
    } else {
      for (int bytes = PAGE_BYTES_LEAST; bytes <= PAGE_BYTES_MOST; bytes *= 2) {
        layouts.add(PageLayout.standard(Long.BYTES, bytes));
        layouts.add(PageLayout.standard(Integer.BYTES, bytes));
      }
    }
    for (PageLayout layout : layouts) {
      for (boolean bigEndian : new boolean[] {false, true}) {
        RawShape shape = new RawShape(layout, bigEndian);
        if (shape.fits(file)) {
          return shape;
        }
      }
    }
    return null;
  }

  /** Whether the first pages of a file can be read like this. */
  boolean fits(RandomBytes file) throws IOException {
    int pageBytes = layout.subBufferBytes();
    long end = Math.min(file.size(), (long) PAGES_TRIED * pageBytes);
    long before = 1;
    Cursor in = Cursor.of(file, bigEndian, 0);
    for (long at = 0; at + layout.dataOffset() <= end; at += pageBytes) {
      try {
        long time = in.at(at).u64();
        if (time < before) {
          return false;
        }
        before = time;
      } catch (DamageException e) {
        return false;
      }
    }
    Diagnostics wrong = new Diagnostics();
    CpuStream stream = stream(file, end, 0, 0, pageBytes, wrong);
    long records = 0;
    while (stream.next()) {
      records += stream.isLost() ? 0 : 1;
    }
    return records > 0 && wrong.isEmpty() && stream.steppedBack() == 0;
  }

  /**
   * The records of a file.
   *
   * @param end how much of the file is read
   * @param buffer identifier of the instance's name
   * @param readBytes about how much to read at a time
   */
  CpuStream stream(
      RandomBytes file, long end, int cpu, int buffer, int readBytes, Diagnostics diagnostics) {
    int pageBytes = layout.subBufferBytes();
    PageSource pages = new PlainPages(file, 0, end, pageBytes, readBytes);
    return new CpuStream(cpu, buffer, pages, bigEndian, layout, pageBytes, null, null, diagnostics);
  }
}

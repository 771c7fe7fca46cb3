package org.vgictrace.parser.tracedat;

import java.io.IOException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.record.NumberCopies;

/** Pages stored as they are, read some at a time. */
final class PlainPages extends PageSource {
  private final RandomBytes file;
  private final int pageBytes;
  private final int bufferBytes;
  private final long end;
  private long next;
  private long bufferAt;
  private int buffered;

  /**
   * @param offset where the pages start in the file
   * @param end where they end, not beyond the end of the file
   * @param pageBytes size of a page
   * @param readBytes about how much to read at a time
   */
  PlainPages(RandomBytes file, long offset, long end, int pageBytes, int readBytes) {
    this.file = file;
    this.next = offset;
    this.end = end;
    this.pageBytes = pageBytes;
    this.bufferBytes = Math.max(1, readBytes / pageBytes) * pageBytes;
  }

  @Override
  boolean next() throws IOException {
    if (next >= end) {
      bytes = new byte[0];
      return false;
    }
    if (next >= bufferAt + buffered) {
      int wanted = (int) Math.min(bufferBytes, end - next);
      if (bytes.length < wanted + NumberCopies.SLACK_BYTES) {
        bytes = new byte[wanted + NumberCopies.SLACK_BYTES];
      }
      bufferAt = next;
      buffered = file.read(next, bytes, 0, wanted);
      if (buffered <= 0) {
        next = end;
        return false;
      }
    }
    start = (int) (next - bufferAt);
    available = Math.min(pageBytes, buffered - start);
    next += pageBytes;
    return true;
  }

  @Override
  Place place(int offset) {
    return Place.at(bufferAt + start + offset);
  }
}

package org.vgictrace.parser.tracedat;

import java.io.IOException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.NumberCopies;

/** Gives the ring-buffer pages of one CPU one after the other. Not thread-safe. */
abstract class PageSource {
  /** Array that holds the current page, with {@link NumberCopies#SLACK_BYTES} behind it. */
  protected byte[] bytes = new byte[0];

  /** Where the current page starts in it. */
  protected int start;

  /** Bytes of the current page; fewer than a whole page only where data was cut off. */
  protected int available;

  final byte[] bytes() {
    return bytes;
  }

  final int start() {
    return start;
  }

  final int available() {
    return available;
  }

  /** Goes to the next page. */
  abstract boolean next() throws IOException;

  /**
   * Where a byte of the current page is in the file.
   *
   * @param offset from the beginning of the page
   */
  abstract Place place(int offset);
}

package org.vgictrace.parser.input;

import java.io.Closeable;
import java.io.IOException;

/** Content that can be read at any offset. Not thread-safe. */
public interface RandomBytes extends Closeable {

  /** Number of bytes. */
  long size();

  /**
   * Reads from an offset as much as there is.
   *
   * @param position offset, not negative; beyond the end nothing is read
   * @return number of bytes read, less than {@code length} only at the end of the content
   */
  int read(long position, byte[] buffer, int offset, int length) throws IOException;
}

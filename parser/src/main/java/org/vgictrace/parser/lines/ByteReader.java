package org.vgictrace.parser.lines;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a text come from. */
public interface ByteReader {

  /**
   * Reads what is there, at least one byte; waits only if there is nothing at all.
   *
   * @return number of bytes read, -1 at the end
   */
  int read(byte[] buffer, int offset, int length) throws IOException;

  /** Whether {@link #read} would return at once. False is safe: it only costs efficiency. */
  boolean ready() throws IOException;

  /** Why the text ends before its regular end; null if it does not, or has not ended yet. */
  default @Nullable String damage() {
    return null;
  }

  /** Lines before the first byte that are not part of the text. */
  default long linesSkipped() {
    return 0;
  }
}

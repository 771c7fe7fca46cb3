package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.event.BatchConsumer;

/**
 * Writes a capture to a directory: give it to {@link org.vgictrace.parser.Capture#read}, then call
 * {@link #finish} with the result. The directory appears under its name in {@code finish} and not
 * before; {@link #close} without {@code finish} leaves nothing behind. Not thread-safe.
 */
public sealed interface TableWriter extends BatchConsumer, Closeable permits DirectoryWriter {

  /**
   * Completes the directory.
   *
   * @param counts what reading the capture returned
   */
  void finish(CaptureCounts counts) throws IOException;
}

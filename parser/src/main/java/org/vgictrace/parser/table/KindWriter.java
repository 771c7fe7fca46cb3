package org.vgictrace.parser.table;

import java.io.Closeable;
import java.io.IOException;
import org.vgictrace.parser.event.KindTable;

/** Writes the file of one kind. */
interface KindWriter extends Closeable {
  /** Adds all rows of a table. */
  void add(KindTable table) throws IOException;

  /** Completes the file. */
  void finish() throws IOException;

  /** Rows written. */
  long rows();
}

package org.vgictrace.parser.rows;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/** A row that waits for its turn. Reused. */
final class HeldRow {
  /** What the rows are ordered by. */
  long key;

  /** Number of the row in the text, which orders those of equal key. */
  long arrival;

  /** Where the row is in the text. */
  long line;

  Kind kind = Kind.OTHER;
  long ts;
  int cpu;
  int pid;
  int comm;
  int flags;
  int preempt;
  int buffer;

  /** Whether somebody wants the row. */
  boolean wanted;

  /** Values by column, and which columns have one. */
  long[] values = new long[0];

  long present;

  /** The payload of an event without a kind. */
  byte @Nullable [] payload;

  void clear(Kind newKind) {
    kind = newKind;
    int columns = newKind.columns().size();
    if (values.length < columns) {
      values = Arrays.copyOf(values, columns);
    }
    present = 0;
    payload = null;
    ts = 0;
    cpu = -1;
    pid = -1;
    comm = -1;
    flags = -1;
    preempt = -1;
    buffer = 0;
  }

  void put(int column, long value) {
    values[column] = value;
    present |= 1L << column;
  }

  /** Bytes that the row holds beside its columns. */
  int payloadBytes() {
    byte[] bytes = payload;
    return bytes == null ? 0 : bytes.length;
  }
}

package org.vgictrace.parser.record;

import java.io.IOException;

/** A text of a recording that is large and seldom needed: read when it is asked for. */
@FunctionalInterface
public interface LateText {
  /** Longest; the symbols of a kernel and all its modules take 16 MB. */
  int BYTES_MAX = 64 << 20;

  /** Of a recording that has no such text. */
  LateText NONE = () -> new byte[0];

  /** The whole text; it may end in NULs. */
  byte[] read() throws IOException, DamageException;
}

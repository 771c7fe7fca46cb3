package org.vgictrace.parser.table;

/** How the buffers of an Arrow file are compressed. */
public enum TableCompression {
  /** Not at all: fastest to write and to read. */
  NONE,
  /** Zstandard, level 1. */
  ZSTD
}

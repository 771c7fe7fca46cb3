package org.vgictrace.parser.tracedat;

/** How much a file may ask for. Far above what real files have, far below what hurts. */
final class Limits {
  /**
   * Uncompressed bytes of a compressed metadata section; the formats of a kernel take 2 to 5 MB.
   */
  static final int SECTION_BYTES = 64 << 20;

  /** Bytes of one option. */
  static final int OPTION_BYTES = 16 << 20;

  /** Options sections in a file; real ones have 2 to 4. */
  static final int OPTIONS_SECTIONS = 65_536;

  /** Uncompressed bytes of a chunk of pages; real ones have 40 KiB to a few MiB. */
  static final int CHUNK_BYTES = 64 << 20;

  /** Uncompressed bytes per compressed byte that are believed without trying. */
  static final int RATIO = 1000;

  /** Memory for the uncompressed chunks of all CPUs together. */
  static final int CHUNK_MEMORY = 128 << 20;

  /** Memory for the read-ahead of all CPUs together. */
  static final int READ_MEMORY = 32 << 20;

  static final int SUB_BUFFER_BYTES_MIN = 64;
  static final int SUB_BUFFER_BYTES_MAX = 16 << 20;

  static final int CPUS = 65_536;
  static final int BUFFERS = 4_096;
  static final int NAME_BYTES = 4_096;

  private Limits() {}
}

package org.vgictrace.parser.perf;

/** How much a file may ask for. Far above what real files have, far below what hurts. */
final class Limits {
  /** Attributes; real files have one per event. */
  static final int ATTRS = 65_536;

  /** Event ids over all attributes; real files have one per event and CPU. */
  static final int IDS = 1 << 22;

  /** Bytes of one attribute; the kernel's has grown from 64 to 144 in fifteen years. */
  static final int ATTR_BYTES = 4_096;

  /** Bytes of a feature's text. */
  static final int TEXT_BYTES = 64 << 10;

  /** Arguments of a command line that are kept. */
  static final int ARGUMENTS = 4_096;

  static final int CPUS = 65_536;

  /** Memory for records that wait for their turn. */
  static final int WAITING_BYTES = 96 << 20;

  /** Records that wait for their turn. */
  static final int WAITING_RECORDS = 1 << 20;

  private Limits() {}
}

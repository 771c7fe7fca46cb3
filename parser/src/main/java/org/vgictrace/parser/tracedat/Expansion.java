package org.vgictrace.parser.tracedat;

import java.util.zip.DataFormatException;

/**
 * Uncompresses a piece whose size is claimed by the file. The claim is believed only as far as the
 * compressed size makes it likely; otherwise the target grows with the real content, up to a limit.
 */
final class Expansion {
  private static final int FIRST_BYTES = 256 << 10;

  private byte[] target;
  private int length;

  /**
   * @param target array to be used if it is large enough
   */
  Expansion(byte[] target) {
    this.target = target;
  }

  /** The array with the content. */
  byte[] bytes() {
    return target;
  }

  /** Number of bytes in it. */
  int length() {
    return length;
  }

  /** Whether the claimed size may be allocated for a piece of that compressed size. */
  static boolean isLikely(long claimed, int compressed, int limit) {
    return claimed <= limit && claimed <= Math.max(FIRST_BYTES, (long) compressed * Limits.RATIO);
  }

  /**
   * Uncompresses.
   *
   * @param claimed size as the file says
   * @param limit most bytes to be made
   * @throws DataFormatException if the piece is damaged or too large
   */
  void run(Codec codec, byte[] source, int compressed, long claimed, int limit)
      throws DataFormatException {
    int room = isLikely(claimed, compressed, limit) ? (int) claimed : FIRST_BYTES;
    while (true) {
      if (target.length < room) {
        target = new byte[room];
      }
      length = codec.uncompress(source, compressed, target);
      if (length >= 0) {
        return;
      }
      if (target.length >= limit) {
        throw new DataFormatException("more than " + limit + " bytes");
      }
      room = (int) Math.min(limit, Math.max(FIRST_BYTES, target.length * 2L));
    }
  }
}

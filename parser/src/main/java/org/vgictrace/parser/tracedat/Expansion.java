package org.vgictrace.parser.tracedat;

import java.util.zip.DataFormatException;
import org.vgictrace.parser.record.NumberCopies;

/**
 * Uncompresses a piece whose size is claimed by the file. The claim is believed only as far as the
 * compressed size makes it likely; otherwise the target grows with the real content, up to a limit.
 */
final class Expansion {
  private static final int FIRST_BYTES = 256 << 10;

  private byte[] target;
  private int length;

  Expansion() {
    this.target = new byte[0];
  }

  /** With room for that many bytes. */
  Expansion(int room) {
    this.target = new byte[room + NumberCopies.SLACK_BYTES];
  }

  /** The array with the content and {@link NumberCopies#SLACK_BYTES} behind it. */
  byte[] bytes() {
    return target;
  }

  /** Number of bytes that it can take. */
  int room() {
    return Math.max(0, target.length - NumberCopies.SLACK_BYTES);
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
   * @return false if the content is larger than the limit
   * @throws DataFormatException if the piece is damaged
   */
  boolean run(Codec codec, byte[] source, int compressed, long claimed, int limit)
      throws DataFormatException {
    int room = isLikely(claimed, compressed, limit) ? (int) claimed : FIRST_BYTES;
    while (true) {
      if (room() < room) {
        target = new byte[room + NumberCopies.SLACK_BYTES];
      }
      length = codec.uncompress(source, compressed, target, room());
      if (length >= 0) {
        return true;
      }
      if (room() >= limit) {
        return false;
      }
      room = (int) Math.min(limit, Math.max(FIRST_BYTES, room() * 2L));
    }
  }
}

package org.vgictrace.parser.perf;

import java.io.IOException;
import org.vgictrace.parser.input.RandomBytes;

/** Finds where records go on behind damage. */
final class Resumption {
  /** So many headers that lead from one to the next are not a coincidence. */
  private static final int CHAIN = 6;

  private static final int ALIGNMENT = 8;
  private static final int WINDOW_BYTES = 1 << 20;

  private Resumption() {}

  /**
   * The next offset from which records follow each other, or lead exactly to the end.
   *
   * @param from where to begin; records are aligned to it
   * @return -1 if there is none
   */
  static long find(RandomBytes file, Words words, long from, long to) throws IOException {
    int longest = CHAIN * RecordType.RECORD_BYTES_MAX;
    byte[] window = new byte[(int) Math.max(0, Math.min(WINDOW_BYTES, to - from))];
    for (long start = from; start < to; start += WINDOW_BYTES - longest & -ALIGNMENT) {
      int length = file.read(start, window, 0, (int) Math.min(WINDOW_BYTES, to - start));
      boolean last = start + length >= to;
      int end = last ? length : length - longest;
      for (int at = 0; at + RecordType.HEADER_BYTES <= end; at += ALIGNMENT) {
        if (isChain(window, words, at, length, last)) {
          return start + at;
        }
      }
      if (length == 0) {
        return -1;
      }
    }
    return -1;
  }

  private static boolean isChain(byte[] window, Words words, int from, int length, boolean last) {
    int at = from;
    for (int i = 0; i < CHAIN; i++) {
      if (at == length && last) {
        return i > 1;
      }
      if (length - at < RecordType.HEADER_BYTES) {
        return false;
      }
      long type = words.u32(window, at);
      int misc = words.u16(window, at + 4);
      int size = words.u16(window, at + 6);
      boolean possible =
          RecordType.isKnown(type)
              && (misc & RecordType.MISC_UNUSED) == 0
              && size >= RecordType.HEADER_BYTES
              && size % ALIGNMENT == 0
              && size <= length - at;
      if (!possible) {
        return false;
      }
      at += size;
    }
    return true;
  }
}

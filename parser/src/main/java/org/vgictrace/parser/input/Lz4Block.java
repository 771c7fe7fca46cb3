package org.vgictrace.parser.input;

import java.io.IOException;

/**
 * Decodes one LZ4 block (LZ4 Block Format): sequences of literals and a match further back.
 *
 * <pre>
 *   token (literals 4 bits | match - 4, 4 bits) | more length? | literals | u16 distance | more length?
 * </pre>
 *
 * A length of 15 goes on in bytes of 255 and a last one below. The block ends after literals.
 */
final class Lz4Block {
  private static final int MATCH_MIN = 4;
  private static final int NIBBLE = 15;

  private final byte[] in;
  private final int inEnd;
  private int at;

  private Lz4Block(byte[] in, int inEnd) {
    this.in = in;
    this.inEnd = inEnd;
  }

  /**
   * Decodes a block behind the history that its matches may reach into.
   *
   * @param out holds the history from 0 to {@code start}
   * @param limit where the content must end at the latest
   * @return where the content ends
   */
  static int decode(byte[] in, int length, byte[] out, int start, int limit) throws IOException {
    return new Lz4Block(in, length).decode(out, start, limit);
  }

  private int decode(byte[] out, int start, int limit) throws IOException {
    int to = start;
    while (at < inEnd) {
      int token = in[at++] & 0xff;
      int literals = length(token >> 4);
      if (literals > inEnd - at || literals > limit - to) {
        throw damaged();
      }
      System.arraycopy(in, at, out, to, literals);
      at += literals;
      to += literals;
      if (at == inEnd) {
        return to;
      }
      if (inEnd - at < 2) {
        throw damaged();
      }
      int distance = in[at] & 0xff | (in[at + 1] & 0xff) << 8;
      at += 2;
      int match = length(token & NIBBLE) + MATCH_MIN;
      if (distance == 0 || distance > to || match > limit - to) {
        throw damaged();
      }
      to = copy(out, to, distance, match);
    }
    throw damaged();
  }

  /** Copies from further back; source and target may overlap. */
  private static int copy(byte[] out, int to, int distance, int length) {
    if (distance >= length) {
      System.arraycopy(out, to - distance, out, to, length);
    } else {
      for (int i = to; i < to + length; i++) {
        out[i] = out[i - distance];
      }
    }
    return to + length;
  }

  private int length(int nibble) throws IOException {
    int length = nibble;
    if (nibble == NIBBLE) {
      int more;
      do {
        if (at == inEnd || length > Integer.MAX_VALUE / 2) {
          throw damaged();
        }
        more = in[at++] & 0xff;
        length += more;
      } while (more == 0xff);
    }
    return length;
  }

  private static IOException damaged() {
    return new IOException("LZ4 block is damaged");
  }
}

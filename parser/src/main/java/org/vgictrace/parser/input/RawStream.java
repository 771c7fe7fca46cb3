package org.vgictrace.parser.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an input as they are stored, with a look at the first ones. Counts what was handed
 * out and remembers a failure of the system, so that it can be told from damaged content.
 */
final class RawStream extends InputStream {
  /** Bytes that can be looked at. */
  private static final int PEEK_BYTES = 64;

  private final InputStream source;
  private final byte[] peeked = new byte[PEEK_BYTES];
  private int peekedLength;
  private int peekedUsed;
  private long position;
  private boolean ended;
  private @Nullable IOException failure;

  RawStream(InputStream source) {
    this.source = source;
  }

  /** The first bytes, fewer than asked for only if the input is shorter. */
  byte[] peek(int wanted) throws IOException {
    while (peekedLength < wanted && !ended) {
      int n = source.read(peeked, peekedLength, wanted - peekedLength);
      if (n < 0) {
        ended = true;
      } else {
        peekedLength += n;
      }
    }
    return Arrays.copyOf(peeked, Math.min(peekedLength, wanted));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n;
    if (peekedUsed < peekedLength) {
      n = Math.min(length, peekedLength - peekedUsed);
      System.arraycopy(peeked, peekedUsed, buffer, offset, n);
      peekedUsed += n;
    } else if (ended) {
      return -1;
    } else {
      try {
        n = source.read(buffer, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
      if (n < 0) {
        ended = true;
        return -1;
      }
    }
    position += n;
    return n;
  }

  /**
   * Not 0 before the end: the gzip decoder of the JDK asks whether another member follows and would
   * stop early on a slow pipe.
   */
  @Override
  public int available() {
    return ended && peekedUsed == peekedLength ? 0 : 1;
  }

  /** Whether there are bytes to read without waiting; no if in doubt. */
  boolean ready() throws IOException {
    return peekedUsed < peekedLength || ended || source.available() > 0;
  }

  /** Number of bytes handed out. */
  long position() {
    return position;
  }

  /** What the system reported, if reading failed. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}

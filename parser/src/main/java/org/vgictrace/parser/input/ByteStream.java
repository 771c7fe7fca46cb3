package org.vgictrace.parser.input;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed content of an input, front to back.
 *
 * <p>Damage to the compression around the content does not throw: the stream ends before it, and
 * {@link #damage()} says why. Expansion beyond the limits of {@link ExpansionLimit} counts as
 * damage, too. Not thread-safe.
 */
public final class ByteStream implements Closeable {
  private static final int HEAD_BYTES_FIRST = 8 << 10;
  private static final int HEAD_BYTES_LEAST = 16;

  private final RawStream raw;
  private final InputStream content;
  private final boolean compressed;
  private long produced;
  private long position;
  private boolean ended;
  private @Nullable String damage;
  private byte[] head = new byte[HEAD_BYTES_FIRST];
  private int headLength;
  private int headUsed;

  ByteStream(RawStream raw, InputStream content, boolean compressed) {
    this.raw = raw;
    this.content = content;
    this.compressed = compressed;
  }

  /**
   * Reads what is there, at least one byte. Waits only if there is nothing at all, so that a live
   * input is seen as it comes in.
   *
   * @return number of bytes read, -1 at the end
   * @throws IOException if the system fails to read the input
   */
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n;
    if (headUsed < headLength) {
      n = Math.min(length, headLength - headUsed);
      System.arraycopy(head, headUsed, buffer, offset, n);
      headUsed += n;
    } else {
      n = produce(buffer, offset, length);
    }
    if (n > 0) {
      position += n;
    }
    return n;
  }

  /**
   * Whether {@link #read} would return without waiting; no if in doubt. Behind compression the
   * answer is about the compressed bytes.
   */
  public boolean ready() throws IOException {
    return headUsed < headLength || ended || raw.ready();
  }

  /** Number of bytes read so far, which is the offset in the uncompressed content. */
  public long position() {
    return position;
  }

  /** Why the content ended before its regular end; null if it did not, or has not ended yet. */
  public @Nullable String damage() {
    return damage;
  }

  @Override
  public void close() throws IOException {
    try {
      content.close();
    } finally {
      raw.close();
    }
  }

  /**
   * What is known of the beginning; reads on if that is next to nothing. Nothing may have been read
   * before.
   */
  Head head() throws IOException {
    while (headLength < HEAD_BYTES_LEAST && !headComplete()) {
      lengthenHead();
    }
    return new Head(head, headLength, headComplete());
  }

  /** Reads on and returns a longer head, unless it is complete. */
  Head longerHead() throws IOException {
    if (!headComplete()) {
      lengthenHead();
    }
    return head();
  }

  private boolean headComplete() {
    return ended || headLength == Head.BYTES_MAX;
  }

  private void lengthenHead() throws IOException {
    if (headLength == head.length) {
      head = Arrays.copyOf(head, Math.min(Head.BYTES_MAX, head.length * 2));
    }
    headLength += Math.max(0, produce(head, headLength, head.length - headLength));
  }

  private int produce(byte[] buffer, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    int n;
    try {
      do {
        n = content.read(buffer, offset, length);
      } while (n == 0 && length > 0);
    } catch (IOException | RuntimeException e) {
      IOException failure = raw.failure();
      if (failure != null) {
        throw failure;
      }
      if (!compressed) {
        throw e;
      }
      return end(reason(e));
    }
    if (n < 0) {
      return end(null);
    }
    produced += n;
    if (compressed && ExpansionLimit.exceeded(produced, raw.position())) {
      return end("expands more than the limit of " + ExpansionLimit.TEXT);
    }
    return n;
  }

  private int end(@Nullable String why) {
    ended = true;
    damage = why;
    return -1;
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return "damaged compressed data"
        + (message == null ? "" : " (" + message.replaceAll("\\s+", " ") + ")");
  }
}

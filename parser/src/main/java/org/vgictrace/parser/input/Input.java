package org.vgictrace.parser.input;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * An opened input. Its head can be looked at any number of times; then it is read once, either as a
 * {@link #stream()} or with {@link #random()} access. Not thread-safe.
 */
public final class Input implements Closeable {
  private final String name;
  private final ByteStream stream;
  private final @Nullable FileChannel file;
  private @Nullable RandomBytes random;

  /**
   * @param name as the user gave it
   * @param stream the content
   * @param file the same content as a file, null if it is not stored like that
   */
  Input(String name, ByteStream stream, @Nullable FileChannel file) {
    this.name = name;
    this.stream = stream;
    this.file = file;
  }

  /** Name as the user gave it, {@code -} for standard input. */
  public String name() {
    return name;
  }

  /** What is known of the beginning. Does not wait for more than a few bytes of a live input. */
  public Head head() throws IOException {
    return stream.head();
  }

  /** Reads on and returns a longer head, unless it is complete. Waits on a live input. */
  public Head longerHead() throws IOException {
    return stream.longerHead();
  }

  /** The content from its first byte; always the same stream. Closing this input closes it. */
  public ByteStream stream() {
    return stream;
  }

  /**
   * The content with random access. What is not stored as such a file is copied to memory or to a
   * temporary file first; damage in it then shows as {@link ByteStream#damage()}.
   */
  public RandomBytes random() throws IOException {
    RandomBytes bytes = random;
    if (bytes == null) {
      bytes = file != null ? new FileBytes(file) : Spool.of(stream);
      random = bytes;
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    RandomBytes r = random;
    FileChannel f = file;
    try {
      if (r != null) {
        r.close();
      }
      if (f != null) {
        f.close();
      }
    } finally {
      stream.close();
    }
  }
}

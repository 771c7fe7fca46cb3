package org.vgictrace.parser.input;

/** Random access to bytes in memory. */
public final class MemoryBytes implements RandomBytes {
  private final byte[] bytes;
  private final int size;

  /** The first {@code size} bytes of an array, which is not copied. */
  public MemoryBytes(byte[] bytes, int size) {
    this.bytes = bytes;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] buffer, int offset, int length) {
    int n = (int) Math.min(length, Math.max(0, size - position));
    if (n > 0) {
      System.arraycopy(bytes, (int) position, buffer, offset, n);
    }
    return n;
  }

  @Override
  public void close() {}
}

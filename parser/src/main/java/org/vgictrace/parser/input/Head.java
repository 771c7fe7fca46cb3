package org.vgictrace.parser.input;

/**
 * The beginning of an input's uncompressed content.
 *
 * @param bytes array that starts with it; not to be changed
 * @param length how many bytes of the array count; at least 16 if the input has them
 * @param complete whether no more can be had: the input ends here, or {@link #BYTES_MAX} is reached
 */
public record Head(byte[] bytes, int length, boolean complete) {
  /** Longest head. */
  public static final int BYTES_MAX = 64 << 10;

  /** Whether the content starts with these bytes. */
  public boolean startsWith(byte... beginning) {
    if (length < beginning.length) {
      return false;
    }
    for (int i = 0; i < beginning.length; i++) {
      if (bytes[i] != beginning[i]) {
        return false;
      }
    }
    return true;
  }
}

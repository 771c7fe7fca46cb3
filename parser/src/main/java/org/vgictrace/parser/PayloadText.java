package org.vgictrace.parser;

/**
 * Makes text of the payload of events that no kind stands for, where a capture holds it as binary
 * records. Not thread-safe; to be used while the capture is open.
 */
@FunctionalInterface
public interface PayloadText {
  /** For captures that hold text, or nothing that says what records mean. */
  PayloadText NONE = (buffer, bytes, start, length, out) -> false;

  /**
   * Appends the text of a payload, without the event's name. It is as untrusted as the capture.
   *
   * @param buffer name of the trace instance that the event is from
   * @return false if nothing is known of it; then nothing was appended
   */
  boolean append(String buffer, byte[] bytes, int start, int length, StringBuilder out);
}

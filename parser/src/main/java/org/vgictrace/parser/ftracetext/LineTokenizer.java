package org.vgictrace.parser.ftracetext;

/** Finds context, event name and payload in a line. */
interface LineTokenizer {

  /**
   * Reads a line.
   *
   * @param bytes array that holds it; the byte at {@code end} is a line end
   * @param record receives what was found; garbage unless the result is true
   * @return whether the line is an event
   */
  boolean read(byte[] bytes, int start, int end, TextRecord record);
}

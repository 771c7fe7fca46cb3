package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;

/**
 * Names events whose text does not begin with {@code name: }. The names are those that the binary
 * form of the same events has in the trace system {@code ftrace}.
 */
final class FreeForm {
  private static final int SEARCH_BYTES_MAX = 1024;

  private FreeForm() {}

  /** The name that a text stands for, or {@code otherwise}. */
  static String name(byte[] b, int start, int end, String otherwise) {
    int length = Math.min(end - start, SEARCH_BYTES_MAX);
    String text = new String(b, start, length, StandardCharsets.ISO_8859_1);
    if (text.startsWith("<stack trace")) {
      return "kernel_stack";
    }
    if (text.startsWith("<user stack trace")) {
      return "user_stack";
    }
    if (text.startsWith("# ")) {
      return "raw_data";
    }
    int word = 0;
    while (word < length && AsciiCursor.isWord(b[start + word])) {
      word++;
    }
    String call = text.substring(0, word);
    String rest = text.substring(word);
    if (call.startsWith("sys_") && rest.startsWith("(")) {
      return "sys_enter_" + call.substring("sys_".length());
    }
    if (call.startsWith("sys_") && rest.startsWith(" -> ")) {
      return "sys_exit_" + call.substring("sys_".length());
    }
    if (text.contains(" <-")) {
      return "function";
    }
    return otherwise;
  }
}

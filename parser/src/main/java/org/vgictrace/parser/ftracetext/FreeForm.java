package org.vgictrace.parser.ftracetext;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names of events that no tracepoint stands for, as the binary form of a trace has them.
 *
 * <p>The text of most of them does not begin with {@code name: }. That of a marker begins with
 * {@code tracing_mark_write: }, which is no name but the function that wrote it.
 */
final class FreeForm {
  /** What the text of a marker begins with. */
  static final String MARKER = "tracing_mark_write";

  /** The event that a marker is. */
  static final String PRINT = "print";

  private static final Set<String> FTRACE =
      Set.of(
          PRINT,
          "bprint",
          "bputs",
          "function",
          "funcgraph_entry",
          "funcgraph_exit",
          "kernel_stack",
          "raw_data",
          "user_stack");

  private static final int SEARCH_BYTES_MAX = 1024;

  private FreeForm() {}

  /** The trace system of an event that no binding knows, null if it cannot be told. */
  static @Nullable String system(String name) {
    if (FTRACE.contains(name)) {
      return "ftrace";
    }
    return name.startsWith("sys_enter_") || name.startsWith("sys_exit_") ? "syscalls" : null;
  }

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

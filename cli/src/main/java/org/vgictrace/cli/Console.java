package org.vgictrace.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.vgictrace.analysis.report.Style;
import org.vgictrace.analysis.text.Clean;

/**
 * What a command talks to: where results and remarks go, and the environment that colours them.
 *
 * @param out standard output, bytes
 * @param err standard error
 * @param outIsTerminal whether standard output is a terminal
 * @param errIsTerminal whether standard error is one
 * @param environment environment variables
 */
record Console(
    OutputStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Map<String, String> environment) {

  /** The process's own. */
  static Console ofProcess() {
    return new Console(
        new FileOutputStream(FileDescriptor.out),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        isTerminal(1),
        isTerminal(2),
        System.getenv());
  }

  /** Colours on a terminal, unless NO_COLOR (no-color.org) or a dumb terminal forbids them. */
  Style style() {
    String noColor = environment.getOrDefault("NO_COLOR", "");
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    return outIsTerminal && noColor.isEmpty() && !dumb ? Style.COLOUR : Style.PLAIN;
  }

  /** Says one line on standard error. */
  void complain(String message) {
    err.print("vgictrace: " + Clean.of(message) + "\n");
    err.flush();
  }

  /** Whether the user wants to see where an internal error comes from. */
  boolean debug() {
    return environment.getOrDefault("VGICTRACE_DEBUG", "").equals("1");
  }

  /**
   * Whether standard output leads into a pipe, so that a failing write means that nobody reads any
   * more.
   */
  static boolean outIsPipe() {
    return target(1).startsWith("pipe:");
  }

  /** Asks the file system, because {@link System#console} answers for input and output together. */
  private static boolean isTerminal(int descriptor) {
    String target = target(descriptor);
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.equals("/dev/console");
  }

  private static String target(int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return ""; // No such file system here: neither terminal nor pipe, as far as we can tell.
    }
  }
}

package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.vgictrace.parser.diag.InputException;

/** Turns failures into the one line a user sees and the exit code. */
final class Failures {
  private Failures() {}

  /** Reports a failure on standard error; returns the exit code. */
  static int report(Console console, Throwable failure) {
    if (failure instanceof UsageException || failure instanceof Output.OutputException) {
      console.complain(String.valueOf(failure.getMessage()));
      return ExitCode.USAGE;
    }
    if (failure instanceof IOException io) {
      console.complain(line(io));
      return ExitCode.UNREADABLE;
    }
    console.complain(
        "internal error: "
            + failure
            + (console.debug() ? "" : " (a bug of vgictrace; VGICTRACE_DEBUG=1 shows where)"));
    if (console.debug()) {
      failure.printStackTrace(console.err());
    }
    return ExitCode.INTERNAL;
  }

  /** What went wrong with an input, as {@code FILE: what}. */
  static String line(IOException failure) {
    if (failure instanceof InputException || !(failure instanceof FileSystemException file)) {
      return String.valueOf(failure.getMessage());
    }
    return file.getFile() + ": " + reason(failure);
  }

  /** What went wrong, without the file's name. */
  static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return String.valueOf(failure.getMessage());
  }
}

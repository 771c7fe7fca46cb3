package org.vgictrace.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Where results go: standard output, or a file that appears complete or not at all. Always UTF-8
 * with line feeds. A reader that goes away ({@code | head}) ends the output silently.
 */
final class Output {
  /** Writes a result. */
  @FunctionalInterface
  interface Body {
    void write(Writer out) throws IOException;
  }

  /** Results could not be written; the message says where and why. */
  static final class OutputException extends IOException {
    private static final long serialVersionUID = 1L;

    OutputException(String where, IOException cause) {
      super(where + ": cannot be written: " + Failures.reason(cause), cause);
    }
  }

  /** Nobody reads standard output any more. */
  static final class ReaderGone extends IOException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super(cause);
    }
  }

  private final Console console;
  private final @Nullable Path file;

  /**
   * @param file where to, null for standard output
   */
  Output(Console console, @Nullable Path file) {
    this.console = console;
    this.file = file;
  }

  /** Has a result written. */
  void write(Body body) throws IOException {
    if (file == null) {
      toStandardOutput(body);
    } else if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A device or a pipe cannot be replaced by a finished file.
      try (OutputStream out = new Guarded(Files.newOutputStream(file), file.toString())) {
        write(body, out);
      }
    } else {
      toFile(body, file);
    }
  }

  private void toStandardOutput(Body body) throws IOException {
    try {
      write(body, new StandardOutput(console.out()));
    } catch (ReaderGone gone) {
      // As with any filter: whoever asked has seen enough.
    }
  }

  private static void toFile(Body body, Path file) throws IOException {
    Path target = file.toAbsolutePath();
    Path partial;
    try {
      partial =
          Files.createTempFile(target.getParent(), "." + target.getFileName() + ".", ".partial");
    } catch (IOException e) {
      throw new OutputException(file.toString(), e);
    }
    partial.toFile().deleteOnExit();
    try {
      try (OutputStream out = new Guarded(Files.newOutputStream(partial), file.toString())) {
        write(body, out);
      }
      try {
        Files.move(
            partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new OutputException(file.toString(), e);
      }
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static void write(Body body, OutputStream out) throws IOException {
    Writer writer =
        new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
    body.write(writer);
    writer.flush();
  }

  /** Tells a failure to write from a failure to read. */
  private static class Guarded extends OutputStream {
    private final OutputStream out;
    private final String where;

    Guarded(OutputStream out, String where) {
      this.out = out;
      this.where = where;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw failure(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw failure(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw failure(e);
      }
    }

    IOException failure(IOException e) {
      return new OutputException(where, e);
    }
  }

  private static final class StandardOutput extends Guarded {
    StandardOutput(OutputStream out) {
      super(out, "standard output");
    }

    @Override
    IOException failure(IOException e) {
      String message = e.getMessage();
      boolean broken = message != null && message.contains("Broken pipe");
      return broken || Console.outIsPipe() ? new ReaderGone(e) : super.failure(e);
    }
  }
}

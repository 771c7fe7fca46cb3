package org.vgictrace.parser;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** Opens captures. The format is recognised from the content, never from the name. */
public final class Captures {
  /** In the order in which they are asked; the most specific come first. */
  private static final List<CaptureFormat> FORMATS = List.of();

  private Captures() {}

  /**
   * Opens a capture.
   *
   * @param file a file, a converted directory, or {@code -} for standard input; may be compressed
   *     with gzip, zstd, xz or lz4
   * @throws InputException if it cannot be read, with a one-line reason
   */
  public static Capture open(Path file) throws IOException {
    Input input = Inputs.open(file);
    try {
      return recognise(input).open(input);
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private static CaptureFormat recognise(Input input) throws IOException {
    for (Head head = input.head(); ; head = input.longerHead()) {
      boolean undecided = false;
      for (CaptureFormat format : FORMATS) {
        switch (format.match(head)) {
          case YES -> {
            return format;
          }
          case MORE -> undecided = true;
          case NO -> {}
        }
      }
      if (!undecided || head.complete()) {
        String damage = input.stream().damage();
        if (head.length() == 0 && damage == null) {
          throw new InputException(input.name(), "is empty");
        }
        throw new InputException(
            input.name(), Place.at(0), damage != null ? damage : "format not recognised");
      }
    }
  }
}

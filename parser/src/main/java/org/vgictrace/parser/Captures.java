package org.vgictrace.parser;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;

/** Opens captures. The format is recognised from the content, never from the name. */
public final class Captures {
  /** In the order of the services file; the most specific come first. */
  private static final List<CaptureFormat> FORMATS =
      ServiceLoader.load(CaptureFormat.class, Captures.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private Captures() {}

  /** Opens a capture with the built-in binding packs. */
  public static Capture open(Path file) throws IOException {
    return open(file, BindingPacks.builtin());
  }

  /**
   * Opens a capture.
   *
   * @param file a file, a converted directory, a directory with raw ring buffers, or {@code -} for
   *     standard input; files may be compressed with gzip, zstd, xz or lz4
   * @param packs which recorded events become which kinds
   * @throws InputException if it cannot be read, with a one-line reason
   */
  public static Capture open(Path file, BindingPacks packs) throws IOException {
    if (Files.isDirectory(file)) {
      return openDirectory(file, packs);
    }
    Input input = Inputs.open(file);
    try {
      return recognise(input).open(input, packs);
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  private static Capture openDirectory(Path directory, BindingPacks packs) throws IOException {
    for (CaptureFormat format : FORMATS) {
      Capture capture = format.openDirectory(directory, packs);
      if (capture != null) {
        return capture;
      }
    }
    throw InputException.unrecognised(directory.toString(), "directory is not a converted capture");
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
        if (damage != null) {
          throw new InputException(input.name(), Place.at(0), damage);
        }
        throw InputException.unrecognised(
            input.name(),
            head.length() == 0
                ? "is empty"
                : "at " + Place.at(0) + ": format not recognised" + Foreign.hint(head));
      }
    }
  }
}

package org.vgictrace.parser;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/**
 * One input format: how it is recognised and opened. Each format's package has one; {@link
 * Captures} finds it through {@code META-INF/services/org.vgictrace.parser.CaptureFormat}.
 */
public interface CaptureFormat {

  /** Whether an input is of this format. */
  enum Match {
    YES,
    NO,
    /** Cannot be told from this much of the beginning; counts as no when there is no more. */
    MORE
  }

  /** Judges the beginning of an input's uncompressed content. */
  Match match(Head head);

  /**
   * Opens an input that matches. The capture owns the input from then on and closes it.
   *
   * @param packs which recorded events become which kinds
   * @throws org.vgictrace.parser.diag.InputException if nothing of it can be read
   */
  Capture open(Input input, BindingPacks packs) throws IOException;

  /**
   * Opens a directory of this format; formats that are files have none.
   *
   * @param packs which recorded events become which kinds
   * @return null if the directory is of another format
   */
  default @Nullable Capture openDirectory(Path directory, BindingPacks packs) throws IOException {
    return null;
  }
}

package org.vgictrace.parser;

import java.io.IOException;
import org.vgictrace.parser.input.Head;
import org.vgictrace.parser.input.Input;

/**
 * One input format: how it is recognised and opened. Each format's package has one, listed in
 * {@link Captures}.
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
   * @throws org.vgictrace.parser.diag.InputException if nothing of it can be read
   */
  Capture open(Input input) throws IOException;
}

package org.vgictrace.analysis.check;

import java.io.IOException;
import java.util.Set;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;

/** Reads the batches of a capture as they pass, in order. */
public interface BatchObserver {

  /**
   * Reads a batch, which holds good during the call only; it may hold kinds that were not asked
   * for.
   */
  void observe(Batch batch) throws IOException;

  /** The kinds it wants to see beside those that a check reads anyway. */
  default Set<Kind> kinds() {
    return Set.of();
  }
}

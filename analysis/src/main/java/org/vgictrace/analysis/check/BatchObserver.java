package org.vgictrace.analysis.check;

import java.io.IOException;
import org.vgictrace.parser.event.Batch;

/**
 * Reads the batches of a capture as they pass, in order; the batch holds good during the call only.
 */
@FunctionalInterface
public interface BatchObserver {
  void observe(Batch batch) throws IOException;
}

package org.vgictrace.parser.event;

import java.io.IOException;

/**
 * Receives the batches of a capture in order.
 *
 * <p>The batch belongs to the consumer from then on; when it is done with it, which may be later
 * than this call, it gives it back to the pool it was handed.
 */
@FunctionalInterface
public interface BatchConsumer {
  void accept(Batch batch, BatchPool pool) throws IOException;
}

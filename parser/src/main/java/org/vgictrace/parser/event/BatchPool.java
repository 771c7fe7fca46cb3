package org.vgictrace.parser.event;

import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Hands out empty batches and takes used ones back, so that a stream of any length needs a fixed
 * number of them.
 */
public final class BatchPool {
  private final ConcurrentLinkedQueue<Batch> free = new ConcurrentLinkedQueue<>();
  private final Names names;

  public BatchPool(Names names) {
    this.names = names;
  }

  public Names names() {
    return names;
  }

  /** An empty batch. */
  public Batch take() {
    Batch batch = free.poll();
    return batch != null ? batch : new Batch(names);
  }

  /** Gives a batch back; its contents must not be read any more. */
  public void recycle(Batch batch) {
    batch.clear();
    free.add(batch);
  }
}

package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.List;

/**
 * Merges streams by time. Items of equal time come in the order of the streams; within a stream the
 * order is kept, also where its time goes back. A binary heap of streams: as long as one stream is
 * ahead of all others, going on costs one comparison.
 */
final class StreamMerge {
  private final CpuStream[] streams;
  private final int[] heap;
  private final long[] keys;
  private int size;
  private long startTs = Long.MAX_VALUE;

  /**
   * @param streams the streams, not read yet
   */
  StreamMerge(List<CpuStream> streams) throws IOException {
    this.streams = streams.toArray(CpuStream[]::new);
    this.heap = new int[this.streams.length];
    this.keys = new long[this.streams.length];
    for (int i = 0; i < this.streams.length; i++) {
      if (this.streams[i].next()) {
        // A stream that begins with a loss lacks its oldest events: it lacks them from the start.
        keys[i] = this.streams[i].isLost() ? Long.MIN_VALUE : this.streams[i].ts();
        heap[size++] = i;
        startTs = Math.min(startTs, this.streams[i].ts());
      }
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i);
    }
  }

  /** Whether there is an item. */
  boolean hasItem() {
    return size > 0;
  }

  /** Time of the earliest item. */
  long startTs() {
    return startTs;
  }

  /** The stream whose item is the next. */
  CpuStream first() {
    return streams[heap[0]];
  }

  /** Goes on to the following item. */
  void advance() throws IOException {
    int stream = heap[0];
    if (streams[stream].next()) {
      keys[stream] = streams[stream].ts();
    } else {
      heap[0] = heap[--size];
    }
    sink(0);
  }

  private void sink(int from) {
    int node = from;
    int stream = heap[node];
    while (true) {
      int child = 2 * node + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], stream)) {
        break;
      }
      heap[node] = heap[child];
      node = child;
    }
    heap[node] = stream;
  }

  private boolean isBefore(int a, int b) {
    long x = keys[a];
    long y = keys[b];
    return x < y || x == y && a < b;
  }
}

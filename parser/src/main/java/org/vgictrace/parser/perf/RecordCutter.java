package org.vgictrace.parser.perf;

import java.io.IOException;

/**
 * Cuts bytes that come in pieces of any size into records. A record is never split over blocks: the
 * beginning of one that does not fit moves to the next block.
 *
 * <pre>
 *   block  | cut already | rest of a piece | room       |
 *          0             next              fill         Block.BYTES
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class RecordCutter {
  /** Takes records. */
  interface Sink {
    /**
     * Takes one.
     *
     * @param at where its header is in the block; all of it is in the block
     * @param size bytes, header included, at least {@link RecordType#HEADER_BYTES}
     * @return number of bytes behind the record that belong to it although its size does not tell,
     *     or {@link #STOP}
     */
    long record(Block block, int at, int size) throws IOException;
  }

  /** Tells the cutter to stop in front of the record. */
  static final long STOP = -1;

  /** Why {@link #cut} came back. */
  enum State {
    /** All whole records are cut. */
    HUNGRY,
    /** What should be a record has a size that cannot be. */
    DAMAGED,
    /** The sink said so. */
    STOPPED,
    /** Bytes that are no records follow: {@link #toSkip()}. */
    SKIPPING
  }

  private final BlockPool pool;
  private final Words words;
  private Block block;
  private int next;
  private int fill;
  private long toSkip;

  RecordCutter(BlockPool pool, Words words) {
    this.pool = pool;
    this.words = words;
    this.block = pool.take();
  }

  /** The block to fill. */
  Block block() {
    return block;
  }

  /** Where to go on filling it. */
  int fill() {
    return fill;
  }

  /** How many bytes fit. */
  int room() {
    return Block.BYTES - fill;
  }

  /** Bytes of a record that has begun. */
  int left() {
    return fill - next;
  }

  /** Bytes to leave out before the next record. */
  long toSkip() {
    return toSkip;
  }

  /** Where the next record begins or should begin. */
  int next() {
    return next;
  }

  /** Takes a new block if the present one has little room. */
  void makeRoom() {
    if (room() > RecordType.RECORD_BYTES_MAX) {
      return;
    }
    Block full = block;
    int left = fill - next;
    block = pool.take();
    System.arraycopy(full.bytes, next, block.bytes, 0, left);
    block.continued(full, next);
    pool.release(full);
    next = 0;
    fill = left;
  }

  /** Forgets what is left, and begins anew with a fresh block. */
  void restart() {
    pool.release(block);
    block = pool.take();
    next = 0;
    fill = 0;
  }

  /** Notes that bytes have been put behind {@link #fill()}. */
  void filled(int count) {
    fill += count;
  }

  /** Hands all whole records to a sink. */
  State cut(Sink sink) throws IOException {
    byte[] bytes = block.bytes;
    while (fill - next >= RecordType.HEADER_BYTES) {
      int size = words.u16(bytes, next + 6);
      if (size < RecordType.HEADER_BYTES) {
        return State.DAMAGED;
      }
      if (size > fill - next) {
        return State.HUNGRY;
      }
      long behind = sink.record(block, next, size);
      if (behind == STOP) {
        return State.STOPPED;
      }
      next += size;
      if (behind > 0) {
        toSkip = behind;
        return State.SKIPPING;
      }
    }
    return State.HUNGRY;
  }
}

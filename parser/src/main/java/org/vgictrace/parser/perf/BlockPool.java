package org.vgictrace.parser.perf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The blocks of one reading, each used over and over. Not thread-safe. */
final class BlockPool {
  private final List<Block> all = new ArrayList<>();
  private final Deque<Block> free = new ArrayDeque<>();

  /** A block that nobody else holds; {@link #release} gives it back. */
  Block take() {
    Block block = free.poll();
    if (block == null) {
      block = new Block(all.size());
      all.add(block);
    }
    block.holders = 1;
    return block;
  }

  /** The block of a number. */
  Block get(int number) {
    return all.get(number);
  }

  /** Gives up one hold on a block. */
  void release(Block block) {
    if (--block.holders == 0) {
      free.push(block);
    }
  }

  /** Bytes of the blocks that are held. */
  long heldBytes() {
    return (long) (all.size() - free.size()) * Block.BYTES;
  }
}

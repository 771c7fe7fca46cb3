package org.vgictrace.parser.perf;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** The blocks of one reading, each used over and over. Not thread-safe. */
final class BlockPool {
  private Block[] all = new Block[0];
  private final Deque<Block> free = new ArrayDeque<>();

  /** A block that nobody else holds; {@link #release} gives it back. */
  Block take() {
    Block block = free.poll();
    if (block == null) {
      block = new Block(all.length);
      all = Arrays.copyOf(all, all.length + 1);
      all[block.number] = block;
    }
    block.holders = 1;
    return block;
  }

  /** The block of a number. */
  Block get(int number) {
    return all[number];
  }

  /** Gives up one hold on a block. */
  void release(Block block) {
    if (--block.holders == 0) {
      free.push(block);
    }
  }

  /** Bytes of the blocks that are held. */
  long heldBytes() {
    return (long) (all.length - free.size()) * Block.BYTES;
  }
}

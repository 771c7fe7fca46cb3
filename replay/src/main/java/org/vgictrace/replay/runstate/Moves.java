package org.vgictrace.replay.runstate;

/**
 * How vCPUs went from one CPU to another, which tells how far the counters of the two are apart.
 */
final class Moves {
  /** Moves that show that the counters order the two CPUs' records. */
  private static final int ENOUGH = 20;

  private long shortest = Long.MAX_VALUE;
  private int seen;
  private int overlaps;

  /** A vCPU left the first CPU and began to run on the second that much later. */
  void add(long time) {
    shortest = Math.min(shortest, time);
    seen++;
  }

  /** A vCPU seemed to run on both CPUs at once. */
  void overlap() {
    overlaps++;
  }

  /** Whether the counters are close to each other: many vCPUs moved, hardly any before it left. */
  boolean areOrdered() {
    return seen >= ENOUGH && seen / ENOUGH >= overlaps;
  }

  /**
   * Whether the second counter may be that far ahead of the first, in units of the clock. It cannot
   * be further ahead than the shortest move took, or that vCPU would have arrived before it left.
   */
  boolean allow(long ahead) {
    return ahead <= shortest;
  }
}

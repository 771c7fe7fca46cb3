package org.vgictrace.replay.evtchn;

import java.util.Arrays;
import org.agrona.collections.Int2IntHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.verdict.Finding;

/** What is known of a vCPU: its upcall flag, its selector or ready bits, its queues. */
final class XenVcpu {
  static final int PRIORITIES = 16;
  private static final int NONE = -1;

  final int domain;
  final int id;

  /** Per word of the selector or priority the possible bits, where they differ from the others'. */
  private final Int2IntHashMap flags = new Int2IntHashMap(NONE);

  /** The possible bits of words and priorities that were not seen yet. */
  private int others = FlagSet.ALL;

  final @Nullable XenQueue[] queues = new XenQueue[PRIORITIES];

  /** Whether any port was ever linked for it. */
  boolean hasQueues;

  /** It asked to be blocked, by hypercall, and nothing was raised for it since. */
  boolean blocking;

  /** It sleeps, with nothing pending. */
  boolean blocked;

  /** Since when its bits are followed: it blocked then. */
  long knownSeq;

  /** CPU that has woken it and may still be about to record why; -1 for none. */
  int wokenBy = NONE;

  /** An upcall that has to wake it, until it is seen to be awake. */
  @Nullable Finding asleep;

  /** What contradicts all possibilities, unless a raise under way elsewhere explains it. */
  @Nullable Finding suspicion;

  int suspectedRule;
  int suspectedWord;
  int suspectedBy;

  XenVcpu(int domain, int id) {
    this.domain = domain;
    this.id = id;
  }

  XenQueue queue(int priority) {
    XenQueue queue = queues[priority];
    if (queue == null) {
      queue = new XenQueue(this, priority);
      queues[priority] = queue;
    }
    return queue;
  }

  /** The possible bits of a word or priority. */
  int flags(int word) {
    int known = flags.get(word);
    return known == NONE ? others : known;
  }

  /** The guest has had time to do something. */
  void guestActed(boolean fifo) {
    others = FlagSet.afterGuest(others, fifo);
    flags.replaceAll((word, set) -> FlagSet.afterGuest(set, fifo));
  }

  /** A word was marked. */
  void mark(int word, int set, boolean flagged) {
    others = orAll(FlagSet.markedOther(others, flagged));
    flags.replaceAll((each, old) -> orAll(FlagSet.markedOther(old, flagged)));
    flags.put(word, set);
  }

  /** A word was found marked, or nothing is known of it any more. */
  void put(int word, int set) {
    flags.put(word, set);
  }

  private static int orAll(int set) {
    return set == 0 ? FlagSet.ALL : set;
  }

  /** Nothing is known of the flags. */
  void forgetFlags() {
    others = FlagSet.ALL;
    flags.clear();
  }

  /**
   * It has blocked: it has taken everything, and the flag is clear.
   *
   * @param linking whether a port may be on a queue whose ready bit is not set yet
   */
  void block(long seq, boolean linking) {
    blocked = true;
    blocking = false;
    wokenBy = NONE;
    knownSeq = seq;
    others = FlagSet.BOTH_CLEAR;
    flags.clear();
    for (XenQueue queue : queues) {
      if (queue != null && !linking) {
        queue.drainedSeq = seq;
      }
    }
  }

  void forget() {
    forgetFlags();
    Arrays.fill(queues, null);
    hasQueues = false;
    blocking = false;
    blocked = false;
    wokenBy = NONE;
    asleep = null;
    suspicion = null;
  }
}

package org.vgictrace.replay.kvmxen;

import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/**
 * The table of ports that a guest sends to without user space ({@code evtchn_ports}), as user space
 * sets it.
 *
 * <pre>
 *  thread of user space   reset   assign 5 -&gt; 70   deassign 5 | next record
 *  thread of a vCPU                 send: 70 is right | 70 or not | 70 is wrong
 * </pre>
 *
 * <p>Results are not recorded: an entry may exist from its record on, and is gone for certain once
 * the thread that removed it goes on. What the table held before the recording is unknown until all
 * of it is reset. An entry's own port is not recorded with a send, only where its event goes.
 */
final class SendTable {
  private static final int MOST = 1 << 13;

  private static final int DEASSIGN = 1;
  private static final int UPDATE = 2;
  private static final int RESET = 4;

  private final Long2ObjectHashMap<LongArrayList> live = new Long2ObjectHashMap<>();

  /** What removed entries held that was not set again since. */
  private final LongArrayList removed = new LongArrayList();

  /** Where events went though no entry sent there. */
  private final LongArrayList learned = new LongArrayList();

  /** Whether nothing can be in the table that is not in {@link #live}. */
  private boolean complete;

  /** Position of the record by which the latest removal was over, -1 if there was none. */
  private long goneAt = -1;

  /** Whether any entry is known. */
  boolean isEmpty() {
    return live.isEmpty() && removed.isEmpty();
  }

  boolean isComplete() {
    return complete;
  }

  /** Whether entries were ever removed. */
  boolean hasRemoved() {
    return goneAt >= 0;
  }

  /** User space changes the table. */
  void change(XenThread thread, long port, int flags, long deliverPort, int vcpuId) {
    if (flags == RESET || flags == DEASSIGN) {
      thread.removes = true;
      thread.removedPort = flags == RESET ? -1 : port;
      return;
    }
    if (flags != 0 && flags != UPDATE || live.size() >= MOST) {
      forget();
      return;
    }
    LongArrayList entry = live.computeIfAbsent(port, key -> new LongArrayList());
    long target = Targets.pack(deliverPort, vcpuId);
    if (deliverPort != 0 && !entry.containsLong(target)) {
      entry.addLong(target);
    }
    removed.removeLong(target);
    learned.removeLong(target);
  }

  /** The thread goes on: what it was removing is gone. */
  void goesOn(XenThread thread, long seq) {
    if (!thread.removes) {
      return;
    }
    thread.removes = false;
    goneAt = seq;
    if (thread.removedPort < 0) {
      live.values().forEach(this::gone);
      live.clear();
      complete = true;
    } else {
      LongArrayList entry = live.remove(thread.removedPort);
      if (entry != null) {
        gone(entry);
      }
    }
  }

  private void gone(LongArrayList entry) {
    for (int i = 0; i < entry.size(); i++) {
      if (removed.size() < MOST && !removed.containsLong(entry.getLong(i))) {
        removed.addLong(entry.getLong(i));
      }
    }
  }

  /** Whether an entry sends there. */
  boolean has(long target) {
    for (LongArrayList entry : live.values()) {
      if (entry.containsLong(target)) {
        return true;
      }
    }
    return false;
  }

  /** Whether only entries sent there that were gone before that record. */
  boolean had(long target, long seq) {
    return removed.containsLong(target) && !has(target) && seq > goneAt;
  }

  /** Whether an entry sent there that is gone. */
  boolean hadAny(long target) {
    return removed.containsLong(target);
  }

  /** Whether an event went there that no entry was known for. */
  boolean hasLearned(long target) {
    return learned.containsLong(target);
  }

  /** An event goes there all the same: perhaps the record of an entry is missing. */
  void learn(long target) {
    if (learned.size() < MOST) {
      learned.addLong(target);
    }
  }

  /** Changes may have been missed. */
  void forget() {
    live.clear();
    removed.clear();
    learned.clear();
    goneAt = -1;
    complete = false;
  }
}

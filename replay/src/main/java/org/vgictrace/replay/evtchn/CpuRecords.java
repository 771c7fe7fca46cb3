package org.vgictrace.replay.evtchn;

import org.agrona.collections.IntHashSet;
import org.agrona.collections.Long2LongHashMap;
import org.vgictrace.replay.engine.Event;

/**
 * When each physical CPU recorded something last that is no part of a raise: what it records next
 * began after that, and no raise it began before is still under way.
 */
final class CpuRecords {
  private final Long2LongHashMap latest = new Long2LongHashMap(-1);

  /** CPUs that have nothing to run. */
  private final IntHashSet idle = new IntHashSet();

  void forget() {
    latest.clear();
    idle.clear();
  }

  /** The latest such record of a CPU; -1 if there is none. */
  long latest(int cpu) {
    return latest.get(cpu);
  }

  /** A CPU has recorded something that is no part of a raise. */
  void recorded(Event e, boolean idles) {
    if (e.seq >= 0) {
      latest.put(e.cpu, e.seq);
    }
    if (idles) {
      idle.add(e.cpu);
    } else {
      idle.remove(e.cpu);
    }
  }

  /** Whether every raise that had begun at a record is over. */
  boolean haveAllRecordedSince(long seq) {
    Long2LongHashMap.EntryIterator each = latest.entrySet().iterator();
    while (each.hasNext()) {
      each.next();
      if (each.getLongValue() < seq && !idle.contains((int) each.getLongKey())) {
        return false;
      }
    }
    return true;
  }
}

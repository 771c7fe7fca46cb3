package org.vgictrace.replay.kvm.lpi;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.verdict.EventRef;

/** Which cached translations of a VM must be gone. */
final class Translations {

  /** An event for which something is known. */
  private static final class Entry {
    long filledSeq = -1;
    long goneTs;
    @Nullable EventRef gone;
  }

  private final Long2ObjectHashMap<Entry> entries = new Long2ObjectHashMap<>();
  private long allGoneTs;
  private @Nullable EventRef allGone;

  void clear() {
    entries.clear();
    allGone = null;
  }

  /** The event was resolved and may be cached from now on. */
  void filled(long key, long seq) {
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry();
      entries.put(key, entry);
    }
    entry.filledSeq = seq;
  }

  /** A command that drops the event's translation is complete. */
  void gone(long key, EventRef by, long ts) {
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry();
      entries.put(key, entry);
    }
    entry.gone = by;
    entry.goneTs = ts;
  }

  /** Something that drops the translations of a device is complete. */
  void deviceGone(long device, EventRef by, long ts) {
    Long2ObjectHashMap<Entry>.EntryIterator it = entries.entrySet().iterator();
    while (it.hasNext()) {
      it.next();
      if ((int) (it.getLongKey() >>> 32) == (int) device) {
        it.getValue().gone = by;
        it.getValue().goneTs = ts;
      }
    }
  }

  /** Something that drops all translations is complete. */
  void allGone(EventRef by, long ts) {
    allGone = by;
    allGoneTs = ts;
  }

  /** Whether anything is known that a hit could contradict. */
  boolean isJudgeable(long key) {
    Entry entry = entries.get(key);
    return allGone != null || entry != null && (entry.gone != null || entry.filledSeq >= 0);
  }

  /**
   * What dropped the event's translation, which was not filled since; null if it may be cached.
   *
   * @param startedTs when the look-up began
   * @param skew events closer than this are not ordered
   */
  @Nullable EventRef goneBefore(long key, long startedTs, long skew) {
    Entry entry = entries.get(key);
    long filledSeq = entry == null ? -1 : entry.filledSeq;
    EventRef all = allGone;
    if (all != null && allGoneTs + skew < startedTs && filledSeq < all.seq()) {
      return all;
    }
    EventRef one = entry == null ? null : entry.gone;
    if (entry != null && one != null && entry.goneTs + skew < startedTs && filledSeq < one.seq()) {
      return one;
    }
    return null;
  }
}

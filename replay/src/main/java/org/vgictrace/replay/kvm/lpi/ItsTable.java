package org.vgictrace.replay.kvm.lpi;

import java.util.function.IntConsumer;
import org.agrona.collections.Int2IntHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of a guest map: devices to sizes, events to LPIs, collections to vCPUs. A
 * command can fail for reasons that are in the guest's memory, so a mapping counts only once its
 * LPI was seen; what was never mapped is unmapped for certain.
 */
final class ItsTable {
  static final int COLLECTION_NONE = -1;

  /** One event's mapping. */
  static final class Mapping {
    final int intid;
    int collection;

    /** The LPI was seen, so the command succeeded. */
    final boolean certain;

    Mapping(int intid, int collection, boolean certain) {
      this.intid = intid;
      this.collection = collection;
      this.certain = certain;
    }
  }

  /** A collection's vCPU number, {@link Lpi#TARGET_NONE} while unmapped. */
  private final Int2IntHashMap targets = new Int2IntHashMap(Lpi.TARGET_UNKNOWN);

  /** EventID bits of devices that may be mapped. */
  private final Int2IntHashMap devices = new Int2IntHashMap(-1);

  private final Long2ObjectHashMap<Mapping> events = new Long2ObjectHashMap<>();

  /** How many certain mappings lead to an LPI. */
  private final Int2IntHashMap mappings = new Int2IntHashMap(0);

  static long key(long device, long event) {
    return device << 32 | event & 0xffff_ffffL;
  }

  void clear() {
    targets.clear();
    devices.clear();
    events.clear();
    mappings.clear();
  }

  /** Whether nothing is mapped. */
  boolean isEmpty() {
    return events.isEmpty();
  }

  /** Number of mappings that lead to the LPI for certain. */
  int mappingsOf(int intid) {
    return mappings.get(intid);
  }

  /** EventID bits of a device that may be mapped, -1 if it is unmapped. */
  int eventBits(long device) {
    return devices.get((int) device);
  }

  /** Whether an event of that number, of any device, leads to the LPI. */
  boolean leads(long event, int intid) {
    Long2ObjectHashMap<Mapping>.EntryIterator entries = events.entrySet().iterator();
    while (entries.hasNext()) {
      entries.next();
      if ((int) entries.getLongKey() == (int) event && entries.getValue().intid == intid) {
        return true;
      }
    }
    return false;
  }

  @Nullable Mapping mapping(long device, long event) {
    return events.get(key(device, event));
  }

  /** vCPU number of a collection: -1 if unmapped, -2 if unknown. */
  int targetOf(int collection) {
    int target = targets.get(collection);
    return target == Lpi.TARGET_UNKNOWN ? Lpi.TARGET_NONE : target;
  }

  void mapDevice(long device, boolean valid, int bits) {
    Long2ObjectHashMap<Mapping>.EntryIterator entries = events.entrySet().iterator();
    while (entries.hasNext()) {
      entries.next();
      if ((int) (entries.getLongKey() >>> 32) == (int) device) {
        count(entries.getValue(), -1);
        entries.remove();
      }
    }
    if (valid) {
      devices.put((int) device, bits);
    } else {
      devices.remove((int) device);
    }
  }

  void mapEvent(long device, long event, int intid, int collection, boolean certain) {
    long key = key(device, event);
    if (events.containsKey(key)) {
      return;
    }
    Mapping mapping = new Mapping(intid, collection, certain);
    events.put(key, mapping);
    count(mapping, 1);
  }

  void discard(long device, long event) {
    Mapping mapping = events.remove(key(device, event));
    if (mapping != null) {
      count(mapping, -1);
    }
  }

  /** A collection is mapped to a vCPU, or unmapped. */
  void mapCollection(int collection, boolean valid, int target) {
    if (valid) {
      targets.put(collection, target);
      return;
    }
    targets.remove(collection);
    for (Mapping mapping : events.values()) {
      if (mapping.collection == collection) {
        mapping.collection = COLLECTION_NONE;
      }
    }
  }

  /** Every LPI that an event of the collection leads to. */
  void forLpisOf(int collection, IntConsumer each) {
    for (Mapping mapping : events.values()) {
      if (mapping.collection == collection) {
        each.accept(mapping.intid);
      }
    }
  }

  private void count(Mapping mapping, int change) {
    if (!mapping.certain) {
      return;
    }
    int count = mappings.get(mapping.intid) + change;
    if (count > 0) {
      mappings.put(mapping.intid, count);
    } else {
      mappings.remove(mapping.intid);
    }
  }
}

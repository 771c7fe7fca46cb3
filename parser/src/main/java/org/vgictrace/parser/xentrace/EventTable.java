package org.vgictrace.parser.xentrace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.IdFormats;
import org.vgictrace.parser.event.Names;

/**
 * The events of one capture by id, with their counts. Events that nobody knows are called by their
 * number; after {@value #UNKNOWN_MAX} of them, which only damage can bring about, they share a
 * name.
 */
final class EventTable {
  private static final int UNKNOWN_MAX = 4096;
  private static final int GUEST = 0x800_f000;
  private static final int GUEST_MASK = 0x0fff_f000;

  /** One event of the capture. */
  static final class Entry {
    final int id;
    final String name;
    final int nameId;
    final EventCatalogue.@Nullable Declared declared;
    final IdFormats.@Nullable IdFormat format;
    long count;

    /** Records whose size is none of the known ones. */
    long misfits;

    private Entry(
        int id,
        String name,
        int nameId,
        EventCatalogue.@Nullable Declared declared,
        IdFormats.@Nullable IdFormat format) {
      this.id = id;
      this.name = name;
      this.nameId = nameId;
      this.declared = declared;
      this.format = format;
    }
  }

  private final Names names;
  private final IdFormats formats;
  private final List<Entry> entries = new ArrayList<>();
  private @Nullable Entry[] slots = new @Nullable Entry[512];
  private @Nullable Entry surplus;
  private int unknown;

  EventTable(Names names, IdFormats formats) {
    this.names = names;
    this.formats = formats;
  }

  /** The entries, in the order of their first record. */
  List<Entry> entries() {
    return entries;
  }

  /** The entry of an event; it is added if it is new. */
  Entry of(int id) {
    int mask = slots.length - 1;
    for (int i = hash(id) & mask; ; i = i + 1 & mask) {
      Entry entry = slots[i];
      if (entry == null) {
        return add(id, i);
      }
      if (entry.id == id) {
        return entry;
      }
    }
  }

  private Entry add(int id, int slot) {
    EventCatalogue.Declared declared = EventCatalogue.find(id);
    IdFormats.IdFormat format = formats.find(id);
    if (declared == null && format == null && ++unknown > UNKNOWN_MAX) {
      Entry shared = surplus;
      if (shared == null) {
        shared = entry(-1, Names.OVERFLOW, null, null);
        surplus = shared;
      }
      return shared;
    }
    String name = declared != null ? declared.name : format != null ? format.name() : numbered(id);
    Entry entry = entry(id, name, declared, format);
    slots[slot] = entry;
    if (entries.size() * 2 > slots.length) {
      grow();
    }
    return entry;
  }

  private Entry entry(
      int id,
      String name,
      EventCatalogue.@Nullable Declared declared,
      IdFormats.@Nullable IdFormat format) {
    String full = EventCatalogue.SYSTEM + name;
    Entry entry = new Entry(id, full, names.intern(full), declared, format);
    entries.add(entry);
    return entry;
  }

  /** Guests number their own events; everything else is shown as it is recorded. */
  private static String numbered(int id) {
    return (id & GUEST_MASK) == GUEST
        ? "guest_" + Integer.toHexString(id & 0xfff)
        : "#" + Integer.toHexString(id);
  }

  private void grow() {
    @Nullable Entry[] larger = new @Nullable Entry[slots.length * 2];
    int mask = larger.length - 1;
    for (Entry entry : entries) {
      if (entry.id >= 0) {
        int i = hash(entry.id) & mask;
        while (larger[i] != null) {
          i = i + 1 & mask;
        }
        larger[i] = entry;
      }
    }
    slots = larger;
  }

  private static int hash(int id) {
    int h = id * 0x9e3779b9;
    return h ^ h >>> 15;
  }
}

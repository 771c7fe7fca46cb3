package org.vgictrace.parser.perf;

import java.io.IOException;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.perf.FileHeader.Section;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/** Reads the attributes of the recorded events and the ids that samples name them by. */
final class AttrReader {
  private static final int SECTION_BYTES = 16;

  private final Recording recording;
  private final boolean bigEndian;

  AttrReader(Recording recording, boolean bigEndian) {
    this.recording = recording;
    this.bigEndian = bigEndian;
  }

  /**
   * Reads the attributes of a file: entries of an attribute and the section of its ids.
   *
   * @throws InputException if there are none, without which no sample can be read
   */
  void readAll(String name, RandomBytes file, FileHeader header) throws IOException {
    long entryBytes = header.attrBytes();
    if (entryBytes < EventAttr.BYTES_MIN + SECTION_BYTES
        || entryBytes > Limits.ATTR_BYTES + SECTION_BYTES) {
      throw new InputException(
          name,
          Place.at(16),
          "attribute entries of " + Long.toUnsignedString(entryBytes) + " bytes");
    }
    Section section = header.attrs();
    if (section.offset() < 0 || section.offset() > file.size()) {
      throw new InputException(name, Place.at(24), "attributes lie outside the file");
    }
    long entries = (section.end(file.size()) - section.offset()) / entryBytes;
    if (entries > Limits.ATTRS) {
      throw new InputException(name, Place.at(32), entries + " attributes");
    }
    if (!section.isWithin(file.size())) {
      recording.diagnostics.error(
          "attrs-cut", Place.at(section.offset()), "attributes go on behind the end of the file");
    }
    Cursor in = Cursor.of(file, bigEndian, section.offset());
    try {
      for (long i = 0; i < entries; i++) {
        Cursor entry = in.slice(entryBytes);
        int attr =
            recording.add(EventAttr.read(entry.slice(entryBytes - SECTION_BYTES), bigEndian));
        ids(file, new Section(entry.u64(), entry.u64()), attr, entry.place());
      }
    } catch (DamageException e) {
      throw new InputException(name, e.place(), "attributes: " + e.getMessage());
    }
    if (recording.attrs.isEmpty()) {
      throw new InputException(name, Place.at(section.offset()), "no attributes of any event");
    }
  }

  private void ids(RandomBytes file, Section section, int attr, Place place) throws IOException {
    if (!section.isWithin(file.size())) {
      recording.diagnostics.warning(
          "event-ids", place, "ids of event " + attr + " lie outside the file; they are left out");
      return;
    }
    try {
      ids(Cursor.of(file, bigEndian, section.offset()).slice(section.size()), attr);
    } catch (DamageException e) {
      recording.diagnostics.warning("event-ids", e.place(), "event ids: " + e.getMessage());
    }
  }

  /** Reads ids up to the end of a range. */
  private void ids(Cursor in, int attr) throws IOException, DamageException {
    while (in.remaining() >= Long.BYTES) {
      if (recording.ids.size() == Limits.IDS) {
        throw new DamageException(in.place(), "more than " + Limits.IDS);
      }
      recording.ids.add(in.u64(), attr);
    }
  }

  /**
   * Reads an attribute as a stream has it: a record of the attribute, as long as it says itself,
   * and its ids.
   */
  void readRecord(Cursor in) throws IOException, DamageException {
    Cursor ahead = in.at(in.position());
    ahead.skip(Integer.BYTES);
    long size = ahead.u32();
    size = size == 0 ? EventAttr.BYTES_MIN : size;
    if (size < EventAttr.BYTES_MIN || size > Limits.ATTR_BYTES) {
      throw new DamageException(in.place(), "attribute of " + size + " bytes");
    }
    if (recording.attrs.size() == Limits.ATTRS) {
      throw new DamageException(in.place(), "more than " + Limits.ATTRS + " attributes");
    }
    EventAttr attr = EventAttr.read(in.slice(size), bigEndian);
    ids(in, recording.add(attr));
  }
}

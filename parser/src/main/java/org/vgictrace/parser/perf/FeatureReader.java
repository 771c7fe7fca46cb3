package org.vgictrace.parser.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.perf.FileHeader.Section;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;

/**
 * Reads the features of a recording (tools/perf/util/header.c): in a file the sections that a table
 * behind the data points to, one entry per feature that is there; in a stream records of their own.
 * A text is a length, padding included, and NUL-terminated bytes.
 */
final class FeatureReader {
  private static final int TRACING_DATA = 1;
  private static final int HOST_NAME = 3;
  private static final int OS_RELEASE = 4;
  private static final int VERSION = 5;
  private static final int ARCH = 6;
  private static final int CPU_COUNT = 7;
  private static final int COMMAND_LINE = 11;
  private static final int EVENT_DESCRIPTIONS = 12;
  private static final int DIRECTORY = 24;
  private static final int COMPRESSED = 27;
  private static final int CLOCK_DATA = 29;

  private static final int ZSTD = 1;
  private static final int CLOCK_DATA_VERSION = 1;

  private final Recording recording;
  private final boolean bigEndian;

  FeatureReader(Recording recording, boolean bigEndian) {
    this.recording = recording;
    this.bigEndian = bigEndian;
  }

  /**
   * Reads all features of a file.
   *
   * @param table where the table is
   */
  void readAll(RandomBytes file, long table, BitSet features) throws IOException {
    Cursor entries = Cursor.of(file, bigEndian, Math.min(table, file.size()));
    boolean formats = false;
    try {
      for (int id = features.nextSetBit(0); id >= 0; id = features.nextSetBit(id + 1)) {
        Place place = entries.place();
        Section section = new Section(entries.u64(), entries.u64());
        if (section.offset() < 0 || section.offset() > file.size()) {
          outside(id, place);
          continue;
        }
        Cursor in = Cursor.of(file, bigEndian, section.offset());
        // Told by its beginning, so that bits that are set by mistake do no harm.
        if (TracingData.isAt(in)) {
          if (!section.isWithin(file.size())) {
            outside(id, place);
          }
          if (!formats) {
            TracingData.read(in.slice(section.end(file.size()) - section.offset()), recording);
          }
          formats = true;
        } else if (!section.isWithin(file.size())) {
          outside(id, place);
        } else if (id != TRACING_DATA) {
          read(id, in.slice(section.size()));
        }
      }
    } catch (DamageException e) {
      recording.diagnostics.warning(
          "features", e.place(), "table of the features: " + e.getMessage());
    }
  }

  private void outside(int id, Place place) {
    recording.diagnostics.warning(
        "features", place, "feature " + id + " lies partly or wholly outside the file");
  }

  /** Reads one feature. Unknown ones are passed over. */
  void read(int id, Cursor in) throws IOException {
    try {
      switch (id) {
        case HOST_NAME -> recording.host = text(in);
        case OS_RELEASE -> recording.release = text(in);
        case VERSION -> recording.tool = text(in);
        case ARCH -> recording.arch = text(in);
        case CPU_COUNT -> recording.cpus = (int) Math.min(in.u32(), Limits.CPUS);
        case COMMAND_LINE -> recording.commandLine = commandLine(in);
        case EVENT_DESCRIPTIONS -> descriptions(in);
        case DIRECTORY -> recording.directory = true;
        case COMPRESSED -> compression(in);
        case CLOCK_DATA -> clock(in);
        default -> {
          // Build ids, topology, caches and so on say nothing of events.
        }
      }
    } catch (DamageException e) {
      recording.diagnostics.warning("features", e.place(), "feature " + id + ": " + e.getMessage());
    }
  }

  private static @Nullable String text(Cursor in) throws IOException, DamageException {
    long size = in.u32();
    if (size > Limits.TEXT_BYTES) {
      throw new DamageException(in.place(), "text of " + size + " bytes");
    }
    byte[] bytes = in.bytes(size);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return length == 0 ? null : new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static String commandLine(Cursor in) throws IOException, DamageException {
    long count = in.u32();
    if (count > Limits.ARGUMENTS) {
      throw new DamageException(in.place(), count + " arguments");
    }
    StringBuilder line = new StringBuilder();
    for (long i = 0; i < count && line.length() <= Limits.TEXT_BYTES; i++) {
      String argument = text(in);
      line.append(i == 0 ? "" : " ").append(argument == null ? "''" : argument);
    }
    return line.toString();
  }

  /** Names of the events: {@code u32 count, u32 size, { attribute, u32 ids, text, u64 id ... }}. */
  private void descriptions(Cursor in) throws IOException, DamageException {
    long count = in.u32();
    long attrBytes = in.u32();
    if (attrBytes < EventAttr.BYTES_MIN || attrBytes > Limits.ATTR_BYTES) {
      throw new DamageException(in.place(), "attributes of " + attrBytes + " bytes");
    }
    for (long i = 0; i < count; i++) {
      EventAttr described = EventAttr.read(in.slice(attrBytes), bigEndian);
      long ids = in.u32();
      String name = text(in);
      EventAttr attr = null;
      for (long k = 0; k < ids; k++) {
        EventAttr owner = recording.attrOf(in.u64());
        attr = attr == null ? owner : attr;
      }
      if (attr == null && i < recording.attrs.size()) {
        attr = recording.attrs.get((int) i);
      }
      if (name != null
          && attr != null
          && attr.type == described.type
          && attr.config == described.config) {
        attr.name(name);
      }
    }
  }

  /** A name that a stream gives to an event: {@code u64 type, u64 id, text}. */
  void update(Cursor in) throws IOException, DamageException {
    final int name = 2;
    if (in.u64() == name) {
      EventAttr attr = recording.attrOf(in.u64());
      String text = in.rest();
      if (attr != null && !text.isEmpty()) {
        attr.name(text);
      }
    }
  }

  private void compression(Cursor in) throws IOException, DamageException {
    in.skip(Integer.BYTES);
    long type = in.u32();
    recording.compressed = type == ZSTD;
    if (type > ZSTD) {
      recording.diagnostics.warning("compression", in.place(), "unknown compression " + type);
    }
  }

  /** The same moment on the wall and on the recording's clock. */
  private void clock(Cursor in) throws IOException, DamageException {
    if (in.u32() != CLOCK_DATA_VERSION) {
      return;
    }
    in.skip(Integer.BYTES);
    long wall = in.u64();
    long clock = in.u64();
    if (wall > 0 && clock >= 0) {
      recording.wallOffsetNs = wall - clock;
    }
  }
}

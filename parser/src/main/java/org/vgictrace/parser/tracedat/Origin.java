package org.vgictrace.parser.tracedat;

import java.util.Set;
import java.util.SortedMap;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.record.CommandLines;
import org.vgictrace.parser.record.DecoderCompiler;
import org.vgictrace.parser.record.EventCatalog;
import org.vgictrace.parser.record.RawFormat;
import org.vgictrace.parser.record.RecordDecoder;

/** A kernel that recorded events: what its records mean and how many of each there were. */
final class Origin {
  final EventCatalog catalog;
  final boolean bigEndian;

  /** Name of the guest it is, empty for the kernel whose capture it is. */
  final String label;

  /** Events of entering and leaving a guest; -1 if it has none. */
  final int entryId;

  final int exitId;

  private final CommandLines commandLines;
  private final long[] recordsById = new long[EventFormatParser.ID_MAX + 1];
  private int lastPid;
  private int lastName = -1;

  private Origin(EventCatalog catalog, Contents contents, boolean bigEndian, String label) {
    this.catalog = catalog;
    CommandLines saved = contents.metadata.commandLines();
    this.commandLines = saved != null ? saved : new CommandLines(new byte[0]);
    this.bigEndian = bigEndian;
    this.label = label;
    this.entryId = id(contents, "kvm:kvm_entry");
    this.exitId = id(contents, "kvm:kvm_exit");
  }

  private static int id(Contents contents, String event) {
    for (RawFormat format : contents.formats.values()) {
      if (format.fullName().equals(event)) {
        return format.id();
      }
    }
    return -1;
  }

  /**
   * The kernel that some metadata are of.
   *
   * @param longBytes size of its {@code long}
   * @param label name of the guest it is, empty for the kernel whose capture it is
   */
  static Origin of(
      Contents contents,
      BindingPacks packs,
      Set<Kind> wanted,
      boolean bigEndian,
      int longBytes,
      Names names,
      String label) {
    EventCatalog catalog =
        new EventCatalog(
            contents.formats,
            packs,
            new DecoderCompiler(wanted, bigEndian, names),
            longBytes,
            contents.diagnostics);
    return new Origin(catalog, contents, bigEndian, label);
  }

  /** The decoder of an event, a record of which is counted. */
  RecordDecoder count(int id, CpuStream stream) {
    recordsById[id]++;
    return catalog.decoder(id, stream);
  }

  /** Identifier of a thread's name. */
  int name(int pid, Names names) {
    if (pid != lastPid || lastName < 0) {
      lastPid = pid;
      lastName = commandLines.name(pid, names);
    }
    return lastName;
  }

  /**
   * Adds up what was counted.
   *
   * @param byName receives the number of each event
   * @return how many were of a kind
   */
  long addTo(SortedMap<String, Long> byName, Contents contents) {
    long modelled = 0;
    for (int id = 0; id < recordsById.length; id++) {
      RecordDecoder decoder = catalog.used(id);
      if (decoder == null) {
        continue;
      }
      String name = catalog.fullName(id);
      byName.merge(label.isEmpty() ? name : label + '/' + name, recordsById[id], Long::sum);
      modelled += decoder.kind() == Kind.OTHER ? 0 : recordsById[id];
      Place outside = decoder.firstOutside();
      if (outside != null) {
        contents.diagnostics.error(
            "field-outside",
            outside,
            decoder.outside() + " values of " + catalog.fullName(id) + " lie outside their record");
      }
    }
    return modelled;
  }
}

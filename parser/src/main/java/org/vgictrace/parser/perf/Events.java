package org.vgictrace.parser.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.record.DecoderCompiler;
import org.vgictrace.parser.record.EventCatalog;
import org.vgictrace.parser.record.Placed;
import org.vgictrace.parser.record.RecordDecoder;

/** What becomes of the samples of each attribute, and how many there were. Not thread-safe. */
final class Events {
  /** The samples of one attribute. */
  static final class Event {
    final RecordDecoder decoder;
    final String fullName;

    /** Whether samples carry a kernel record with the common fields. */
    final boolean isRecord;

    long count;

    Event(RecordDecoder decoder, String fullName, boolean isRecord) {
      this.decoder = decoder;
      this.fullName = fullName;
      this.isRecord = isRecord;
    }
  }

  private final Recording recording;
  private final EventCatalog catalog;
  private final DecoderCompiler compiler;
  private final List<@Nullable Event> byAttr = new ArrayList<>();
  private @Nullable Boolean schedSwitch;

  Events(Recording recording, EventCatalog catalog, DecoderCompiler compiler) {
    this.recording = recording;
    this.catalog = catalog;
    this.compiler = compiler;
  }

  /**
   * The event of an attribute.
   *
   * @param reader stands at a sample of it
   */
  Event of(int attr, Placed reader) {
    if (attr < byAttr.size()) {
      Event event = byAttr.get(attr);
      if (event != null) {
        return event;
      }
    }
    while (byAttr.size() <= attr) {
      byAttr.add(null);
    }
    Event made = make(recording.attrs.get(attr), reader);
    byAttr.set(attr, made);
    return made;
  }

  /**
   * The attribute of a tracepoint.
   *
   * @return -1 if none was recorded
   */
  int attrOfTracepoint(int id) {
    for (int i = 0; i < recording.attrs.size(); i++) {
      EventAttr attr = recording.attrs.get(i);
      if (attr.isTracepoint() && attr.config == id) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the scheduler's own event of context switches was recorded. */
  boolean haveSchedSwitch() {
    Boolean known = schedSwitch;
    if (known == null) {
      known = recording.attrs.stream().anyMatch(this::isSchedSwitch);
      schedSwitch = known;
    }
    return known;
  }

  private boolean isSchedSwitch(EventAttr attr) {
    return attr.isTracepoint()
        && (attr.isNamed() ? attr.name() : catalog.fullName((int) attr.config))
            .equals("sched:sched_switch");
  }

  /** Adds the counts to those by name; returns how many samples are of a kind. */
  long addCounts(Map<String, Long> byName, Diagnostics diagnostics) {
    long modelled = 0;
    for (Event event : byAttr) {
      if (event == null || event.count == 0) {
        continue;
      }
      byName.merge(event.fullName, event.count, Long::sum);
      modelled += event.decoder.kind() == Kind.OTHER ? 0 : event.count;
      Place outside = event.decoder.firstOutside();
      if (outside != null) {
        diagnostics.error(
            "field-outside",
            outside,
            event.decoder.outside() + " values of " + event.fullName + " lie outside their record");
      }
    }
    return modelled;
  }

  private Event make(EventAttr attr, Placed reader) {
    String name = attr.name();
    if (!attr.isTracepoint() || attr.config < 0 || attr.config > EventFormatParser.ID_MAX) {
      return new Event(compiler.other(name, null), name, false);
    }
    int id = (int) attr.config;
    if (recording.metadata.formats().containsKey(id) || !attr.isNamed()) {
      return new Event(catalog.decoder(id, reader), catalog.fullName(id), true);
    }
    recording.diagnostics.warning(
        "unknown-event", reader.place(), "samples of " + name + " come without a format");
    String bare = name.substring(name.indexOf(':') + 1);
    return new Event(compiler.other(bare, null), name, true);
  }
}

package org.vgictrace.parser.record;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.FieldFormat;
import org.vgictrace.parser.format.FormatException;

/**
 * The decoder of each event, compiled when its first record comes: a capture carries thousands of
 * formats and uses a few. Counts records per event. Not thread-safe.
 */
public final class EventCatalog {
  private final Map<Integer, RawFormat> formats;
  private final BindingPacks packs;
  private final DecoderCompiler compiler;
  private final int longBytes;
  private final Diagnostics diagnostics;
  private final @Nullable RecordDecoder[] decoders =
      new @Nullable RecordDecoder[EventFormatParser.ID_MAX + 1];

  /**
   * @param formats formats by event id
   * @param packs which events become which kinds
   * @param compiler makes the decoders
   * @param longBytes size of the kernel's {@code long}
   * @param diagnostics is told of formats that cannot be read
   */
  public EventCatalog(
      Map<Integer, RawFormat> formats,
      BindingPacks packs,
      DecoderCompiler compiler,
      int longBytes,
      Diagnostics diagnostics) {
    this.formats = formats;
    this.packs = packs;
    this.compiler = compiler;
    this.longBytes = longBytes;
    this.diagnostics = diagnostics;
  }

  /**
   * The decoder of an event.
   *
   * @param id event id, 0 to 65535
   * @param reader stands at a record of it
   */
  public RecordDecoder decoder(int id, Placed reader) {
    RecordDecoder decoder = decoders[id];
    return decoder != null ? decoder : compile(id, reader.place());
  }

  /** The decoder of an event, null if it did not occur. */
  public @Nullable RecordDecoder used(int id) {
    return decoders[id];
  }

  /** {@code system:name} of an event, {@code #id} if the file does not know it. */
  public String fullName(int id) {
    RawFormat format = formats.get(id);
    return format != null ? format.fullName() : "#" + id;
  }

  private RecordDecoder compile(int id, Place place) {
    RecordDecoder decoder = compiled(id, place);
    decoders[id] = decoder;
    return decoder;
  }

  private RecordDecoder compiled(int id, Place place) {
    RawFormat raw = formats.get(id);
    if (raw == null) {
      diagnostics.warning(
          "unknown-event", place, "records with id " + id + " are of an event without a format");
      return compiler.other("#" + id, null);
    }
    EventFormat format;
    try {
      format = EventFormatParser.parse(raw.system(), raw.file(), longBytes);
    } catch (FormatException e) {
      diagnostics.warning(
          "event-format",
          raw.place(),
          "the format of " + raw.fullName() + " cannot be read: " + e.getMessage());
      return compiler.other(raw.name(), null);
    }
    for (FieldFormat field : format.fields()) {
      if (!DecoderCompiler.isPossible(field)) {
        diagnostics.warning(
            "event-format",
            raw.place(),
            "field "
                + field.name()
                + " of "
                + raw.fullName()
                + " has offset "
                + field.offset()
                + " and size "
                + field.size()
                + "; it is left out");
      }
    }
    Binding binding = packs.find(raw.system(), raw.name(), format.fieldNames());
    return binding != null ? compiler.bound(format, binding) : compiler.other(raw.name(), format);
  }
}

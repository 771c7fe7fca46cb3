package org.vgictrace.parser.printfmt;

import java.util.HashMap;
import java.util.Map;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.record.Metadata;
import org.vgictrace.parser.record.RawFormat;

/**
 * Texts of all events of a capture. An event's format is compiled when its first record comes; one
 * whose print fmt cannot be evaluated shows its fields instead, and the diagnostics name it with
 * the reason. Not thread-safe.
 */
public final class RecordTexts implements PayloadText {
  private static final int ID_BYTES = 2;

  /** Writes records of one event. */
  @FunctionalInterface
  private interface EventText {
    EventText NONE = (bytes, start, length, out) -> {};

    void append(byte[] bytes, int start, int length, StringBuilder out);
  }

  private final Metadata metadata;
  private final boolean bigEndian;
  private final int longBytes;
  private final KernelTexts texts;
  private final Map<Integer, EventText> events = new HashMap<>();

  /**
   * @param metadata formats, symbols and strings
   * @param bigEndian byte order of the records
   * @param longBytes size of the kernel's {@code long}
   */
  public RecordTexts(Metadata metadata, boolean bigEndian, int longBytes) {
    this.metadata = metadata;
    this.bigEndian = bigEndian;
    this.longBytes = longBytes;
    this.texts = new KernelTexts(metadata);
  }

  @Override
  public boolean append(String buffer, byte[] bytes, int start, int length, StringBuilder out) {
    if (length < ID_BYTES) {
      return false;
    }
    int b0 = bytes[start] & 0xff;
    int b1 = bytes[start + 1] & 0xff;
    int id = bigEndian ? b0 << 8 | b1 : b1 << 8 | b0;
    EventText text = events.get(id);
    if (text == null) {
      RawFormat raw = metadata.formats().get(id);
      if (raw == null) {
        return false;
      }
      text = compiled(raw);
      events.put(id, text);
    }
    text.append(bytes, start, length, out);
    return text != EventText.NONE;
  }

  private EventText compiled(RawFormat raw) {
    EventFormat format = null;
    try {
      format = EventFormatParser.parse(raw.system(), raw.file(), longBytes);
      return PrintFormat.compile(format, longBytes, bigEndian, texts)::append;
    } catch (FormatException e) {
      metadata
          .diagnostics()
          .info("print-fmt", raw.place(), "text of " + raw.fullName() + ": " + e.getMessage());
      EventFormat known = format;
      return known == null ? EventText.NONE : new FieldText(known, bigEndian)::append;
    }
  }
}

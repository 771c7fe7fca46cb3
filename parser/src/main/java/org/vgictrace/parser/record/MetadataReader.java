package org.vgictrace.parser.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.EventFormat;
import org.vgictrace.parser.format.EventFormatParser;
import org.vgictrace.parser.format.FormatException;
import org.vgictrace.parser.format.PageLayout;

/**
 * Reads the parts of the metadata that all files with kernel records have in common. What was read
 * before damage stays in the metadata.
 *
 * <p>{@code trace.dat} version 6 and perf have them one behind the other:
 *
 * <pre>
 *   header pages, ftrace formats, event formats, kallsyms, printk formats, command lines
 * </pre>
 */
public final class MetadataReader {
  /** Reads one part. */
  @FunctionalInterface
  public interface Part {
    void read(Cursor in) throws IOException, DamageException;
  }

  private static final byte[] HEADER_PAGE = "header_page\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEADER_EVENT = "header_event\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES_MAX = 64 << 10;

  private static final int SYSTEMS_MAX = 4_096;
  private static final int COMMAND_LINES_BYTES_MAX = 16 << 20;

  private final Metadata metadata;

  /**
   * @param metadata receives what is read
   */
  public MetadataReader(Metadata metadata) {
    this.metadata = metadata;
  }

  /**
   * All parts, one behind the other.
   *
   * @throws DamageException that names the part
   */
  public void sequence(Cursor in) throws IOException, DamageException {
    named("header pages", in, this::headerPages);
    formatsAndTexts(in);
    threadNames(in);
  }

  /** The parts between header pages and command lines. */
  public void formatsAndTexts(Cursor in) throws IOException, DamageException {
    named("ftrace formats", in, this::ftraceFormats);
    named("event formats", in, this::eventFormats);
    named("kernel symbols", in, part -> metadata.kernelSymbols(lateText(part)));
    named("printk formats", in, part -> metadata.printkFormats(lateText(part)));
  }

  /** The last part. */
  public void threadNames(Cursor in) throws IOException, DamageException {
    named("command lines", in, this::commandLines);
  }

  /** Reads a part; damage in it is damage of that name. */
  public static void named(String name, Cursor in, Part part) throws IOException, DamageException {
    try {
      part.read(in);
    } catch (DamageException e) {
      throw new DamageException(e.place(), name + ": " + e.getMessage());
    }
  }

  /** The layout of pages and record headers. */
  public void headerPages(Cursor in) throws IOException, DamageException {
    Place place = in.place();
    byte[] page = tagged(in, HEADER_PAGE);
    byte[] event = tagged(in, HEADER_EVENT);
    PageLayout layout = PageLayout.parse(page);
    if (layout == null) {
      metadata
          .diagnostics()
          .warning("header-page", place, "page layout cannot be read; the usual one is assumed");
    } else {
      metadata.layout(layout);
    }
    if (!isKnownRecordHeader(new String(event, StandardCharsets.UTF_8))) {
      metadata
          .diagnostics()
          .warning(
              "header-event",
              place,
              "record header is not described as usual; it is assumed to be usual");
    }
  }

  /** Formats of the events of ftrace itself. */
  public void ftraceFormats(Cursor in) throws IOException, DamageException {
    formats(in, "ftrace", in.u32());
  }

  /** Formats of all other events. */
  public void eventFormats(Cursor in) throws IOException, DamageException {
    long systems = in.u32();
    for (long i = 0; i < systems; i++) {
      if (i == SYSTEMS_MAX) {
        throw new DamageException(in.place(), "more than " + SYSTEMS_MAX + " event systems");
      }
      String system = in.string();
      formats(in, system, in.u32());
    }
  }

  /** Names of threads. */
  public void commandLines(Cursor in) throws IOException, DamageException {
    Place place = in.place();
    long size = in.u64();
    if (size > COMMAND_LINES_BYTES_MAX && size <= in.remaining()) {
      in.skip(size);
      metadata.diagnostics().warning("command-lines", place, "too many names of threads; ignored");
      return;
    }
    metadata.commandLines(new CommandLines(in.bytes(size)));
  }

  /** A text with its size before it. */
  public static byte[] sizedText(Cursor in) throws IOException, DamageException {
    return in.slice(in.u32()).allBytes();
  }

  private static LateText lateText(Cursor in) throws IOException, DamageException {
    Cursor text = in.slice(in.u32());
    return text::allBytes;
  }

  private static byte[] tagged(Cursor in, byte[] tag) throws IOException, DamageException {
    Place place = in.place();
    if (!Arrays.equals(in.bytes(tag.length), tag)) {
      throw new DamageException(
          place, "no " + new String(tag, 0, tag.length - 1, StandardCharsets.US_ASCII));
    }
    long size = in.u64();
    if (size > HEADER_BYTES_MAX) {
      throw new DamageException(place, "header of more than " + HEADER_BYTES_MAX + " bytes");
    }
    return in.bytes(size);
  }

  private void formats(Cursor in, String system, long count) throws IOException, DamageException {
    for (long i = 0; i < count; i++) {
      Place place = in.place();
      long size = in.u64();
      if (size >= 0 && size <= in.remaining() && size > EventFormatParser.BYTES_MAX) {
        in.skip(size);
        bad(place, system, "is longer than " + EventFormatParser.BYTES_MAX + " bytes");
        continue;
      }
      format(system, in.bytes(size), place);
    }
  }

  /**
   * The format of one event.
   *
   * @param place where it is in the capture
   */
  public void format(String system, byte[] file, Place place) {
    try {
      add(system, file, place);
    } catch (FormatException e) {
      bad(place, system, "cannot be read: " + e.getMessage());
    }
  }

  private void add(String system, byte[] file, Place place) throws FormatException {
    EventFormat head = EventFormatParser.parseHead(system, file);
    RawFormat format = new RawFormat(system, head.name(), head.id(), file, place);
    RawFormat known = metadata.formats().putIfAbsent(head.id(), format);
    if (known != null && !known.fullName().equals(format.fullName())) {
      metadata
          .diagnostics()
          .warning(
              "event-id-twice",
              place,
              "id "
                  + head.id()
                  + " belongs to "
                  + known.fullName()
                  + " and "
                  + format.fullName()
                  + "; the first counts");
    }
  }

  private void bad(Place place, String system, String what) {
    metadata
        .diagnostics()
        .warning("event-format", place, "the format of an event of " + system + " " + what);
  }

  /** The numbers that record types have had since Linux 2.6.31. */
  private static boolean isKnownRecordHeader(String text) {
    String dense = text.replaceAll("\\s", "");
    return dense.contains("padding:type==29")
        && dense.contains("time_extend:type==30")
        && dense.contains("datamaxtype_len==28");
  }
}

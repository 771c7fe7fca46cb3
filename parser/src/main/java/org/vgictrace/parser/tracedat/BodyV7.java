package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;
import org.vgictrace.parser.record.LateText;
import org.vgictrace.parser.record.MetadataReader;

/**
 * The metadata of version 7: sections, found through a chain of options sections.
 *
 * <pre>
 *   section:  u16 id   u16 flags (1 = compressed)   u32 description   u64 size   content
 *   compressed content:  u32 compressed size   u32 size   data
 *   options content:  { u16 id   u32 size   data } ...  ending in DONE with the offset of the next options section
 * </pre>
 *
 * <p>The sections also tile the file from the header on. A chain that is broken or was never
 * written is therefore mended by walking over all sections.
 */
final class BodyV7 {
  private static final int OPTIONS_SECTION = 0;
  private static final int SECTION_HEADER_BYTES = 16;
  private static final int COMPRESSED = 1;

  /** Bytes of a BUFFER option for each CPU. */
  private static final int CPU_ENTRY_BYTES = 20;

  /** Sections that are read once, whatever leads to them, and what they are called. */
  private static final Map<Integer, String> METADATA =
      Map.of(
          OptionReader.HEADER_INFO, "header pages",
          OptionReader.FTRACE_FORMATS, "ftrace formats",
          OptionReader.EVENT_FORMATS, "event formats",
          OptionReader.KALLSYMS, "kernel symbols",
          OptionReader.PRINTK, "printk formats",
          OptionReader.CMDLINES, "command lines");

  private record SectionHeader(int id, int flags, long size) {}

  private final String file;
  private final FileHeader header;
  private final Cursor start;
  private final Contents contents;
  private final @Nullable Codec codec;
  private final OptionReader options;
  private final MetadataReader metadata;
  private final Set<Long> optionsSections = new HashSet<>();
  private final Set<Long> bufferSections = new HashSet<>();
  private final Set<Integer> sectionsRead = new HashSet<>();
  private long optionBytes;
  private boolean broken;

  BodyV7(String file, FileHeader header, Cursor start, Contents contents, @Nullable Codec codec) {
    this.file = file;
    this.header = header;
    this.start = start;
    this.contents = contents;
    this.codec = codec;
    this.options = new OptionReader(contents);
    this.metadata = new MetadataReader(contents.metadata);
  }

  /**
   * Reads all of it.
   *
   * @throws InputException if the first options section is not in the file though the file is whole
   */
  void read() throws IOException {
    long fileSize = start.at(0).remaining();
    long first = header.firstOptions();
    if (first < 0 || first > fileSize - SECTION_HEADER_BYTES) {
      String what =
          "options section at "
              + Long.toUnsignedString(first)
              + " lies outside the file of "
              + fileSize
              + " bytes";
      Place place = Place.at(header.bodyOffset() - Long.BYTES);
      if (!isCutOff(fileSize)) {
        throw new InputException(file, place, what);
      }
      chainBroken(place, what);
      first = 0;
    }
    for (long next = first; next != 0; ) {
      next = optionsSection(next, fileSize);
    }
    if (broken || first == 0 || contents.buffers.isEmpty()) {
      walk(fileSize);
    }
  }

  /** Reads an options section and returns the offset of the next, 0 for none. */
  private long optionsSection(long offset, long fileSize) throws IOException {
    Place place = Place.at(offset);
    if (!optionsSections.add(offset)) {
      chainBroken(place, "chain of options sections comes back to itself");
      return 0;
    }
    if (optionsSections.size() > Limits.OPTIONS_SECTIONS || optionBytes > fileSize) {
      chainBroken(place, "too many options sections");
      return 0;
    }
    Cursor in;
    try {
      in = section(offset, OPTIONS_SECTION);
      optionBytes += in.remaining();
    } catch (DamageException e) {
      chainBroken(e.place(), "options section cannot be read: " + e.getMessage());
      return 0;
    }
    try {
      while (true) {
        int id = in.u16();
        long size = in.u32();
        Cursor data = in.slice(size);
        if (id == OptionReader.DONE) {
          return next(data, fileSize);
        }
        option(id, data);
      }
    } catch (DamageException e) {
      chainBroken(e.place(), "options section ends early: " + e.getMessage());
      return 0;
    }
  }

  private long next(Cursor data, long fileSize) throws IOException, DamageException {
    Place place = data.place();
    long next = data.u64();
    if (next < 0 || next > fileSize - SECTION_HEADER_BYTES) {
      chainBroken(
          place,
          "next options section at " + Long.toUnsignedString(next) + " lies outside the file");
      return 0;
    }
    return next;
  }

  private void chainBroken(Place place, String what) {
    broken = true;
    contents.diagnostics.error("options-chain", place, what);
  }

  private void option(int id, Cursor data) throws IOException {
    if (METADATA.containsKey(id)) {
      metadataOption(id, data);
      return;
    }
    switch (id) {
      case OptionReader.BUFFER -> buffer(data);
      case OptionReader.BUFFER_TEXT ->
          contents.diagnostics.warning(
              "buffer-text", data.place(), "latency-format text of a buffer is not read");
      default -> {
        if (data.remaining() > Limits.OPTION_BYTES) {
          contents.diagnostics.warning(
              "option", data.place(), "option " + id + " is too long; ignored");
        } else {
          options.read(id, data);
        }
      }
    }
  }

  private void metadataOption(int id, Cursor data) throws IOException {
    Place place = data.place();
    try {
      metadataSection(id, data.u64(), place);
    } catch (DamageException e) {
      unusable(id, e);
    }
  }

  private void metadataSection(int id, long offset, Place place) throws IOException {
    try {
      if (!sectionsRead.add(id)) {
        throw new DamageException(place, "there is another one");
      }
      switch (id) {
        case OptionReader.HEADER_INFO -> metadata.headerPages(section(offset, id));
        case OptionReader.FTRACE_FORMATS -> metadata.ftraceFormats(section(offset, id));
        case OptionReader.EVENT_FORMATS -> metadata.eventFormats(section(offset, id));
        case OptionReader.KALLSYMS -> contents.metadata.kernelSymbols(lateText(offset, id));
        case OptionReader.PRINTK -> contents.metadata.printkFormats(lateText(offset, id));
        default -> metadata.commandLines(section(offset, id));
      }
    } catch (DamageException e) {
      unusable(id, e);
    }
  }

  private LateText lateText(long offset, int id) {
    return () -> MetadataReader.sizedText(section(offset, id));
  }

  private void unusable(int id, DamageException e) {
    contents.diagnostics.error(
        "section", e.place(), "section " + METADATA.get(id) + " cannot be used: " + e.getMessage());
  }

  private void buffer(Cursor in) throws IOException {
    Place place = in.place();
    try {
      long section = in.u64();
      String name = in.string();
      String clock = in.string();
      long subBufferBytes = in.u32();
      long count = in.u32();
      long possible = in.remaining() / CPU_ENTRY_BYTES;
      if (count > possible) {
        contents.diagnostics.error(
            "cpu-count", place, "buffer lists " + count + " CPUs in the space of " + possible);
      }
      List<BufferTable.CpuData> cpus = new ArrayList<>();
      for (long i = 0; i < Math.min(count, Math.min(possible, Limits.CPUS)); i++) {
        cpus.add(new BufferTable.CpuData(in.u32(), in.u64(), in.u64()));
      }
      if (contents.buffers.size() == Limits.BUFFERS) {
        throw new DamageException(place, "more than " + Limits.BUFFERS + " buffers");
      }
      contents.buffers.add(
          new BufferTable(name, OptionReader.activeClock(clock), subBufferBytes, cpus));
      bufferSections.add(section);
      SectionHeader found = sectionHeader(section);
      if (found.id() != OptionReader.BUFFER) {
        contents.diagnostics.warning(
            "section",
            Place.at(section),
            "section " + found.id() + " where that of a buffer should be");
      }
    } catch (DamageException e) {
      contents.diagnostics.error("buffer", e.place(), "buffer: " + e.getMessage());
    }
  }

  /**
   * Whether the last section runs past the end of the file, or the file ends where one should be.
   */
  private boolean isCutOff(long fileSize) throws IOException {
    long end = header.bodyOffset();
    for (Long offset : sections(fileSize)) {
      try {
        end = Math.addExact(offset + SECTION_HEADER_BYTES, sectionHeader(offset).size());
      } catch (DamageException | ArithmeticException e) {
        return true;
      }
    }
    return end > fileSize || end == header.firstOptions();
  }

  /** Offsets of all sections, as far as they follow each other. */
  private List<Long> sections(long fileSize) throws IOException {
    List<Long> offsets = new ArrayList<>();
    long offset = header.bodyOffset();
    while (offset <= fileSize - SECTION_HEADER_BYTES) {
      SectionHeader found;
      try {
        found = sectionHeader(offset);
      } catch (DamageException e) {
        break;
      }
      if (found.size() < 0 || found.id() > OptionReader.MODULES_FILE) {
        break;
      }
      offsets.add(offset);
      long rest = fileSize - offset - SECTION_HEADER_BYTES;
      offset += SECTION_HEADER_BYTES + Math.min(found.size(), rest);
    }
    return offsets;
  }

  /**
   * Goes over all sections in the order of the file, for what the chain of options does not lead
   * to.
   */
  private void walk(long fileSize) throws IOException {
    List<Long> buffers = new ArrayList<>();
    for (Long offset : sections(fileSize)) {
      try {
        int id = sectionHeader(offset).id();
        if (id == OPTIONS_SECTION && !optionsSections.contains(offset)) {
          contents.diagnostics.warning(
              "options-chain", Place.at(offset), "options section found outside the chain");
          optionsSection(offset, fileSize);
        } else if (METADATA.containsKey(id) && !sectionsRead.contains(id)) {
          contents.diagnostics.warning(
              "options-chain",
              Place.at(offset),
              "section " + METADATA.get(id) + " found outside the chain");
          metadataSection(id, offset, Place.at(offset));
        } else if (id == OptionReader.BUFFER) {
          buffers.add(offset);
        }
      } catch (DamageException e) {
        throw new AssertionError("section header was read before", e);
      }
    }
    for (Long offset : buffers) {
      if (!bufferSections.contains(offset)) {
        rescue(offset);
      }
    }
  }

  private void rescue(long offset) throws IOException {
    Place place = Place.at(offset);
    try {
      SectionHeader found = sectionHeader(offset);
      PageLayout layout = contents.layoutOr(header);
      long from = offset + SECTION_HEADER_BYTES;
      long to = from + Math.min(found.size(), start.at(from).remaining());
      BufferRescue rescue = new BufferRescue(start, layout);
      List<BufferTable.CpuData> cpus =
          codec == null ? rescue.plain(from, to) : rescue.chunks(from, to);
      contents.diagnostics.error(
          "cpu-table",
          place,
          "the table of a buffer's CPUs is missing; its data look like those of "
              + cpus.size()
              + " CPUs, numbered from 0 here");
      contents.buffers.add(new BufferTable("", null, layout.subBufferBytes(), cpus));
    } catch (DamageException e) {
      contents.diagnostics.error(
          "buffer", e.place(), "buffer without a table of its CPUs: " + e.getMessage());
    }
  }

  private SectionHeader sectionHeader(long offset) throws IOException, DamageException {
    if (offset < 0) {
      throw new DamageException(Place.at(0), "section offset is out of range");
    }
    Cursor in = start.at(offset);
    int id = in.u16();
    int flags = in.u16();
    in.skip(4);
    return new SectionHeader(id, flags, in.u64());
  }

  /** The uncompressed content of a section, which must have that id. */
  private Cursor section(long offset, int id) throws IOException, DamageException {
    SectionHeader found = sectionHeader(offset);
    if (found.id() != id) {
      throw new DamageException(Place.at(offset), "section has id " + found.id() + ", not " + id);
    }
    Cursor in = start.at(offset);
    in.skip(SECTION_HEADER_BYTES);
    if ((found.flags() & COMPRESSED) == 0) {
      if (found.size() < 0 || found.size() > in.remaining()) {
        contents.diagnostics.error(
            "section", Place.at(offset), "section " + id + " is longer than the file");
        return in;
      }
      return in.slice(found.size());
    }
    return uncompressed(in.slice(found.size()), offset);
  }

  private Cursor uncompressed(Cursor in, long offset) throws IOException, DamageException {
    Place place = Place.at(offset);
    if (codec == null) {
      throw new DamageException(place, "section is compressed in a file that has no compression");
    }
    long compressed = in.u32();
    long size = in.u32();
    if (compressed > in.remaining() || compressed > Limits.SECTION_BYTES) {
      throw new DamageException(place, "compressed size " + compressed + " is out of range");
    }
    if (!Expansion.isLikely(size, (int) compressed, Limits.SECTION_BYTES)) {
      throw new DamageException(
          place, "claims to be " + size + " bytes made of " + compressed + " compressed ones");
    }
    Expansion expansion = new Expansion();
    try {
      if (!expansion.run(
          codec, in.bytes(compressed), (int) compressed, size, Limits.SECTION_BYTES)) {
        throw new DamageException(place, "more than " + Limits.SECTION_BYTES + " bytes");
      }
    } catch (DataFormatException e) {
      throw new DamageException(place, "damaged compressed data (" + e.getMessage() + ")");
    }
    if (expansion.length() != size) {
      contents.diagnostics.warning(
          "section-size", place, "section has " + expansion.length() + " bytes, not " + size);
    }
    return Cursor.of(expansion.bytes(), expansion.length(), header.bigEndian(), offset);
  }
}

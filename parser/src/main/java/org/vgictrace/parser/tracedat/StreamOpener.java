package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.RandomBytes;

/** Makes a stream of records of each CPU in each buffer, as far as its data are in the file. */
final class StreamOpener {
  private static final int READ_BYTES_MAX = 128 << 10;

  private final RandomBytes file;
  private final FileHeader header;
  private final Contents contents;
  private final PageLayout layout;
  private final ChunkPages.@Nullable Shared chunks;
  private final Names dictionary;
  private final NavigableSet<Long> starts = new TreeSet<>();
  private long unused;
  private long damaged;

  StreamOpener(
      RandomBytes file,
      FileHeader header,
      Contents contents,
      PageLayout layout,
      @Nullable Codec codec,
      Names dictionary) {
    this.file = file;
    this.header = header;
    this.contents = contents;
    this.layout = layout;
    this.dictionary = dictionary;
    this.chunks =
        codec == null
            ? null
            : new ChunkPages.Shared(
                codec, header.bigEndian(), contents.diagnostics, Limits.CHUNK_MEMORY);
  }

  /** CPUs and chunks of which something could not be used. */
  long damaged() {
    return damaged + (chunks == null ? 0 : chunks.damaged());
  }

  /**
   * Opens all streams, in the order of buffers and CPUs.
   *
   * @param clock the capture's clock
   * @param names what the instances are called; null for those that are not wanted
   */
  List<CpuStream> open(@Nullable String clock, Function<String, @Nullable String> names)
      throws IOException {
    unused = file.size();
    for (BufferTable buffer : contents.buffers) {
      for (BufferTable.CpuData data : buffer.cpus()) {
        if (data.size() != 0) {
          starts.add(data.offset());
        }
      }
    }
    int count = Math.max(1, contents.buffers.stream().mapToInt(b -> b.cpus().size()).sum());
    int readBytes = Math.min(READ_BYTES_MAX, Limits.READ_MEMORY / count);
    List<CpuStream> streams = new ArrayList<>();
    for (BufferTable buffer : contents.buffers) {
      String name = names.apply(buffer.name());
      if (name == null) {
        continue;
      }
      String other = buffer.clock();
      if (other != null && !other.equals(clock)) {
        contents.diagnostics.warning(
            "clock",
            Place.at(0),
            "buffer '"
                + buffer.name()
                + "' has clock "
                + other
                + ", not "
                + clock
                + "; its events may be out of order");
      }
      int pageBytes = pageBytes(buffer);
      int nameId = dictionary.intern(name);
      Set<Long> cpus = new HashSet<>();
      for (BufferTable.CpuData data : buffer.cpus()) {
        Place place = Place.at(Math.max(0, data.offset()));
        long end = end(buffer, data, cpus, place);
        if (end > data.offset()) {
          streams.add(stream(data, end, pageBytes, nameId, readBytes, clock));
        }
      }
    }
    return streams;
  }

  private CpuStream stream(
      BufferTable.CpuData data,
      long end,
      int pageBytes,
      int nameId,
      int readBytes,
      @Nullable String clock)
      throws IOException {
    PageSource pages =
        chunks == null
            ? new PlainPages(file, data.offset(), end, pageBytes, readBytes)
            : new ChunkPages(file, data.offset(), end, pageBytes, chunks);
    int cpu = (int) data.cpu();
    return new CpuStream(
        cpu,
        nameId,
        pages,
        header.bigEndian(),
        layout,
        pageBytes,
        contents.timeShift(cpu),
        contents.timeScaleOf(clock),
        contents.diagnostics);
  }

  /** Where a CPU's data end; its offset if they cannot be used. */
  private long end(BufferTable buffer, BufferTable.CpuData data, Set<Long> cpus, Place place) {
    long offset = data.offset();
    long size = data.size();
    if (size == 0) {
      return offset;
    }
    if (data.cpu() >= Limits.CPUS) {
      return refuse(data, place, "number is not that of a CPU");
    }
    if (offset < 0 || offset >= file.size()) {
      return refuse(data, place, "data lie outside the file");
    }
    if (!cpus.add(data.cpu())) {
      contents.diagnostics.warning(
          "cpu", place, "CPU " + data.cpu() + " of buffer '" + buffer.name() + "' is listed twice");
    }
    Long next = starts.higher(offset);
    long present = (next != null ? Math.min(next, file.size()) : file.size()) - offset;
    if (size < 0 || size > present) {
      contents.diagnostics.error(
          "cpu-data",
          place,
          "CPU "
              + data.cpu()
              + ": room for "
              + present
              + " bytes of data in place of "
              + Long.toUnsignedString(size));
      damaged++;
      size = present;
    }
    if (size > unused) {
      return refuse(data, place, "data overlap those of other CPUs");
    }
    unused -= size;
    return offset + size;
  }

  private long refuse(BufferTable.CpuData data, Place place, String why) {
    damaged++;
    contents.diagnostics.error("cpu-data", place, "CPU " + data.cpu() + " cannot be read: " + why);
    return data.offset();
  }

  /** The buffer's page size; if it cannot be, that of the page layout. */
  private int pageBytes(BufferTable buffer) {
    long given = buffer.subBufferBytes();
    if (header.version() == 6) {
      return fallback();
    }
    if (isPossible(given)) {
      return (int) given;
    }
    contents.diagnostics.warning(
        "sub-buffer-size",
        Place.at(0),
        "buffer '"
            + buffer.name()
            + "' has pages of "
            + given
            + " bytes; "
            + fallback()
            + " are assumed");
    return fallback();
  }

  /** System page size, or the size of the ring buffer's pages where that is larger. */
  private int fallback() {
    int described = layout.subBufferBytes();
    boolean system = isPossible(header.pageBytes()) && header.pageBytes() > described;
    int size = system ? (int) header.pageBytes() : described;
    return isPossible(size) ? size : 4096;
  }

  private static boolean isPossible(long bytes) {
    return bytes >= Limits.SUB_BUFFER_BYTES_MIN
        && bytes <= Limits.SUB_BUFFER_BYTES_MAX
        && Long.bitCount(bytes) == 1;
  }
}

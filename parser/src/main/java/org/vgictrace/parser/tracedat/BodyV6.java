package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DamageException;
import org.vgictrace.parser.record.MetadataReader;

/**
 * The metadata of version 6: one sequence without a directory, so that nothing behind damage can be
 * found.
 *
 * <pre>
 *   header pages, ftrace formats, event formats, kallsyms, printk formats, command lines, u32 CPU count
 *   "options  \0"  { u16 id   u32 size   data } ...  u16 0
 *   "flyrecord\0"  per CPU { u64 offset   u64 size }
 * </pre>
 *
 * A BUFFER option leads to another pair of options and CPU table, that of an instance.
 */
final class BodyV6 {
  private static final String OPTIONS = "options  \0";
  private static final String FLYRECORD = "flyrecord\0";
  private static final String LATENCY = "latency  \0";
  private static final int TAG_BYTES = 10;

  private record Instance(String name, long offset) {}

  private final String file;
  private final FileHeader header;
  private final Cursor start;
  private final Contents contents;
  private final OptionReader options;
  private final List<Instance> instances = new ArrayList<>();

  BodyV6(String file, FileHeader header, Cursor start, Contents contents) {
    this.file = file;
    this.header = header;
    this.start = start;
    this.contents = contents;
    this.options = new OptionReader(contents);
  }

  /**
   * Reads all of it.
   *
   * @throws InputException if it ends before the table of the CPUs
   */
  void read() throws IOException {
    Cursor in = start.at(header.bodyOffset());
    MetadataReader metadata = new MetadataReader(contents.metadata);
    String part = "";
    try {
      metadata.sequence(in);
      part = "number of CPUs: ";
      long cpus = in.u32();
      part = "options: ";
      String tag = tagAfterOptions(in, true);
      if (!tag.equals(FLYRECORD)) {
        throw new InputException(
            file,
            in.place(),
            tag.equals(LATENCY)
                ? "holds latency-format text, which is not supported"
                : "no CPU table where it should be");
      }
      cpuTable(in, "", Math.max(cpus, contents.cpuCount), true);
    } catch (DamageException e) {
      throw new InputException(file, e.place(), part + e.getMessage());
    }
    readInstances();
  }

  private void readInstances() throws IOException {
    Set<Long> seen = new HashSet<>();
    for (Instance instance : List.copyOf(instances)) {
      Place place = Place.at(instance.offset());
      try {
        if (instance.offset() < 0 || !seen.add(instance.offset())) {
          throw new DamageException(place, "offset is out of range or used twice");
        }
        if (seen.size() > Limits.BUFFERS) {
          throw new DamageException(place, "more than " + Limits.BUFFERS + " buffers");
        }
        Cursor in = start.at(instance.offset());
        if (!tagAfterOptions(in, false).equals(FLYRECORD)) {
          throw new DamageException(place, "no CPU table");
        }
        cpuTable(in, instance.name(), Math.max(0, contents.cpuCount), false);
      } catch (DamageException e) {
        contents.diagnostics.error("buffer", e.place(), "buffer: " + e.getMessage());
      }
    }
  }

  /** Reads the tag here, and options if it announces them; returns the tag that is left. */
  private String tagAfterOptions(Cursor in, boolean top) throws IOException, DamageException {
    String tag = tag(in);
    if (!tag.equals(OPTIONS)) {
      return tag;
    }
    for (int id = in.u16(); id != OptionReader.DONE; id = in.u16()) {
      Cursor data = in.slice(in.u32());
      if (id == OptionReader.BUFFER && top) {
        instance(data);
      } else if (data.remaining() <= Limits.OPTION_BYTES) {
        options.read(id, data);
      }
    }
    return tag(in);
  }

  private void instance(Cursor data) throws IOException {
    try {
      long offset = data.u64();
      instances.add(new Instance(data.rest(), offset));
    } catch (DamageException e) {
      contents.diagnostics.error("buffer", e.place(), "buffer: " + e.getMessage());
    }
  }

  private static String tag(Cursor in) throws IOException, DamageException {
    return new String(in.bytes(TAG_BYTES), StandardCharsets.ISO_8859_1);
  }

  private void cpuTable(Cursor in, String name, long count, boolean top) throws IOException {
    List<BufferTable.CpuData> cpus = new ArrayList<>();
    try {
      if (count > Limits.CPUS) {
        throw new DamageException(in.place(), count + " CPUs are more than " + Limits.CPUS);
      }
      contents.cpuCount = (int) Math.max(contents.cpuCount, count);
      for (long cpu = 0; cpu < count; cpu++) {
        long offset = in.u64();
        long size = in.u64();
        if (offset != 0 || size != 0) {
          cpus.add(new BufferTable.CpuData(cpu, offset, size));
        }
      }
      if (top && in.remaining() > Long.BYTES) {
        clockOfData(in);
      }
    } catch (DamageException e) {
      contents.diagnostics.error(
          "cpu-table",
          e.place(),
          "table of " + count + " CPUs ends after " + cpus.size() + ": " + e.getMessage());
    }
    contents.buffers.add(new BufferTable(name, null, 0, cpus));
  }

  /**
   * The clock once more, behind the table; files without a TRACECLOCK option have padding there.
   */
  private void clockOfData(Cursor in) throws IOException, DamageException {
    long size = in.u64();
    if (size > 0 && size <= Limits.NAME_BYTES && size <= in.remaining()) {
      String text = in.slice(size).rest();
      if (text.startsWith("[")) {
        contents.clock = OptionReader.activeClock(text);
      }
    }
  }
}

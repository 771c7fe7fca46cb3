package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.printfmt.RecordTexts;
import org.vgictrace.parser.record.CommandLines;
import org.vgictrace.parser.record.Cursor;
import org.vgictrace.parser.record.DecoderCompiler;
import org.vgictrace.parser.record.EventCatalog;

/** An opened {@code trace.dat}. */
final class TraceDatCapture implements Capture {
  /** Clocks that count nanoseconds (kernel/trace/trace.c, trace_clocks, Linux 7.2). */
  static final Set<String> NANOSECOND_CLOCKS =
      Set.of("local", "global", "perf", "mono", "mono_raw", "boot", "tai");

  private final Input input;
  private final RandomBytes file;
  private final FileHeader header;
  private final Contents contents;
  private final PageLayout layout;
  private final @Nullable Codec codec;
  private final BindingPacks packs;
  private final CaptureMeta meta;
  private boolean read;

  private TraceDatCapture(
      Input input,
      RandomBytes file,
      FileHeader header,
      Contents contents,
      @Nullable Codec codec,
      BindingPacks packs) {
    this.input = input;
    this.file = file;
    this.header = header;
    this.contents = contents;
    this.codec = codec;
    this.packs = packs;
    this.layout = contents.layoutOr(header);
    this.meta = meta(input.name(), header, contents);
  }

  static TraceDatCapture open(Input input, BindingPacks packs) throws IOException {
    RandomBytes file = input.random();
    Contents contents = new Contents();
    String damage = input.stream().damage();
    if (damage != null) {
      contents.diagnostics.error("input", Place.at(file.size()), damage);
    }
    FileHeader header = FileHeader.read(input.name(), Cursor.of(file, false, 0));
    if (header.longBytes() != 4 && header.longBytes() != 8) {
      contents.diagnostics.warning(
          "long-size",
          Place.at(0),
          "user-space long of " + header.longBytes() + " bytes; not used");
    }
    Codec codec = Codec.named(header.compression());
    try {
      Cursor start = Cursor.of(file, header.bigEndian(), 0);
      if (header.version() == 6) {
        new BodyV6(input.name(), header, start, contents).read();
      } else {
        new BodyV7(input.name(), header, start, contents, codec).read();
      }
      return new TraceDatCapture(input, file, header, contents, codec, packs);
    } catch (IOException | RuntimeException e) {
      if (codec != null) {
        codec.close();
      }
      throw e;
    }
  }

  @Override
  public CaptureMeta meta() {
    return meta;
  }

  @Override
  public CaptureCounts read(Set<Kind> wanted, BatchConsumer consumer) throws IOException {
    if (read) {
      throw new IllegalStateException("a capture is read once");
    }
    read = true;
    Names names = new Names();
    StreamOpener opener = new StreamOpener(file, header, contents, layout, codec, names);
    List<CpuStream> streams = opener.open(meta.clock());
    EventCatalog catalog =
        new EventCatalog(
            contents.formats,
            packs,
            new DecoderCompiler(wanted, header.bigEndian(), names),
            layout.commitBytes(),
            contents.diagnostics);
    CommandLines commandLines = contents.metadata.commandLines();
    RecordReader reader =
        new RecordReader(
            catalog,
            commandLines != null ? commandLines : new CommandLines(new byte[0]),
            header.bigEndian(),
            wanted.contains(Kind.LOST));
    reader.read(streams, new BatchPool(names), consumer);
    return reader.counts(streams, contents, opener.damaged());
  }

  @Override
  public PayloadText payloadText() {
    return new RecordTexts(contents.metadata, header.bigEndian(), layout.commitBytes());
  }

  @Override
  public void close() throws IOException {
    if (codec != null) {
      codec.close();
    }
    input.close();
  }

  private static CaptureMeta meta(String name, FileHeader header, Contents contents) {
    String clock = clock(contents);
    boolean converted = contents.timeScaleOf(clock) != null;
    long wall;
    try {
      wall = Math.addExact(contents.dateNs, contents.offsetNs);
    } catch (ArithmeticException e) {
      wall = 0;
    }
    return new CaptureMeta(
        name,
        "trace.dat v" + header.version(),
        contents.release,
        contents.arch,
        clock,
        converted || clock == null || NANOSECOND_CLOCKS.contains(clock),
        cpus(contents),
        header.compression(),
        contents.metadata.eventNames(),
        wall);
  }

  /** The clock of the first buffer that names one, else that of the file. */
  private static @Nullable String clock(Contents contents) {
    for (BufferTable buffer : contents.buffers) {
      if (buffer.clock() != null) {
        return buffer.clock();
      }
    }
    return contents.clock;
  }

  private static List<Integer> cpus(Contents contents) {
    TreeSet<Integer> cpus = new TreeSet<>();
    for (int cpu = 0; cpu < contents.cpuCount; cpu++) {
      cpus.add(cpu);
    }
    for (BufferTable buffer : contents.buffers) {
      for (BufferTable.CpuData data : buffer.cpus()) {
        if (data.cpu() < Limits.CPUS) {
          cpus.add((int) data.cpu());
        }
      }
    }
    return List.copyOf(cpus);
  }
}

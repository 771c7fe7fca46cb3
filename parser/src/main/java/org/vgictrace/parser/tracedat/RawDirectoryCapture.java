package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.Inputs;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.printfmt.RecordTexts;

/** An opened directory with the raw ring buffers of CPUs, one file each; see {@link RawFiles}. */
final class RawDirectoryCapture implements Capture {
  private static final int FILES_MAX = 512;
  private static final int READ_BYTES_MAX = 128 << 10;

  /** An opened file with pages. */
  private record Source(Input input, RandomBytes content, int cpu, String instance) {}

  private final List<Source> sources;
  private final RawShape shape;
  private final Contents contents;
  private final BindingPacks packs;
  private final CaptureMeta meta;
  private @Nullable String instance;
  private boolean read;

  private RawDirectoryCapture(
      Path directory, List<Source> sources, RawShape shape, Contents contents, BindingPacks packs) {
    this.sources = sources;
    this.shape = shape;
    this.contents = contents;
    this.packs = packs;
    this.meta = meta(directory.toString(), sources, contents);
  }

  /**
   * Opens a directory.
   *
   * @return null if it holds no pages
   * @throws InputException if it holds pages, but nothing that says what they mean
   */
  static @Nullable RawDirectoryCapture open(Path directory, BindingPacks packs) throws IOException {
    RawFiles files = new RawFiles(directory);
    List<RawFiles.PageFile> candidates = files.pages();
    if (candidates.isEmpty()) {
      return null;
    }
    Contents contents = new Contents();
    RawMetadata metadata = new RawMetadata(contents);
    metadata.readFormats(files);
    RawShape shape = shape(candidates, contents.metadata.layout());
    if (shape == null) {
      return null;
    }
    if (contents.formats.isEmpty()) {
      throw InputException.unrecognised(
          directory.toString(),
          "holds raw ring buffers but no formats of events (the directory events of tracefs)");
    }
    metadata.readTexts(directory);
    List<Source> sources = new ArrayList<>();
    try {
      openAll(candidates, shape, metadata, sources);
      return new RawDirectoryCapture(directory, sources, shape, contents, packs);
    } catch (IOException | RuntimeException e) {
      closeAll(sources);
      throw e;
    }
  }

  /** How the pages are to be read; null if no file holds any. */
  private static @Nullable RawShape shape(
      List<RawFiles.PageFile> candidates, @Nullable PageLayout described) throws IOException {
    boolean certain = false;
    for (RawFiles.PageFile file : candidates) {
      try (Input input = Inputs.open(file.path())) {
        RawShape shape = RawShape.of(input.random(), described);
        if (shape != null) {
          return shape;
        }
      }
      certain |= file.certain();
    }
    return certain && described != null ? new RawShape(described, false) : null;
  }

  private static void openAll(
      List<RawFiles.PageFile> candidates,
      RawShape shape,
      RawMetadata metadata,
      List<Source> sources)
      throws IOException {
    for (RawFiles.PageFile file : candidates) {
      if (sources.size() == FILES_MAX) {
        metadata.tooManyFiles(FILES_MAX);
        return;
      }
      Input input = Inputs.open(file.path());
      boolean kept = false;
      try {
        RandomBytes content = input.random();
        if (file.certain() || shape.fits(content)) {
          kept = sources.add(new Source(input, content, file.cpu(), file.instance()));
          metadata.readStatistics(file);
          metadata.damaged(file, input.stream().damage());
        }
      } finally {
        if (!kept) {
          input.close();
        }
      }
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
    Origin origin =
        Origin.of(
            contents, packs, wanted, shape.bigEndian(), shape.layout().commitBytes(), names, "");
    RecordReader reader = new RecordReader(origin, wanted.contains(Kind.LOST));
    int readBytes = Math.min(READ_BYTES_MAX, Limits.READ_MEMORY / sources.size());
    List<CpuStream> streams = new ArrayList<>();
    for (Source source : sources) {
      if (instance != null && !instance.equals(source.instance())) {
        continue;
      }
      streams.add(
          shape.stream(
              source.content(),
              source.content().size(),
              source.cpu(),
              names.intern(source.instance()),
              readBytes,
              contents.diagnostics));
    }
    reader.read(streams, new BatchPool(names), consumer);
    return reader.counts(streams, contents, 0);
  }

  @Override
  public boolean select(String wantedInstance) {
    instance = wantedInstance;
    return sources.stream().anyMatch(source -> source.instance().equals(wantedInstance));
  }

  @Override
  public PayloadText payloadText() {
    return new RecordTexts(contents.metadata, shape.bigEndian(), shape.layout().commitBytes());
  }

  @Override
  public void close() throws IOException {
    closeAll(sources);
  }

  private static void closeAll(List<Source> sources) throws IOException {
    for (Source source : sources) {
      source.input().close();
    }
  }

  private static CaptureMeta meta(String name, List<Source> sources, Contents contents) {
    String clock = contents.clock;
    TreeSet<Integer> cpus = new TreeSet<>();
    sources.forEach(source -> cpus.add(source.cpu()));
    return new CaptureMeta(
        name,
        CaptureMeta.RAW_BUFFERS,
        contents.release,
        contents.arch,
        clock,
        clock == null || TraceDatCapture.NANOSECOND_CLOCKS.contains(clock),
        List.copyOf(cpus),
        null,
        contents.metadata.eventNames(),
        0);
  }
}

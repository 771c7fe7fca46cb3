package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.PayloadText;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.RandomBytes;
import org.vgictrace.parser.perf.FileHeader.Section;
import org.vgictrace.parser.printfmt.RecordTexts;
import org.vgictrace.parser.record.DecoderCompiler;
import org.vgictrace.parser.record.EventCatalog;
import org.vgictrace.parser.record.RecordRows;

/** An opened {@code perf.data}. */
final class PerfDataCapture implements Capture {
  private final List<Input> inputs;
  private final Words words;
  private final Recording recording;
  private final BindingPacks packs;
  private final CaptureMeta meta;
  private final List<DataPart> parts;
  private final long headersRead;
  private boolean read;

  private PerfDataCapture(
      String name,
      List<Input> inputs,
      FileHeader header,
      Recording recording,
      BindingPacks packs,
      List<DataPart> parts,
      long headersRead) {
    this.inputs = inputs;
    this.words = new Words(header.bigEndian());
    this.recording = recording;
    this.packs = packs;
    this.parts = parts;
    this.headersRead = headersRead;
    this.meta = meta(name, header, recording);
  }

  /** Opens a file or a stream. */
  static PerfDataCapture open(Input input, BindingPacks packs) throws IOException {
    PerfDataCapture capture = open(input.name(), List.of(input), packs);
    if (capture.recording.directory) {
      capture.recording.diagnostics.error(
          "directory-part",
          Place.at(0),
          "the samples are in the files data.0 and so on beside this one; give their directory");
    }
    return capture;
  }

  /**
   * Opens what {@code perf record --threads} made.
   *
   * @param inputs the file with the attributes and those with the samples, in their order
   */
  static PerfDataCapture openDirectory(String name, List<Input> inputs, BindingPacks packs)
      throws IOException {
    PerfDataCapture capture = open(name, inputs, packs);
    if (!capture.recording.directory) {
      capture.recording.diagnostics.warning(
          "directory-head",
          Place.at(0),
          "the file data does not say that the samples are in files beside it");
    }
    return capture;
  }

  private static PerfDataCapture open(String name, List<Input> inputs, BindingPacks packs)
      throws IOException {
    Input input = inputs.get(0);
    RandomBytes file = input.random();
    Recording recording = new Recording();
    note(input, recording, inputs.size() > 1);
    FileHeader header = FileHeader.read(input.name(), file);
    if (header.pipe()) {
      long end = readHeaderRecords(input.name(), file, header, recording);
      DataPart all = new DataPart(file, "", FileHeader.PIPE_BYTES, file.size());
      return new PerfDataCapture(name, inputs, header, recording, packs, List.of(all), end);
    }
    new AttrReader(recording, header.bigEndian()).readAll(input.name(), file, header);
    Section data = header.data();
    if (data.offset() < FileHeader.PIPE_BYTES || data.offset() > file.size()) {
      throw new InputException(input.name(), Place.at(40), "data lie outside the file");
    }
    long to = data.end(file.size());
    if (data.size() == 0) {
      to = file.size();
      recording.diagnostics.error(
          "data-unfinished",
          Place.at(48),
          "the recording was not ended properly; formats and features are missing");
    } else if (!data.isWithin(file.size())) {
      recording.diagnostics.error(
          "data-cut",
          Place.at(file.size()),
          "the file ends within the data; formats and features are missing");
    } else {
      new FeatureReader(recording, header.bigEndian()).readAll(file, to, header.features());
    }
    List<DataPart> parts = new ArrayList<>();
    String first = inputs.size() > 1 ? lastName(input) : "";
    parts.add(new DataPart(file, first, data.offset(), to));
    for (Input other : inputs.subList(1, inputs.size())) {
      RandomBytes records = other.random();
      note(other, recording, true);
      parts.add(new DataPart(records, lastName(other), 0, records.size()));
    }
    return new PerfDataCapture(name, inputs, header, recording, packs, parts, 0);
  }

  private static void note(Input input, Recording recording, boolean several) throws IOException {
    String damage = input.stream().damage();
    if (damage != null) {
      Place end = Place.at(input.random().size());
      recording.diagnostics.error("input", several ? end.in(lastName(input)) : end, damage);
    }
  }

  private static String lastName(Input input) {
    String name = input.name();
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }

  /** Reads what a stream begins with. Returns where its first sample is. */
  private static long readHeaderRecords(
      String name, RandomBytes file, FileHeader header, Recording recording) throws IOException {
    Words words = new Words(header.bigEndian());
    HeaderRecords headers = new HeaderRecords(file, recording, words);
    RecordWalk walk =
        new RecordWalk(
            new DataPart(file, "", FileHeader.PIPE_BYTES, file.size()),
            words,
            new BlockPool(),
            new Diagnostics());
    long end =
        walk.read(
            (block, at, size) -> {
              int type = words.s32(block.bytes, at);
              boolean data =
                  type == RecordType.SAMPLE
                      || type == RecordType.COMPRESSED
                      || type == RecordType.COMPRESSED2;
              if (data) {
                return RecordCutter.STOP;
              }
              headers.read(type, block.fileOffset(at), size);
              return headers.behind(block.bytes, at, size);
            });
    if (recording.attrs.isEmpty()) {
      throw new InputException(name, Place.at(end), "no attributes of any event");
    }
    return end;
  }

  private static CaptureMeta meta(String name, FileHeader header, Recording recording) {
    String clock = recording.attrs.get(0).clock();
    return new CaptureMeta(
        name,
        header.pipe()
            ? "perf.data stream"
            : recording.directory ? "perf.data directory" : "perf.data",
        recording.release,
        recording.arch,
        clock,
        true,
        IntStream.range(0, recording.cpus).boxed().toList(),
        recording.compressed ? "zstd" : "none",
        recording.metadata.eventNames(),
        recording.wallOffsetNs,
        recording.recorder());
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
    DecoderCompiler compiler = new DecoderCompiler(wanted, words.isBigEndian(), names);
    EventCatalog catalog =
        new EventCatalog(
            recording.metadata.formats(),
            packs,
            compiler,
            recording.longBytes,
            recording.diagnostics);
    Events events = new Events(recording, catalog, compiler);
    RecordRows rows = new RecordRows(new BatchPool(names), consumer, wanted.contains(Kind.LOST));
    Tally tally = new Tally(recording.diagnostics);
    Leftovers leftovers = new Leftovers();
    BlockPool blocks = new BlockPool();
    SampleReader samples =
        new SampleReader(
            recording,
            words,
            events,
            rows,
            tally,
            leftovers,
            wanted.contains(Kind.SCHED_SWITCH),
            blocks.take());
    TimeQueue queue = new TimeQueue(blocks, samples);
    long damaged =
        DataFiles.read(
            readers(
                new DataReader.Shared(recording, words, blocks, samples, queue, tally, leftovers)),
            queue);
    leftovers.report(samples, tally, queue.overflowed());
    rows.flush();
    return tally.counts(events, damaged);
  }

  private List<DataReader> readers(DataReader.Shared shared) {
    List<DataReader> readers = new ArrayList<>();
    for (DataPart part : parts) {
      HeaderRecords headers = new HeaderRecords(part.file(), recording, words);
      boolean first = readers.isEmpty();
      readers.add(
          new DataReader(
              shared, headers, first ? headersRead : Long.MAX_VALUE, part, parts.size() > 1));
    }
    return readers;
  }

  @Override
  public PayloadText payloadText() {
    return new RecordTexts(recording.metadata, words.isBigEndian(), recording.longBytes);
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    for (Input input : inputs) {
      try {
        input.close();
      } catch (IOException e) {
        failed = e;
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}

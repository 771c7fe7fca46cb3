package org.vgictrace.parser.tracedat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.vgictrace.parser.record.Cursor;

/** An opened {@code trace.dat}. */
final class TraceDatCapture implements Capture {
  /** Clocks that count nanoseconds (kernel/trace/trace.c, trace_clocks, Linux 7.2). */
  static final Set<String> NANOSECOND_CLOCKS =
      Set.of("local", "global", "perf", "mono", "mono_raw", "boot", "tai");

  private static final String HOST_LABEL = "";

  private final Input input;
  private final RandomBytes file;
  private final FileHeader header;
  private final Contents contents;
  private final PageLayout layout;
  private final @Nullable Codec codec;
  private final BindingPacks packs;
  private final CaptureMeta meta;

  /** Recordings of guests by their names; closed with this one. */
  private final Map<String, TraceDatCapture> guests = new LinkedHashMap<>();

  private @Nullable String instance;
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
    Origin origin =
        Origin.of(
            contents, packs, wanted, header.bigEndian(), layout.commitBytes(), names, HOST_LABEL);
    RecordReader reader = new RecordReader(origin, wanted.contains(Kind.LOST));
    List<CpuStream> streams = new ArrayList<>();
    List<StreamOpener> openers = new ArrayList<>();
    openers.add(open(streams, names, HOST_LABEL));
    for (Map.Entry<String, TraceDatCapture> guest : guests.entrySet()) {
      openers.add(
          guest.getValue().openAsGuest(guest.getKey(), contents, reader, streams, wanted, names));
    }
    reader.read(streams, new BatchPool(names), consumer);
    for (TraceDatCapture guest : guests.values()) {
      guest.contents.diagnostics.entries().forEach(contents.diagnostics::add);
    }
    long damaged = openers.stream().mapToLong(StreamOpener::damaged).sum();
    return reader.counts(streams, contents, damaged);
  }

  /**
   * Opens the streams of wanted instances.
   *
   * @param label name of the guest this is, empty for the host
   * @return what opened them, which knows of damage once they are read
   */
  private StreamOpener open(List<CpuStream> streams, Names names, String label) throws IOException {
    StreamOpener opener = new StreamOpener(file, header, contents, layout, codec, names);
    streams.addAll(
        opener.open(meta.clock(), buffer -> isWanted(buffer) ? label(label, buffer) : null));
    return opener;
  }

  private boolean isWanted(String buffer) {
    return instance == null || instance.equals(buffer);
  }

  private static String label(String guest, String buffer) {
    return guest.isEmpty() ? buffer : buffer.isEmpty() ? guest : guest + '/' + buffer;
  }

  /** Adds this guest's streams; its events are {@code other}, because the model is the host's. */
  private StreamOpener openAsGuest(
      String label,
      Contents host,
      RecordReader reader,
      List<CpuStream> streams,
      Set<Kind> wanted,
      Names names)
      throws IOException {
    Origin origin =
        Origin.of(
            contents,
            BindingPacks.none(),
            wanted,
            header.bigEndian(),
            layout.commitBytes(),
            names,
            label);
    List<CpuStream> own = new ArrayList<>();
    StreamOpener opener = open(own, names, label);
    Map<Integer, Integer> threads = Map.of();
    for (GuestLink link : host.guests) {
      threads = link.traceId() == contents.traceId ? link.threads() : threads;
    }
    reader.addGuest(
        origin, new GuestTime(threads), own.stream().map(stream -> stream.buffer).toList());
    streams.addAll(own);
    return opener;
  }

  @Override
  public boolean select(String wantedInstance) {
    instance = wantedInstance;
    return contents.buffers.stream().anyMatch(buffer -> buffer.name().equals(wantedInstance));
  }

  /**
   * Takes in the recording of a guest: one whose TIME_SHIFT leads to this recording, or that this
   * one names in a GUEST option. Its times are on this recording's clock then.
   */
  @Override
  public boolean join(Capture other) {
    if (!(other instanceof TraceDatCapture guest) || guest == this) {
      return false;
    }
    long id = guest.contents.traceId;
    String name = "";
    boolean known = false;
    for (GuestLink link : contents.guests) {
      if (id != 0 && link.traceId() == id) {
        known = true;
        name = link.name();
      }
    }
    boolean leadsHere = contents.traceId != 0 && guest.contents.hostTraceId == contents.traceId;
    if (!known && !leadsHere || guest.meta.nanoseconds() != meta.nanoseconds()) {
      return false;
    }
    if (guest.contents.timeShifts.isEmpty()) {
      contents.diagnostics.warning(
          "guest-time", Place.at(0), "a guest's recording does not say how its clock differs");
    }
    String label = "guest:" + (name.isEmpty() ? Integer.toString(guests.size()) : name);
    return guests.putIfAbsent(label, guest) == null;
  }

  @Override
  public PayloadText payloadText() {
    RecordTexts own = new RecordTexts(contents.metadata, header.bigEndian(), layout.commitBytes());
    Map<String, PayloadText> ofGuests = new HashMap<>();
    guests.forEach((label, guest) -> ofGuests.put(label, guest.payloadText()));
    return (buffer, bytes, start, length, out) -> {
      int slash = buffer.indexOf('/');
      PayloadText texts = ofGuests.get(slash < 0 ? buffer : buffer.substring(0, slash));
      return (texts != null ? texts : own).append(buffer, bytes, start, length, out);
    };
  }

  @Override
  public void close() throws IOException {
    for (TraceDatCapture guest : guests.values()) {
      guest.close();
    }
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

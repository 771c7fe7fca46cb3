package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.input.RandomBytes;

/**
 * Takes the records in the order of the file: unpacks those that are compressed, and lets those
 * that have a time wait for their turn. Not thread-safe.
 */
final class DataReader implements RecordCutter.Sink {
  private static final int COMPRESSED2_HEADER_BYTES = RecordType.HEADER_BYTES + Long.BYTES;

  private final Recording recording;
  private final HeaderRecords headers;
  private final long headersRead;
  private final Words words;
  private final BlockPool pool;
  private final Trailers trailers;
  private final SampleReader samples;
  private final TimeQueue queue;
  private final Tally tally;
  private final SortedMap<String, Long> throttled = new TreeMap<>();
  private @Nullable Unpacker unpacker;
  private long packedAt;
  private long timelessLosses;
  private long switches;
  private boolean untimed;

  /**
   * @param headersRead up to where records that describe the recording have been read before
   */
  DataReader(
      Recording recording,
      HeaderRecords headers,
      long headersRead,
      Words words,
      BlockPool pool,
      SampleReader samples,
      Tally tally) {
    this.recording = recording;
    this.headers = headers;
    this.headersRead = headersRead;
    this.words = words;
    this.pool = pool;
    this.trailers = new Trailers(recording, words);
    this.samples = samples;
    this.queue = new TimeQueue(pool, samples);
    this.tally = tally;
  }

  /** Reads a range of the file. Returns the number of places that could not be read. */
  long read(RandomBytes file, long from, long to) throws IOException {
    RecordWalk walk = new RecordWalk(file, from, to, words, pool, recording.diagnostics);
    try {
      walk.read(this);
      Unpacker last = unpacker;
      if (last != null && last.left() > 0) {
        tally.unparsed(
            "record-cut", Place.at(packedAt), "the last compressed record does not go on");
      }
    } finally {
      Unpacker last = unpacker;
      if (last != null) {
        last.close();
      }
    }
    queue.finish();
    summary();
    return walk.damaged();
  }

  @Override
  public long record(Block block, int at, int size) throws IOException {
    int type = words.s32(block.bytes, at);
    if (type == RecordType.SAMPLE) {
      sample(block, at, size);
      return 0;
    }
    return switch (type) {
      case RecordType.COMPRESSED -> {
        unpack(block, at, at + RecordType.HEADER_BYTES, size - RecordType.HEADER_BYTES);
        yield 0;
      }
      case RecordType.COMPRESSED2 -> {
        compressed2(block, at, size);
        yield 0;
      }
      default -> plain(block, at, size);
    };
  }

  private long unpacked(Block block, int at, int size) throws IOException {
    int type = words.s32(block.bytes, at);
    if (type == RecordType.COMPRESSED || type == RecordType.COMPRESSED2) {
      tally.unparsed("compressed-data", block.place(at), "compressed twice");
      return 0;
    }
    return plain(block, at, size);
  }

  private long plain(Block block, int at, int size) throws IOException {
    byte[] bytes = block.bytes;
    int type = words.s32(bytes, at);
    switch (type) {
      case RecordType.SAMPLE -> sample(block, at, size);
      case RecordType.FINISHED_ROUND -> queue.round();
      case RecordType.COMM, RecordType.FORK, RecordType.LOST -> timed(block, at, size, type);
      case RecordType.LOST_SAMPLES -> lostSamples(block, at, size);
      case RecordType.THROTTLE -> throttle(block, at, size);
      case RecordType.SWITCH, RecordType.SWITCH_CPU_WIDE -> switches++;
      default -> {
        if (!RecordType.isKnown(type)) {
          tally.unparsed("record-type", block.place(at), "record of unknown type " + type);
        } else if (type >= RecordType.HEADER_ATTR) {
          long behind = headers.behind(bytes, at, size);
          if (block.isExact() && block.fileOffset(at) >= headersRead) {
            headers.read(type, block.fileOffset(at), size);
          }
          return behind;
        }
      }
    }
    return 0;
  }

  private void sample(Block block, int at, int size) throws IOException {
    byte[] bytes = block.bytes;
    int attr = attr(bytes, at, size);
    if (attr < 0) {
      tally.unparsed("sample-id", block.place(at), "sample of an event that is not described");
      return;
    }
    SampleLayout layout = recording.attrs.get(attr).layout;
    if (layout.variable() > size) {
      tally.unparsed("sample-damaged", block.place(at), "sample of " + size + " bytes");
      return;
    }
    long ts;
    if (layout.time() >= 0) {
      ts = words.u64(bytes, at + layout.time());
    } else {
      untimed = true;
      ts = queue.latest();
    }
    queue.add(ts, block, at, attr);
  }

  /** The attribute of a sample, -1 if it cannot be told. */
  private int attr(byte[] bytes, int at, int size) {
    int count = recording.attrs.size();
    if (count <= 1) {
      return count - 1;
    }
    int id = recording.attrs.get(0).layout.id();
    if (id >= 0 && id + Long.BYTES <= size) {
      int attr = recording.ids.attr(words.u64(bytes, at + id));
      if (attr >= 0) {
        return attr;
      }
    }
    return recording.isUniform() ? samples.attrByRecord(bytes, at, size) : -1;
  }

  private void timed(Block block, int at, int size, int type) throws IOException {
    byte[] bytes = block.bytes;
    int least = type == RecordType.COMM ? 4 * Integer.BYTES : 3 * Long.BYTES;
    if (size < least) {
      tally.unparsed("record-damaged", block.place(at), "record of " + size + " bytes");
      return;
    }
    long ts = trailers.time(bytes, at, size);
    if (ts == 0 && type == RecordType.FORK && size >= 4 * Long.BYTES) {
      ts = words.u64(bytes, at + 3 * Long.BYTES);
    }
    if (type == RecordType.LOST) {
      queue.add(ts == 0 ? queue.latest() : ts, block, at, SampleReader.NO_SAMPLE);
    } else if (ts == 0 || ts == -1) {
      samples.thread(bytes, at, size);
    } else {
      queue.add(ts, block, at, SampleReader.NO_SAMPLE);
    }
  }

  /**
   * Takes {@code u64 lost}. At the end of a recording perf tells once more how much each event
   * lost, without a time; that includes what records of type LOST have told.
   */
  private void lostSamples(Block block, int at, int size) throws IOException {
    byte[] bytes = block.bytes;
    boolean filtered = (words.u16(bytes, at + 4) & RecordType.MISC_FILTERED) != 0;
    if (filtered || size < RecordType.HEADER_BYTES + Long.BYTES) {
      return;
    }
    long ts = trailers.time(bytes, at, size);
    if (ts == 0) {
      long lost = Math.max(0, words.u64(bytes, at + RecordType.HEADER_BYTES));
      timelessLosses = timelessLosses > Long.MAX_VALUE - lost ? lost : timelessLosses + lost;
    } else {
      queue.add(ts, block, at, SampleReader.NO_SAMPLE);
    }
  }

  /** Takes {@code u64 time, u64 id}. A tracepoint's samples are missing from there on. */
  private void throttle(Block block, int at, int size) throws IOException {
    int id = RecordType.HEADER_BYTES + Long.BYTES;
    if (size < id + Long.BYTES) {
      return;
    }
    EventAttr attr = recording.attrOf(words.u64(block.bytes, at + id));
    if (attr == null && recording.attrs.size() == 1) {
      attr = recording.attrs.get(0);
    }
    throttled.merge(attr == null ? "an event" : attr.name(), 1L, Long::sum);
    if (attr == null || attr.isTracepoint()) {
      long ts = words.u64(block.bytes, at + RecordType.HEADER_BYTES);
      queue.add(ts, block, at, SampleReader.NO_SAMPLE);
    }
  }

  private void compressed2(Block block, int at, int size) throws IOException {
    long length =
        size < COMPRESSED2_HEADER_BYTES ? -1 : words.u64(block.bytes, at + RecordType.HEADER_BYTES);
    if (length < 0 || length > size - COMPRESSED2_HEADER_BYTES) {
      tally.unparsed("compressed-data", block.place(at), "longer than the record it is in");
      return;
    }
    unpack(block, at, at + COMPRESSED2_HEADER_BYTES, (int) length);
  }

  private void unpack(Block block, int at, int start, int length) throws IOException {
    Unpacker running = unpacker;
    if (running == null) {
      running = new Unpacker(pool, words);
      unpacker = running;
    }
    packedAt = block.fileOffset(at);
    String problem = running.unpack(block.bytes, start, length, packedAt, this::unpacked);
    if (problem != null) {
      tally.unparsed("compressed-data", Place.at(packedAt), problem);
    }
  }

  private void summary() throws IOException {
    Place end = Place.at(0);
    long surplus = timelessLosses - tally.lost();
    if (surplus > 0) {
      samples.lost(tally.lastTs(), -1, surplus);
    }
    throttled.forEach(
        (event, times) ->
            tally.add(
                "throttled",
                Severity.WARNING,
                end,
                "the kernel throttled "
                    + event
                    + " "
                    + times
                    + " times; samples of it are missing"));
    if (switches > 0) {
      tally.add(
          "switch-records",
          Severity.INFO,
          end,
          switches + " context switches (perf record --switch-events) are left out");
    }
    if (untimed) {
      tally.add(
          "no-time",
          Severity.WARNING,
          end,
          "samples without a time stamp have that of the latest before them");
    }
    if (queue.overflowed()) {
      tally.add(
          "long-rounds",
          Severity.WARNING,
          end,
          "more records between two rounds than can wait; some may be out of order");
    }
  }
}

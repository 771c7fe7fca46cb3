package org.vgictrace.parser.perf;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Takes the records of one file in their order: unpacks those that are compressed, and lets those
 * that have a time wait for their turn. Not thread-safe.
 */
final class DataReader implements RecordCutter.Sink, Closeable {
  private static final int COMPRESSED2_HEADER_BYTES = RecordType.HEADER_BYTES + Long.BYTES;

  /** Bytes of the file in one step. */
  private static final int STEP_BYTES = 128 << 10;

  /** What the files of one recording have in common. */
  record Shared(
      Recording recording,
      Words words,
      BlockPool pool,
      SampleReader samples,
      TimeQueue queue,
      Tally tally,
      Leftovers leftovers) {}

  private final Recording recording;
  private final HeaderRecords headers;
  private final long headersRead;
  private final Words words;
  private final BlockPool pool;
  private final Trailers trailers;
  private final SampleReader samples;
  private final TimeQueue queue;
  private final Tally tally;
  private final Leftovers leftovers;
  private final RecordWalk walk;
  private final boolean inOrder;
  private final DataPart part;
  private @Nullable Unpacker unpacker;
  private long packedAt;
  private long reached = Long.MIN_VALUE;
  private int stepLeft;

  /**
   * @param headersRead up to where records that describe the recording have been read before
   * @param part what to read
   * @param inOrder whether the file is one of several, each in order by itself
   */
  DataReader(
      Shared shared, HeaderRecords headers, long headersRead, DataPart part, boolean inOrder) {
    this.recording = shared.recording();
    this.headers = headers;
    this.headersRead = headersRead;
    this.words = shared.words();
    this.pool = shared.pool();
    this.trailers = new Trailers(recording, words);
    this.samples = shared.samples();
    this.queue = shared.queue();
    this.tally = shared.tally();
    this.leftovers = shared.leftovers();
    this.inOrder = inOrder;
    this.part = part;
    this.walk = new RecordWalk(part, words, pool, recording.diagnostics);
  }

  /** Reads all of the file. */
  void readAll() throws IOException {
    walk.read(this);
    end();
  }

  /** Reads a piece of the file. Returns false at the end. */
  boolean step() throws IOException {
    stepLeft = STEP_BYTES;
    walk.read(
        (block, at, size) -> {
          if (stepLeft <= 0) {
            return RecordCutter.STOP;
          }
          stepLeft -= size;
          return record(block, at, size);
        });
    if (stepLeft <= 0) {
      return true;
    }
    end();
    return false;
  }

  private void end() {
    Unpacker last = unpacker;
    if (last != null && last.left() > 0) {
      tally.unparsed(
          "record-cut", part.place(packedAt), "the last compressed record does not go on");
    }
  }

  /** The latest time so far. */
  long reached() {
    return reached;
  }

  /** Places where records could not be read. */
  long damaged() {
    return walk.damaged();
  }

  @Override
  public void close() {
    Unpacker last = unpacker;
    if (last != null) {
      last.close();
    }
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
      case RecordType.FINISHED_ROUND -> {
        if (!inOrder) {
          queue.round();
        }
      }
      case RecordType.COMM, RecordType.FORK, RecordType.LOST -> timed(block, at, size, type);
      case RecordType.LOST_SAMPLES -> lostSamples(block, at, size);
      case RecordType.THROTTLE -> throttle(block, at, size);
      case RecordType.SWITCH, RecordType.SWITCH_CPU_WIDE -> contextSwitch(block, at, size, type);
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
      leftovers.untimed();
      ts = queue.latest();
    }
    await(ts, block, at, attr);
  }

  /** Lets a record wait for its turn. */
  private void await(long ts, Block block, int at, int tag) throws IOException {
    reached = Math.max(reached, ts);
    queue.add(ts, block, at, tag);
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

  /** Takes a context switch. */
  private void contextSwitch(Block block, int at, int size, int type) throws IOException {
    byte[] bytes = block.bytes;
    boolean wide = type == RecordType.SWITCH_CPU_WIDE;
    if (wide && size < 2 * Long.BYTES) {
      tally.unparsed("record-damaged", block.place(at), "record of " + size + " bytes");
      return;
    }
    long ts = trailers.time(bytes, at, size);
    if (ts == 0) {
      leftovers.leftOutSwitch();
    } else {
      await(ts, block, at, SampleReader.NO_SAMPLE);
    }
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
      await(ts == 0 ? queue.latest() : ts, block, at, SampleReader.NO_SAMPLE);
    } else if (ts == 0 || ts == -1) {
      samples.thread(bytes, at, size);
    } else {
      await(ts, block, at, SampleReader.NO_SAMPLE);
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
      leftovers.lost(words.u64(bytes, at + RecordType.HEADER_BYTES));
    } else {
      await(ts, block, at, SampleReader.NO_SAMPLE);
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
    leftovers.throttled(attr == null ? "an event" : attr.name());
    if (attr == null || attr.isTracepoint()) {
      long ts = words.u64(block.bytes, at + RecordType.HEADER_BYTES);
      await(ts, block, at, SampleReader.NO_SAMPLE);
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
      running = new Unpacker(part, pool, words);
      unpacker = running;
    }
    packedAt = block.fileOffset(at);
    String problem = running.unpack(block.bytes, start, length, packedAt, this::unpacked);
    if (problem != null) {
      tally.unparsed("compressed-data", part.place(packedAt), problem);
    }
  }
}

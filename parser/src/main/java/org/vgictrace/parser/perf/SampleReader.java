package org.vgictrace.parser.perf;

import java.io.IOException;
import java.util.Arrays;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.perf.Events.Event;
import org.vgictrace.parser.record.Placed;
import org.vgictrace.parser.record.RecordRows;

/**
 * Makes rows of samples, and follows the names of threads, in the order of time.
 *
 * <p>What follows the parts of a sample with a fixed place ({@link SampleLayout}):
 *
 * <pre>
 *   READ       value [enabled] [running] [id] [lost]
 *              or, for a group: count [enabled] [running] { value [id] [lost] } ...
 *   CALLCHAIN  count { address } ...
 *   RAW        u32 size, a record as the ring buffer of ftrace has it
 *   branch stack, registers, stack ... : nothing that is read here
 * </pre>
 *
 * <p>Hot code. Not thread-safe.
 */
final class SampleReader implements TimeQueue.Sink, Placed {
  /** Tag of records that are no samples. */
  static final int NO_SAMPLE = -1;

  /** {@code u64 id} comes before the count. */
  private static final int LOST_OFFSET = RecordType.HEADER_BYTES + Long.BYTES;

  private static final int READ_ENABLED_OR_RUNNING = 1 | 2;
  private static final int READ_ID = 4;
  private static final int READ_GROUP = 8;
  private static final int READ_LOST = 16;

  private static final int CPUS_MAX = 1 << 16;

  /** No thread has this number. */
  private static final int NOBODY = Integer.MIN_VALUE;

  private static final int PREV_COMM = Kind.SCHED_SWITCH.column("prev_comm");
  private static final int PREV_PID = Kind.SCHED_SWITCH.column("prev_pid");
  private static final int NEXT_COMM = Kind.SCHED_SWITCH.column("next_comm");
  private static final int NEXT_PID = Kind.SCHED_SWITCH.column("next_pid");

  private final Recording recording;
  private final Words words;
  private final Events events;
  private final RecordRows rows;
  private final Trailers trailers;
  private final ThreadNames threads;
  private final Tally tally;

  private final Leftovers leftovers;
  private final boolean wantsSwitches;

  /** Per CPU the thread of which the first record of a pair has said that it comes. */
  private int[] announced = {};

  private Block block;
  private int at;

  /**
   * @param wantsSwitches whether context switches become rows
   * @param none any block
   */
  SampleReader(
      Recording recording,
      Words words,
      Events events,
      RecordRows rows,
      Tally tally,
      Leftovers leftovers,
      boolean wantsSwitches,
      Block none) {
    this.recording = recording;
    this.words = words;
    this.events = events;
    this.rows = rows;
    this.trailers = new Trailers(recording, words);
    this.threads = new ThreadNames(rows.names());
    this.tally = tally;
    this.leftovers = leftovers;
    this.wantsSwitches = wantsSwitches;
    this.block = none;
  }

  @Override
  public Place place() {
    return block.place(at);
  }

  @Override
  public void next(long ts, Block in, int start, int tag) throws IOException {
    block = in;
    at = start;
    int size = words.u16(in.bytes, start + 6);
    if (tag >= 0) {
      sample(ts, in.bytes, start, size, tag);
      return;
    }
    int cpu = trailers.cpu(in.bytes, start, size);
    switch (words.s32(in.bytes, start)) {
      case RecordType.LOST -> lost(ts, cpu, words.u64(in.bytes, start + LOST_OFFSET));
      case RecordType.LOST_SAMPLES ->
          lost(ts, cpu, words.u64(in.bytes, start + RecordType.HEADER_BYTES));
      case RecordType.THROTTLE -> lost(ts, cpu, -1);
      case RecordType.SWITCH, RecordType.SWITCH_CPU_WIDE ->
          contextSwitch(ts, cpu, in.bytes, start, size);
      default -> thread(in.bytes, start, size);
    }
  }

  /** Takes a record that names a thread. */
  void thread(byte[] bytes, int start, int size) {
    if (words.s32(bytes, start) == RecordType.COMM) {
      comm(bytes, start, size);
    } else {
      fork(bytes, start, size);
    }
  }

  /**
   * The attribute of a sample by the event id in its kernel record, for recordings whose events all
   * have the same parts; -1 if it has none.
   */
  int attrByRecord(byte[] bytes, int start, int size) {
    EventAttr attr = recording.attrs.get(0);
    if (!attr.has(SampleLayout.RAW) || attr.layout.variable() > size) {
      return -1;
    }
    int raw = raw(attr, bytes, start + attr.layout.variable(), start + size);
    return raw < 0 || words.u32(bytes, raw) < Short.BYTES
        ? -1
        : events.attrOfTracepoint(words.u16(bytes, raw + Integer.BYTES));
  }

  /** Takes a thread's name: {@code u32 pid, u32 tid, text}. */
  private void comm(byte[] bytes, int start, int size) {
    int name = 2 * Integer.BYTES + RecordType.HEADER_BYTES;
    int length = 0;
    while (name + length < size && bytes[start + name + length] != 0) {
      length++;
    }
    if (name + length < size) {
      threads.name(words.s32(bytes, start + name - Integer.BYTES), bytes, start + name, length);
    }
  }

  /** Takes a new thread: {@code u32 pid, u32 parent, u32 tid, u32 parent's tid, u64 time}. */
  private void fork(byte[] bytes, int start, int size) {
    int tid = RecordType.HEADER_BYTES + 2 * Integer.BYTES;
    if (tid + 2 * Integer.BYTES <= size) {
      threads.fork(words.s32(bytes, start + tid), words.s32(bytes, start + tid + Integer.BYTES));
    }
  }

  /** Takes a mark of lost events; a negative number is unknown. */
  void lost(long ts, int cpu, long count) throws IOException {
    tally.lost(cpu, count);
    rows.lost(ts, cpu, count, 0);
  }

  /**
   * Takes a context switch: {@code u32 pid, u32 tid} of the other thread, unless only one task was
   * recorded; the trailer says who leaves or comes. Those of all tasks of a CPU come in pairs, of
   * which the second says what the first did (perf_event_switch_output of kernel/events/core.c): it
   * is only of use if that is missing.
   */
  private void contextSwitch(long ts, int cpu, byte[] bytes, int start, int size)
      throws IOException {
    if (events.haveSchedSwitch()) {
      leftovers.leftOutSwitch();
      return;
    }
    int tid = trailers.tid(bytes, start, size);
    boolean wide = words.s32(bytes, start) == RecordType.SWITCH_CPU_WIDE;
    boolean leaves = (words.u16(bytes, start + 4) & RecordType.MISC_SWITCH_OUT) != 0;
    int other = wide ? words.s32(bytes, start + 3 * Integer.BYTES) : -1;
    if (wide && isSecond(cpu, leaves ? other : tid, leaves)) {
      return;
    }
    tally.contextSwitch(ts, cpu, this);
    if (!wantsSwitches) {
      rows.skip();
      return;
    }
    KindTable row = rows.add(Kind.SCHED_SWITCH, ts, cpu, tid, threads.name(tid));
    if (wide || leaves) {
      put(row, PREV_PID, PREV_COMM, leaves ? tid : other);
    }
    if (wide || !leaves) {
      put(row, NEXT_PID, NEXT_COMM, leaves ? other : tid);
    }
  }

  /**
   * Whether the record before it on its CPU has said that a thread comes.
   *
   * @param comes the thread
   * @param leaves whether this record is the first of a pair
   */
  private boolean isSecond(int cpu, int comes, boolean leaves) {
    if (cpu < 0 || cpu >= CPUS_MAX) {
      return !leaves;
    }
    if (cpu >= announced.length) {
      int known = announced.length;
      announced = Arrays.copyOf(announced, Math.max(cpu + 1, 2 * known));
      Arrays.fill(announced, known, announced.length, NOBODY);
    }
    boolean second = !leaves && announced[cpu] == comes;
    announced[cpu] = leaves ? comes : NOBODY;
    return second;
  }

  private void put(KindTable row, int pid, int comm, int tid) {
    if (tid >= 0) {
      row.put(pid, tid);
    }
    int name = threads.name(tid);
    if (name >= 0) {
      row.put(comm, name);
    }
  }

  private void sample(long ts, byte[] bytes, int start, int size, int attrNumber)
      throws IOException {
    EventAttr attr = recording.attrs.get(attrNumber);
    SampleLayout layout = attr.layout;
    int body = start + RecordType.HEADER_BYTES;
    int length = size - RecordType.HEADER_BYTES;
    if (attr.hasPlainRaw || attr.has(SampleLayout.RAW)) {
      int raw = raw(attr, bytes, start + layout.variable(), start + size);
      if (raw < 0) {
        tally.unparsed("sample-damaged", place(), "a part of the sample is longer than the sample");
        return;
      }
      body = raw + Integer.BYTES;
      length = words.s32(bytes, raw);
    }
    int cpu = layout.cpu() < 0 ? -1 : words.s32(bytes, start + layout.cpu());
    if (cpu < -1 || cpu >= Limits.CPUS) {
      tally.add("cpu-number", Severity.WARNING, place(), "CPU " + cpu + " cannot be");
      cpu = -1;
    }
    Event event = events.of(attrNumber, this);
    event.count++;
    tally.event(ts, cpu, this);
    if (!event.decoder.isWanted()) {
      rows.skip();
      return;
    }
    int pid = -1;
    if (layout.tid() >= 0) {
      pid = words.s32(bytes, start + layout.tid());
    } else if (event.isRecord) {
      pid = event.decoder.pid(bytes, body, length);
    }
    rows.add(event.decoder, this, bytes, body, length, ts, cpu, pid, threads.name(pid), 0);
  }

  /**
   * Where the size of the raw record is.
   *
   * @return -1 if something is not within the sample
   */
  private int raw(EventAttr attr, byte[] bytes, int from, int end) {
    long p = from;
    if (!attr.hasPlainRaw) {
      p = variableParts(attr, bytes, from, end);
    }
    if (p < 0 || end - p < Integer.BYTES) {
      return -1;
    }
    long size = words.u32(bytes, (int) p);
    return size > end - p - Integer.BYTES ? -1 : (int) p;
  }

  /** Position behind what comes before the raw record, -1 if that is outside of the sample. */
  private long variableParts(EventAttr attr, byte[] bytes, int from, int end) {
    long p = from;
    if (attr.has(SampleLayout.READ)) {
      p = afterRead(attr.readFormat, bytes, from, end);
    }
    if (attr.has(SampleLayout.CALLCHAIN) && p >= 0) {
      p = afterList(bytes, p, end, 0, Long.BYTES);
    }
    return p;
  }

  private long afterRead(long format, byte[] bytes, int from, int end) {
    int times = Long.bitCount(format & READ_ENABLED_OR_RUNNING) * Long.BYTES;
    int entry = (1 + Long.bitCount(format & (READ_ID | READ_LOST))) * Long.BYTES;
    return (format & READ_GROUP) != 0
        ? afterList(bytes, from, end, times, entry)
        : (long) from + times + entry;
  }

  /** Position behind {@code u64 count}, something, and so many entries; -1 if that is outside. */
  private long afterList(byte[] bytes, long from, int end, int between, int entryBytes) {
    long first = from + Long.BYTES + between;
    if (first > end) {
      return -1;
    }
    long count = words.u64(bytes, (int) from);
    return count < 0 || count > (end - first) / entryBytes ? -1 : first + count * entryBytes;
  }
}

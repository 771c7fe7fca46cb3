package org.vgictrace.parser.qemulog;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/**
 * Turns lines of events into rows and counts them.
 *
 * <p>The lines of GICv2's virtual interface control block name no CPU. It is that of the line's
 * thread; the write of a list register whose thread says nothing is held back for the next line,
 * which repeats it with the CPU.
 *
 * <p>Hot code: nothing is allocated per line.
 */
final class LogDecoder {
  private static final int OTHER_NAME = Kind.OTHER.column("name");
  private static final int OTHER_PAYLOAD = Kind.OTHER.column("payload");
  private static final int LR_INDEX = Kind.HW_LR.column("lr");
  private static final int OP = Kind.HW_ICH.column("op");

  private final BatchBuilder builder;
  private final boolean[] wanted = new boolean[Kind.values().length];
  private final LogEvents events;
  private final EventText text = new EventText();
  private final ThreadCpus threads = new ThreadCpus();
  private final LogRow row = new LogRow();
  private final LogRow held = new LogRow();

  private boolean holding;
  private long heldTime;
  private int heldThread;

  private long[] byCpu = new long[16];
  private long count;
  private long modelled;
  private long firstTime;
  private long lastTime;
  private long previousTime;

  LogDecoder(BatchBuilder builder, Set<Kind> kinds) {
    this.builder = builder;
    this.events = new LogEvents(builder.names());
    for (Kind kind : kinds) {
      wanted[kind.ordinal()] = true;
    }
  }

  LogEvents events() {
    return events;
  }

  long count() {
    return count;
  }

  /** Number of events whose kind is not {@code other}. */
  long modelled() {
    return modelled;
  }

  long firstTime() {
    return firstTime;
  }

  /** The latest time, which need not be the last. */
  long lastTime() {
    return lastTime;
  }

  /** Adds the number of events per CPU. */
  void addByCpu(Map<Integer, Long> counts) {
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      if (byCpu[cpu] > 0) {
        counts.put(cpu, byCpu[cpu]);
      }
    }
  }

  /**
   * Adds an event.
   *
   * @param whole whether the line is complete; the text of one that is not means nothing
   * @return false if its time is before that of the event before it
   */
  boolean event(byte[] b, LinePrefix line, int end, boolean whole) throws IOException {
    LogEvent event = events.of(b, line.nameStart, line.nameEnd);
    event.count++;
    boolean ordered = count == 0 || line.time >= previousTime;
    firstTime = count == 0 ? line.time : firstTime;
    lastTime = count == 0 ? line.time : Math.max(lastTime, line.time);
    previousTime = line.time;
    count++;
    if (event.use == LogEvent.Use.UNKNOWN
        || !whole
        || !text.read(event, b, line.textStart, end, row)) {
      event.misfits += event.use == LogEvent.Use.UNKNOWN ? 0 : 1;
      release();
      other(b, event, line, end);
      return ordered;
    }
    modelled++;
    release(event);
    if (event.namesThread) {
      threads.learn(line.thread, row.cpu);
    } else if (row.cpu == LogRow.NO_CPU) {
      row.cpu = threads.cpu(line.thread);
      if (row.cpu == LogRow.NO_CPU && isListRegisterWrite(event)) {
        hold(line);
        return ordered;
      }
    }
    emit(row, line.time, line.thread);
    return ordered;
  }

  /** Hands over what has been collected so far. */
  void flush() throws IOException {
    release();
    builder.flush();
  }

  private boolean isListRegisterWrite(LogEvent event) {
    return event.use == LogEvent.Use.CONTROL
        && row.get(OP) == 1
        && FrameRegisters.isListRegister(row);
  }

  private void hold(LinePrefix line) {
    held.copyFrom(row);
    heldTime = line.time;
    heldThread = line.thread;
    holding = true;
  }

  /** Lets go of the write that is held back, with the CPU if the event just read names it. */
  private void release(LogEvent event) throws IOException {
    if (holding
        && event.use == LogEvent.Use.LIST_REGISTER
        && row.get(LR_INDEX) == FrameRegisters.index(held)) {
      held.cpu = row.cpu;
    }
    release();
  }

  private void release() throws IOException {
    if (holding) {
      holding = false;
      emit(held, heldTime, heldThread);
    }
  }

  private void emit(LogRow values, long time, int thread) throws IOException {
    countCpu(values.cpu);
    if (!wanted[values.kind.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable table = builder.append(values.kind, time, values.cpu, thread, -1, -1, -1, 0);
    table.putAll(values.values, values.columns);
  }

  private void other(byte[] b, LogEvent event, LinePrefix line, int end) throws IOException {
    int cpu = threads.cpu(line.thread);
    countCpu(cpu);
    if (!wanted[Kind.OTHER.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable table = builder.append(Kind.OTHER, line.time, cpu, line.thread, -1, -1, -1, 0);
    table.put(OTHER_NAME, event.nameId);
    table.putBytes(OTHER_PAYLOAD, b, line.textStart, end - line.textStart);
  }

  private void countCpu(int cpu) {
    if (cpu < 0) {
      return;
    }
    if (cpu >= byCpu.length) {
      byCpu = Arrays.copyOf(byCpu, Integer.highestOneBit(cpu) * 2);
    }
    byCpu[cpu]++;
  }
}

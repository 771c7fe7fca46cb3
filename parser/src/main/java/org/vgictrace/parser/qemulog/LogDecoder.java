package org.vgictrace.parser.qemulog;

import java.io.IOException;
import java.util.Set;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.EventTally;
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

  private final EventTally tally = new EventTally();

  /** Whether the row added last is a mark of lost lines. */
  private boolean marked;

  private long lostMarks;

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

  /** The events so far. */
  EventTally tally() {
    return tally;
  }

  /** Places where lines are missing or not understood. */
  long lostMarks() {
    return lostMarks;
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
    boolean ordered = tally.event(line.time);
    if (!ordered) {
      // QEMU prints in the order of time: these lines were put together from several places.
      lost();
    }
    if (event.use == LogEvent.Use.UNKNOWN
        || !whole
        || !text.read(event, b, line.textStart, end, row)) {
      event.misfits += event.use == LogEvent.Use.UNKNOWN ? 0 : 1;
      release();
      other(b, event, line, end);
      if (event.isOfInterface || !whole) {
        lost();
      }
      return ordered;
    }
    tally.modelled();
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

  /**
   * Marks that lines are missing here, or were not understood: the events around may not follow one
   * another. One mark stands for several lines in a row; before the first event there is nothing to
   * miss.
   */
  void lost() throws IOException {
    if (tally.count() == 0 || marked) {
      return;
    }
    release();
    marked = true;
    lostMarks++;
    if (wanted[Kind.LOST.ordinal()]) {
      builder.append(Kind.LOST, tally.previousTime(), LogRow.NO_CPU, -1, -1, -1, -1, 0);
    } else {
      builder.skip();
    }
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
    tally.cpu(values.cpu);
    marked = false;
    if (!wanted[values.kind.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable table = builder.append(values.kind, time, values.cpu, thread, -1, -1, -1, 0);
    table.putAll(values.values, values.columns);
  }

  private void other(byte[] b, LogEvent event, LinePrefix line, int end) throws IOException {
    int cpu = threads.cpu(line.thread);
    tally.cpu(cpu);
    marked = false;
    if (!wanted[Kind.OTHER.ordinal()]) {
      builder.skip();
      return;
    }
    KindTable table = builder.append(Kind.OTHER, line.time, cpu, line.thread, -1, -1, -1, 0);
    table.put(OTHER_NAME, event.nameId);
    table.putBytes(OTHER_PAYLOAD, b, line.textStart, end - line.textStart);
  }
}

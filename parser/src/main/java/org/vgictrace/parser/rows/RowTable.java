package org.vgictrace.parser.rows;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** The rows in their order: puts them into batches and counts them. */
final class RowTable implements RowQueue.Sink {
  private static final int LOST_COUNT = Kind.LOST.column("count");

  /** CPUs that are counted apart. */
  private static final int CPU_MAX = 65_535;

  private final BatchBuilder builder;
  private final boolean wantsLost;
  private final RowReports reports;
  private final RowQueue queue = new RowQueue(this);
  private final SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
  private final long[] byCpu = new long[CPU_MAX + 1];
  private long events;
  private long modelled;
  private long lostMarks;
  private long lostBefore;
  private long lostLine;
  private long firstTime;
  private long lastTime;

  RowTable(BatchBuilder builder, boolean wantsLost, RowReports reports) {
    this.builder = builder;
    this.wantsLost = wantsLost;
    this.reports = reports;
  }

  /** A row to be filled; it is added or given back. */
  HeldRow take() {
    return queue.take();
  }

  void giveBack(HeldRow row) {
    queue.giveBack(row);
  }

  /**
   * Notes lost events that have no time of their own. bpftrace tells of them where it finds them in
   * the buffer of a CPU, which is right before the next row of that CPU.
   */
  void lost(long count, long line) {
    lostBefore = lostBefore > Long.MAX_VALUE - count ? Long.MAX_VALUE : lostBefore + count;
    lostLine = line;
  }

  /** Makes a row of them. */
  private void placeLoss(long key, long ts, int cpu) throws IOException {
    HeldRow row = queue.take();
    row.clear(Kind.LOST);
    row.key = key;
    row.ts = ts;
    row.cpu = cpu;
    row.line = lostLine;
    row.wanted = wantsLost;
    row.put(LOST_COUNT, lostBefore);
    countLoss(cpu, lostBefore);
    lostBefore = 0;
    queue.add(row);
  }

  private void countLoss(int cpu, long count) {
    lostMarks++;
    if (count > 0) {
      long before = lostByCpu.getOrDefault(cpu, 0L);
      lostByCpu.put(cpu, before > Long.MAX_VALUE - count ? Long.MAX_VALUE : before + count);
    }
  }

  /** Adds a row, which need not be the next one in order. */
  void add(RowDecoder.Label label, HeldRow row) throws IOException {
    if (lostBefore > 0) {
      placeLoss(row.key, row.ts, row.cpu);
    }
    if (row.kind == Kind.LOST) {
      countLoss(row.cpu, (row.present >>> LOST_COUNT & 1) == 0 ? -1 : row.values[LOST_COUNT]);
    } else {
      label.count++;
      events++;
      modelled += row.kind == Kind.OTHER ? 0 : 1;
      if (row.cpu >= 0 && row.cpu <= CPU_MAX) {
        byCpu[row.cpu]++;
      }
      firstTime = events == 1 ? row.ts : Math.min(firstTime, row.ts);
      lastTime = events == 1 ? row.ts : Math.max(lastTime, row.ts);
    }
    queue.add(row);
  }

  /** Hands over what is held back. */
  void finish() throws IOException {
    if (lostBefore > 0) {
      placeLoss(queue.latest(), lastTime, -1);
    }
    queue.finish();
    builder.flush();
  }

  @Override
  public void next(HeldRow row, boolean late) throws IOException {
    if (late) {
      reports.warning(
          "time-backwards",
          row.line,
          () ->
              "earlier than rows more than " + RowQueue.ROWS_MAX + " before it; left where it is");
    }
    if (!row.wanted) {
      builder.skip();
      return;
    }
    KindTable table =
        builder.append(
            row.kind, row.ts, row.cpu, row.pid, row.comm, row.flags, row.preempt, row.buffer);
    table.putAll(row.values, row.present);
    byte[] payload = row.payload;
    if (payload != null) {
      for (int c = 0; c < row.kind.columns().size(); c++) {
        if (row.kind.columns().get(c).type() == ColumnType.BYTES) {
          table.putBytes(c, payload, 0, payload.length);
        }
      }
    }
  }

  /**
   * What was found, after the end.
   *
   * @param damage why the input ended early, null if it did not
   */
  CaptureCounts counts(RowDecoder decoder, long lastLine, @Nullable String damage) {
    Diagnostics diagnostics = reports.diagnostics();
    Place end = Place.line(Math.max(1, lastLine));
    if (damage != null) {
      diagnostics.error("compressed-data-damaged", end, damage);
    }
    if (queue.moved() > 0) {
      diagnostics.info(
          "rows-sorted", end, queue.moved() + " rows came after later ones and were put in order");
    }
    SortedMap<String, Long> byName = new TreeMap<>();
    for (RowDecoder.Label label : decoder.labels()) {
      if (label.count > 0) {
        byName.merge(label.countedAs(), label.count, Long::sum);
      }
    }
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      if (byCpu[cpu] > 0) {
        counts.put(cpu, byCpu[cpu]);
      }
    }
    return new CaptureCounts(
        events,
        modelled,
        byName,
        counts,
        lostByCpu,
        lostMarks,
        -1,
        reports.unparsed(),
        firstTime,
        lastTime,
        diagnostics.entries(),
        diagnostics.counts());
  }
}

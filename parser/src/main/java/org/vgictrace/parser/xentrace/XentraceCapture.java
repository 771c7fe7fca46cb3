package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.bind.IdFormats;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchConsumer;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.input.Input;
import org.vgictrace.parser.input.RandomBytes;

/**
 * An opened binary trace. Its times are what each CPU's counter showed: cycles of the processor's
 * time stamp counter on x86, of the generic timer on Arm. The file does not say how many a second
 * has.
 */
final class XentraceCapture implements Capture {
  /** Name of the format. */
  static final String FORMAT = "xentrace";

  /** Memory for the buffers of all CPUs together. */
  private static final int BUFFER_BYTES = 8 << 20;

  private static final int BUFFER_BYTES_MAX = 64 << 10;
  private static final int BUFFER_BYTES_MIN = 2 << 10;

  private final Input input;
  private final RandomBytes file;
  private final boolean bigEndian;
  private final WindowIndex index;
  private final IdFormats formats;
  private final Diagnostics diagnostics;
  private final CaptureMeta meta;
  private boolean read;

  private XentraceCapture(
      Input input,
      RandomBytes file,
      boolean bigEndian,
      WindowIndex index,
      IdFormats formats,
      Diagnostics diagnostics) {
    this.input = input;
    this.file = file;
    this.bigEndian = bigEndian;
    this.index = index;
    this.formats = formats;
    this.diagnostics = diagnostics;
    this.meta =
        new CaptureMeta(
            input.name(), FORMAT, null, null, "cycles", false, index.cpus(), null, List.of(), 0);
  }

  static XentraceCapture open(Input input, boolean bigEndian, IdFormats formats)
      throws IOException {
    RandomBytes file = input.random();
    Diagnostics diagnostics = new Diagnostics();
    String damage = input.stream().damage();
    if (damage != null) {
      diagnostics.error("input", Place.at(file.size()), damage);
    }
    WindowIndex index = WindowIndex.of(file, bigEndian, diagnostics);
    if (index.cpus().isEmpty() && diagnostics.hasErrors()) {
      throw new InputException(input.name(), Place.at(0), "no window of records");
    }
    return new XentraceCapture(input, file, bigEndian, index, formats, diagnostics);
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
    XenRows rows =
        new XenRows(new BatchBuilder(new BatchPool(names), consumer), formats, wanted, diagnostics);
    List<CpuRecords> cpus = open(names);
    date(cpus);
    RecordMerge merge = new RecordMerge(cpus);
    while (merge.hasRecord()) {
      rows.add(merge.first());
      merge.advance();
    }
    rows.flush();
    return counts(rows, cpus);
  }

  private List<CpuRecords> open(Names names) {
    List<Integer> ids = index.cpus();
    int share = BUFFER_BYTES / Math.max(1, ids.size());
    int bytes = Math.max(BUFFER_BYTES_MIN, Math.min(BUFFER_BYTES_MAX, share));
    List<CpuRecords> cpus = new ArrayList<>();
    for (int id : ids) {
      WindowIndex.Windows windows = index.of(id);
      if (windows != null) {
        CpuState state = new CpuState(names);
        cpus.add(new CpuRecords(id, windows, file, bigEndian, bytes, state, diagnostics));
      }
    }
    return cpus;
  }

  /**
   * Gives the records before the first time stamp a time: that of their CPU's first stamp, or of
   * the earliest one of all CPUs where theirs has none.
   */
  private void date(List<CpuRecords> cpus) throws IOException {
    List<CpuRecords> undated = new ArrayList<>();
    long earliest = Long.MAX_VALUE;
    for (CpuRecords cpu : cpus) {
      if (cpu.findFirstStamp()) {
        earliest = Math.min(earliest, cpu.ts());
      } else {
        undated.add(cpu);
      }
    }
    for (CpuRecords cpu : undated) {
      cpu.startAt(earliest == Long.MAX_VALUE ? 0 : earliest);
      diagnostics.info(
          "no-time",
          Place.at(0),
          "no time stamp near the first record of CPU "
              + cpu.cpu()
              + "; its first records have that of the capture's beginning");
    }
  }

  private CaptureCounts counts(XenRows rows, List<CpuRecords> cpus) {
    SortedMap<String, Long> byName = new TreeMap<>();
    for (EventTable.Entry entry : rows.entries()) {
      byName.merge(entry.name, entry.count, Long::sum);
    }
    SortedMap<Integer, Long> byCpu = new TreeMap<>();
    SortedMap<Integer, Long> lostByCpu = new TreeMap<>();
    long unparsed = index.damaged();
    for (CpuRecords cpu : cpus) {
      CpuState state = cpu.state();
      unparsed += cpu.unparsed();
      if (state.count > 0) {
        byCpu.put(cpu.cpu(), state.count);
      }
      if (state.lost > 0) {
        lostByCpu.put(cpu.cpu(), state.lost);
      }
    }
    return new CaptureCounts(
        rows.count(),
        rows.modelled(),
        byName,
        byCpu,
        lostByCpu,
        rows.lostMarks(),
        -1,
        unparsed,
        rows.firstTs(),
        rows.lastTs(),
        diagnostics.entries(),
        diagnostics.counts());
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}

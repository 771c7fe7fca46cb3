package org.vgictrace.parser.tracedat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.Diagnostics;
import org.vgictrace.parser.format.PageLayout;
import org.vgictrace.parser.record.Metadata;
import org.vgictrace.parser.record.RawFormat;

/** What the metadata of a file says, collected while it is read. */
final class Contents {
  /** Clocks whose cycles an option TSC2NSEC converts. */
  private static final Set<String> CYCLE_CLOCKS = Set.of("x86-tsc", "tsc2nsec");

  private static final int USUAL_PAGE_BYTES = 4096;

  /** Formats, page layout and names of threads. */
  final Metadata metadata = new Metadata();

  /** What was wrong with the metadata, later with the data. */
  final Diagnostics diagnostics = metadata.diagnostics();

  /** Formats by event id. */
  final Map<Integer, RawFormat> formats = metadata.formats();

  final List<BufferTable> buffers = new ArrayList<>();
  final CpuStats stats = new CpuStats();

  /** Host clocks by guest CPU, for recordings made in a guest. */
  final Map<Integer, TimeShift> timeShifts = new HashMap<>();

  /** Guests that were recorded together with this host. */
  final List<GuestLink> guests = new ArrayList<>();

  /** Identifies the recording, 0 if the file does not. */
  long traceId;

  /** The recording of the host whose time {@link #timeShifts} lead to, 0 if there are none. */
  long hostTraceId;

  /** Number of CPUs, -1 if the file does not say. */
  int cpuCount = -1;

  @Nullable String clock;
  @Nullable String release;
  @Nullable String arch;
  @Nullable TimeScale timeScale;

  /** Nanoseconds to wall-clock time, from the DATE option. */
  long dateNs;

  /** Nanoseconds to add, from the OFFSET option. */
  long offsetNs;

  /** How a CPU's time maps to a host's; null for recordings not made in a guest. */
  @Nullable TimeShift timeShift(int cpu) {
    TimeShift own = timeShifts.get(cpu);
    return own != null ? own : timeShifts.get(0);
  }

  /** The conversion of cycles of this clock, null if it needs none. */
  @Nullable TimeScale timeScaleOf(@Nullable String ofClock) {
    return ofClock == null || CYCLE_CLOCKS.contains(ofClock) ? timeScale : null;
  }

  /** The layout of pages; the usual one for that machine if the file does not describe it. */
  PageLayout layoutOr(FileHeader header) {
    PageLayout described = metadata.layout();
    if (described != null) {
      return described;
    }
    boolean small = header.pageBytes() < Limits.SUB_BUFFER_BYTES_MIN;
    long pageBytes = small ? USUAL_PAGE_BYTES : header.pageBytes();
    return PageLayout.standard(
        header.longBytes() == Integer.BYTES ? Integer.BYTES : Long.BYTES,
        (int) Math.min(pageBytes, Limits.SUB_BUFFER_BYTES_MAX));
  }
}

package org.vgictrace.parser;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a capture says of itself.
 *
 * @param file name as given by the user, {@code -} for standard input
 * @param format short name of the format: {@code trace.dat v7}, {@code ftrace text}, {@code
 *     trace-cmd report}, {@code arrow}, {@code csv}
 * @param release kernel release, null if the capture does not carry it
 * @param arch machine architecture, null if unknown
 * @param clock trace clock ({@code local}, {@code mono_raw}, {@code counter} ...), null if the
 *     capture does not name it
 * @param nanoseconds whether time stamps are nanoseconds; otherwise they are raw clock units
 * @param cpus CPUs that the capture has a place for, ascending; empty if it does not say
 * @param compression compression inside the format ({@code none}, {@code zlib}, {@code zstd}), null
 *     if it has none
 * @param definedEvents names ({@code system:event}) whose formats the capture carries, whether or
 *     not they occurred
 * @param wallOffsetNs nanoseconds to add to a time stamp to get wall-clock time, 0 if unknown
 * @param recorder machine and command that made the recording, null if the capture does not say
 */
public record CaptureMeta(
    String file,
    String format,
    @Nullable String release,
    @Nullable String arch,
    @Nullable String clock,
    boolean nanoseconds,
    List<Integer> cpus,
    @Nullable String compression,
    List<String> definedEvents,
    long wallOffsetNs,
    @Nullable String recorder) {

  /** Format of a directory with raw ring buffers, which other captures may lie in as well. */
  public static final String RAW_BUFFERS = "raw ring buffers";

  public CaptureMeta {
    cpus = List.copyOf(cpus);
    definedEvents = List.copyOf(definedEvents);
  }

  /** Of a capture that does not say who recorded it. */
  public CaptureMeta(
      String file,
      String format,
      @Nullable String release,
      @Nullable String arch,
      @Nullable String clock,
      boolean nanoseconds,
      List<Integer> cpus,
      @Nullable String compression,
      List<String> definedEvents,
      long wallOffsetNs) {
    this(
        file,
        format,
        release,
        arch,
        clock,
        nanoseconds,
        cpus,
        compression,
        definedEvents,
        wallOffsetNs,
        null);
  }
}

package org.vgictrace.replay.engine;

import org.vgictrace.parser.CaptureMeta;

/** How well the time stamps of a recording order the events of different CPUs. */
public enum ClockOrder {
  /** They number the events of all CPUs: trace clock {@code counter}. */
  TOTAL,

  /** They count nanoseconds; the clocks of two CPUs may be apart by a little. */
  CLOSE,

  /**
   * Many events of several CPUs share a time stamp, and their order in the recording is arbitrary:
   * trace clock {@code uptime}, which ticks every 10 ms, or one that is not known.
   */
  COARSE;

  /** That of a capture's trace clock (kernel/trace/trace.c, trace_clocks). */
  public static ClockOrder of(CaptureMeta meta) {
    if (meta.nanoseconds()) {
      return CLOSE;
    }
    return "counter".equals(meta.clock()) ? TOTAL : COARSE;
  }
}

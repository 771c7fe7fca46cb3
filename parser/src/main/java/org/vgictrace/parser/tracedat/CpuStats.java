package org.vgictrace.parser.tracedat;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The recorder's statistics ({@code per_cpu/cpuN/stats}), one text per CPU and instance:
 *
 * <pre>
 * CPU: 1
 * entries: 1803
 * overrun: 0
 * commit overrun: 0
 * dropped events: 0
 * </pre>
 */
final class CpuStats {
  private long overwritten = -1;
  private final SortedMap<Integer, Long> dropped = new TreeMap<>();

  /**
   * Adds one text.
   *
   * @return whether it had a CPU and a number of overwritten events, or is the heading of a buffer
   */
  boolean add(String text) {
    if (text.stripLeading().startsWith("Buffer:")) {
      return true;
    }
    long cpu = -1;
    long overrun = -1;
    for (String line : text.split("\n", 64)) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      long value = number(line.substring(colon + 1).strip());
      switch (line.substring(0, colon).strip()) {
        case "CPU" -> cpu = value;
        case "overrun" -> overrun = value;
        case "dropped events" -> {
          if (cpu >= 0 && cpu < Limits.CPUS && value > 0) {
            dropped.merge((int) cpu, value, CpuStats::sum);
          }
        }
        default -> {}
      }
    }
    if (cpu < 0 || cpu >= Limits.CPUS || overrun < 0) {
      return false;
    }
    overwritten = sum(Math.max(0, overwritten), overrun);
    return true;
  }

  /** Events overwritten before they were read, over all CPUs; -1 if unknown. */
  long overwritten() {
    return overwritten;
  }

  /** Events that found no room, per CPU; CPUs without any are left out. */
  SortedMap<Integer, Long> dropped() {
    return dropped;
  }

  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  private static long number(String text) {
    try {
      return Math.max(-1, Long.parseLong(text));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}

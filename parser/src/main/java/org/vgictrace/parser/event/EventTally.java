package org.vgictrace.parser.event;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts the events of a capture while it is read: how many, how many of a kind that is not {@code
 * other}, on which CPUs, and from when to when. Hot code; not thread-safe.
 */
public final class EventTally {
  private long[] byCpu = new long[16];
  private long count;
  private long modelled;
  private long firstTime;
  private long lastTime;
  private long previousTime;

  /**
   * Counts an event.
   *
   * @return false if its time is before that of the event before it
   */
  public boolean event(long time) {
    boolean ordered = count == 0 || time >= previousTime;
    firstTime = count == 0 ? time : firstTime;
    lastTime = count == 0 ? time : Math.max(lastTime, time);
    previousTime = time;
    count++;
    return ordered;
  }

  /** Counts an event whose time is not known. */
  public void untimed() {
    count++;
  }

  /** Counts the CPU of an event; a negative one is unknown. */
  public void cpu(int cpu) {
    if (cpu < 0) {
      return;
    }
    if (cpu >= byCpu.length) {
      byCpu = Arrays.copyOf(byCpu, Integer.highestOneBit(cpu) * 2);
    }
    byCpu[cpu]++;
  }

  /** Counts an event, counted already, as one whose kind is not {@code other}. */
  public void modelled() {
    modelled++;
  }

  /** Number of events. */
  public long count() {
    return count;
  }

  /** Number of events whose kind is not {@code other}. */
  public long modelledCount() {
    return modelled;
  }

  /** Time of the first event, 0 before it. */
  public long firstTime() {
    return firstTime;
  }

  /** The latest time, which need not be the last. */
  public long lastTime() {
    return lastTime;
  }

  /** Time of the event counted last. */
  public long previousTime() {
    return previousTime;
  }

  /** Number of events per CPU that has any. */
  public SortedMap<Integer, Long> byCpu() {
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (int cpu = 0; cpu < byCpu.length; cpu++) {
      if (byCpu[cpu] > 0) {
        counts.put(cpu, byCpu[cpu]);
      }
    }
    return counts;
  }
}

package org.vgictrace.parser.xentrace;

import java.io.IOException;
import java.util.List;

/**
 * Puts the records of all CPUs on one time line. Among records of the same time those of the CPU
 * that had the one before come first, then those of the lowest CPU; a record without a time stamp
 * so stays with the one before it.
 */
final class RecordMerge {
  private final CpuRecords[] cpus;
  private final long[] keys;
  private final boolean[] ended;
  private int first;
  private int second;

  /**
   * @param cpus ascending
   */
  RecordMerge(List<CpuRecords> cpus) throws IOException {
    this.cpus = cpus.toArray(CpuRecords[]::new);
    this.keys = new long[this.cpus.length];
    this.ended = new boolean[this.cpus.length];
    for (int i = 0; i < this.cpus.length; i++) {
      move(i);
    }
    choose();
  }

  /** The CPU whose record is the next; only while {@link #hasRecord}. */
  CpuRecords first() {
    return cpus[first];
  }

  boolean hasRecord() {
    return first >= 0;
  }

  /** Goes on to the following record. */
  void advance() throws IOException {
    int cpu = first;
    move(cpu);
    if (ended[cpu] || second >= 0 && keys[second] < keys[cpu]) {
      choose();
    }
  }

  private void move(int cpu) throws IOException {
    ended[cpu] = !cpus[cpu].next();
    keys[cpu] = cpus[cpu].ts();
  }

  /** Finds the earliest CPU and the one after it. CPUs are few and changes between them rare. */
  private void choose() {
    first = -1;
    second = -1;
    for (int i = 0; i < cpus.length; i++) {
      if (ended[i]) {
        continue;
      }
      if (first < 0 || keys[i] < keys[first]) {
        second = first;
        first = i;
      } else if (second < 0 || keys[i] < keys[second]) {
        second = i;
      }
    }
  }
}

package org.vgictrace.replay.join;

import java.util.Arrays;
import java.util.BitSet;

/** The writes of list registers on one CPU, in order. Grows as it is filled. */
final class Writes {
  private static final int FIRST = 64;

  final int cpu;

  private int size;
  private long[] ts = new long[FIRST];
  private long[] seq = new long[FIRST];
  private long[] value = new long[FIRST];
  private int[] register = new int[FIRST];
  private int[] thread = new int[FIRST];
  private final BitSet lossBefore = new BitSet();

  Writes(int cpu) {
    this.cpu = cpu;
  }

  void add(long time, long number, int lr, long written, int pid) {
    if (size == ts.length) {
      int larger = size * 2;
      ts = Arrays.copyOf(ts, larger);
      seq = Arrays.copyOf(seq, larger);
      value = Arrays.copyOf(value, larger);
      register = Arrays.copyOf(register, larger);
      thread = Arrays.copyOf(thread, larger);
    }
    ts[size] = time;
    seq[size] = number;
    value[size] = written;
    register[size] = lr;
    thread[size++] = pid;
  }

  /** Forgets all, and gives the memory back. */
  void clear() {
    size = 0;
    ts = new long[FIRST];
    seq = new long[FIRST];
    value = new long[FIRST];
    register = new int[FIRST];
    thread = new int[FIRST];
    lossBefore.clear();
  }

  /** Events are missing between the latest write and the next. */
  void lost() {
    lossBefore.set(size);
  }

  int size() {
    return size;
  }

  long ts(int i) {
    return ts[i];
  }

  long seq(int i) {
    return seq[i];
  }

  int lr(int i) {
    return register[i];
  }

  long value(int i) {
    return value[i];
  }

  int pid(int i) {
    return thread[i];
  }

  /** Whether events are missing right before a write, or behind the last for {@link #size}. */
  boolean isLossBefore(int i) {
    return lossBefore.get(i);
  }

  /** Whether events are missing somewhere between the writes before and behind a range. */
  boolean isLossIn(int from, int to) {
    int loss = lossBefore.nextSetBit(from);
    return loss >= 0 && loss <= to;
  }

  /** Whether a write is the same as one of another recording. */
  boolean isSame(int i, Writes other, int j) {
    return value[i] == other.value[j] && register[i] == other.register[j];
  }

  /** Whether so many writes in a row are the same, or all up to the ends. */
  boolean isSameRun(int i, int end, Writes other, int j, int otherEnd, int length) {
    for (int k = 0; k < length; k++) {
      boolean here = i + k < end;
      boolean there = j + k < otherEnd;
      if (!here || !there) {
        return k > 0 && here == there;
      }
      if (!isSame(i + k, other, j + k)) {
        return false;
      }
    }
    return true;
  }

  /** The first write from a time on. */
  int from(long time) {
    int i = 0;
    while (i < size && ts[i] < time) {
      i++;
    }
    return i;
  }

  /** A number that equal runs of writes have in common. */
  long runHash(int i, int length) {
    long hash = length;
    for (int k = i; k < i + length; k++) {
      hash = (hash ^ value[k]) * 0x9e3779b97f4a7c15L;
      hash = (hash ^ register[k] ^ hash >>> 29) * 0xc2b2ae3d27d4eb4fL;
    }
    return hash;
  }
}

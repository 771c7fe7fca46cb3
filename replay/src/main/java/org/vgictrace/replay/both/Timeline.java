package org.vgictrace.replay.both;

import java.util.BitSet;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.vgictrace.parser.event.Kind;

/**
 * The run states of one vCPU as the hypervisor records them: the stretches between its records.
 *
 * <pre>
 *  record        0          1            2             3
 *  states     b->r       r->R         R->b   ...    r->R        R running, r runnable, b blocked
 *             |--- r ----|---- R -----|----- ? -----|
 *  stretch         0           1             2
 * </pre>
 *
 * <p>A stretch is in a state only if the record that begins it and the one that ends it agree. So
 * one record that is missing leaves a stretch of which nothing is known, never a wrong one.
 */
final class Timeline {
  private static final int OLD = Kind.XEN_RUNSTATE.column("old");
  static final int RUNNING = Labels.of(Kind.XEN_RUNSTATE, OLD, "running");
  static final int RUNNABLE = Labels.of(Kind.XEN_RUNSTATE, OLD, "runnable");
  static final int BLOCKED = Labels.of(Kind.XEN_RUNSTATE, OLD, "blocked");

  /** State of a stretch of which nothing is known, or of what is in no stretch. */
  static final int UNKNOWN = -1;

  final int domain;
  final int vcpu;

  private final LongArrayList ts = new LongArrayList();
  private final LongArrayList seq = new LongArrayList();
  private final IntArrayList cpu = new IntArrayList();

  /** State before a record in bits 0-3, after it in bits 4-7. */
  private final IntArrayList states = new IntArrayList();

  /** Stretches in which records may be missing. */
  private final BitSet lossy = new BitSet();

  Timeline(int domain, int vcpu) {
    this.domain = domain;
    this.vcpu = vcpu;
  }

  /**
   * Adds a record, the latest so far.
   *
   * @return whether it goes on from the one before it
   */
  boolean add(long time, long number, int where, int from, int to) {
    boolean continues = ts.isEmpty() || after(ts.size() - 1) == from;
    ts.addLong(time);
    seq.addLong(number);
    cpu.addInt(where);
    states.addInt(from | to << 4);
    return continues;
  }

  /** Records are missing somewhere between two times. */
  void lost(long from, long to) {
    int i = Math.max(0, indexAt(from));
    for (; i < ts.size() && ts.getLong(i) <= to; i++) {
      lossy.set(i);
    }
  }

  private int before(int record) {
    return states.getInt(record) & 0xf;
  }

  private int after(int record) {
    return states.getInt(record) >>> 4;
  }

  /** Number of stretches. */
  int size() {
    return Math.max(0, ts.size() - 1);
  }

  /** The stretch that a time lies in; -1 for before the first, {@link #size} for after the last. */
  int at(long time) {
    return Math.min(indexAt(time), size());
  }

  /** The latest record up to a time, -1 for none. */
  private int indexAt(long time) {
    return (time == Long.MAX_VALUE ? ts.size() : Times.firstFrom(ts, time + 1)) - 1;
  }

  /** The state that the vCPU was in all through a stretch; also of what {@link #at} may return. */
  int state(int stretch) {
    if (stretch < 0 || stretch >= size() || lossy.get(stretch)) {
      return UNKNOWN;
    }
    int state = after(stretch);
    return before(stretch + 1) == state ? state : UNKNOWN;
  }

  /** The state after the last record, unless records may be missing since. */
  int lastState() {
    return ts.isEmpty() || lossy.get(size()) ? UNKNOWN : after(size());
  }

  /** Whether records may be missing in a stretch because the recorder lost some. */
  boolean isLossy(int stretch) {
    return stretch >= 0 && lossy.get(stretch);
  }

  long begin(int stretch) {
    return ts.getLong(stretch);
  }

  long end(int stretch) {
    return ts.getLong(stretch + 1);
  }

  /** The CPU on which the stretch began; the one the vCPU runs on if that is its state. */
  int cpu(int stretch) {
    return cpu.getInt(stretch);
  }

  /** Position in its capture of the record that begins a stretch. */
  long seq(int stretch) {
    return seq.getLong(stretch);
  }

  /** Name of the state that the vCPU was in from the beginning of a stretch. */
  String stateName(int stretch) {
    return Labels.name(Kind.XEN_RUNSTATE, OLD, after(stretch));
  }

  /** The record that begins a stretch, in words; that behind the last one ends the last stretch. */
  String text(int stretch) {
    return "xen_runstate "
        + this
        + " "
        + Labels.name(Kind.XEN_RUNSTATE, OLD, before(stretch))
        + " -> "
        + Labels.name(Kind.XEN_RUNSTATE, OLD, after(stretch));
  }

  @Override
  public String toString() {
    return "d" + domain + "v" + vcpu;
  }
}

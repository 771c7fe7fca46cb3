package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;

/**
 * Collects what a trace of Xen says about where and when its guests run: run states, and the
 * hypercalls that tell of events and of sleep. They are held until the guests' captures are read,
 * so there is a limit; what is beyond it is not judged. Not thread-safe.
 */
public final class HypervisorRecords {
  private static final EnumSet<Kind> USED =
      EnumSet.of(Kind.XEN_RUNSTATE, Kind.XEN_SWITCH, Kind.XEN_HYPERCALL, Kind.LOST);

  private static final Kind[] KINDS = Kind.values();
  private static final int DOMAIN = Kind.XEN_RUNSTATE.column("domain");
  private static final int VCPU = Kind.XEN_RUNSTATE.column("vcpu_id");
  private static final int OLD = Kind.XEN_RUNSTATE.column("old");
  private static final int NEW = Kind.XEN_RUNSTATE.column("new");
  private static final int SWITCH_STEP = Kind.XEN_SWITCH.column("step");
  private static final int PREV = Labels.of(Kind.XEN_SWITCH, SWITCH_STEP, "prev");
  private static final int PREV_DOMAIN = Kind.XEN_SWITCH.column("prev_domain");
  private static final int PREV_VCPU = Kind.XEN_SWITCH.column("prev_vcpu");
  private static final int RUN_NS = Kind.XEN_SWITCH.column("run_ns");

  /** The domain that stands for CPUs that have nothing to do. */
  private static final int IDLE = 0x7fff;

  private static final int VCPUS_MAX = 1 << 14;

  /** Most records that are held, at some 30 bytes each. */
  static final int RECORDS_MAX = 1 << 22;

  /** Runs shorter than that tell little about the clock, nanoseconds. */
  private static final long TELLING_NS = 20_000;

  /** What a CPU runs, as its own records say. */
  private static final class Cpu {
    /** Time of its latest record. */
    long latest = Long.MIN_VALUE;

    /** Key of the vCPU it runs, {@link #NONE} or {@link #UNSEEN}. */
    long runs = UNSEEN;

    /** Since when. */
    long since;

    /** When its scheduler took something off it or put something on it. */
    final LongArrayList scheduled = new LongArrayList();
  }

  private static final long NONE = -1;
  private static final long UNSEEN = -2;

  private final Long2ObjectHashMap<Timeline> vcpus = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<Cpu> cpus = new Int2ObjectHashMap<>();
  private final Hypercalls calls = new Hypercalls();
  private final List<long[]> losses = new ArrayList<>();
  private final int[] cursors = new int[KINDS.length];
  private final Event event = new Event();
  private int held;
  private boolean full;
  private long gaps;
  private long firstTs = Long.MAX_VALUE;
  private long lastTs = Long.MIN_VALUE;
  private final ClockRate rate = new ClockRate();

  /** The kinds it looks at. */
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  /** Takes a batch in; batches come in order. */
  public void observe(Batch batch) {
    if (USED.stream().allMatch(kind -> batch.table(kind).rows() == 0)) {
      return;
    }
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    for (int i = 0; i < batch.size() && !full; i++) {
      int ordinal = order[i];
      int row = cursors[ordinal]++;
      if (USED.contains(KINDS[ordinal])) {
        event.moveTo(batch.table(ordinal), row);
        take(KINDS[ordinal], event);
      }
    }
  }

  private void take(Kind kind, Event e) {
    if (kind == Kind.LOST) {
      lost(e);
      return;
    }
    Cpu cpu = cpus.computeIfAbsent(e.cpu, key -> new Cpu());
    switch (kind) {
      case XEN_RUNSTATE -> change(e, cpu);
      case XEN_SWITCH -> left(e, cpu);
      case XEN_HYPERCALL -> held += calls.take(e) ? 1 : 0;
      default -> {}
    }
    cpu.latest = e.ts;
    firstTs = Math.min(firstTs, e.ts);
    lastTs = Math.max(lastTs, e.ts);
    full = held >= RECORDS_MAX;
  }

  private void change(Event e, Cpu cpu) {
    int domain = e.getInt(DOMAIN, -1);
    int vcpu = e.getInt(VCPU, -1);
    int from = e.getInt(OLD, Timeline.UNKNOWN);
    int to = e.getInt(NEW, Timeline.UNKNOWN);
    if (domain < 0 || vcpu < 0 || from < 0 || to < 0) {
      gaps++;
      return;
    }
    long key = key(domain, vcpu);
    held++;
    if (domain != IDLE) {
      Timeline timeline = vcpus.get(key);
      if (timeline == null && vcpus.size() < VCPUS_MAX) {
        timeline = new Timeline(domain, vcpu);
        vcpus.put(key, timeline);
      }
      gaps += timeline == null || timeline.add(e.ts, e.seq, e.cpu, from, to) ? 0 : 1;
    }
    if (from == Timeline.RUNNING || to == Timeline.RUNNING) {
      cpu.scheduled.addLong(e.ts);
    }
    if (from == Timeline.RUNNING) {
      gaps += cpu.runs == key || cpu.runs == UNSEEN ? 0 : 1;
      cpu.runs = NONE;
    }
    if (to == Timeline.RUNNING) {
      gaps += cpu.runs == NONE || cpu.runs == UNSEEN ? 0 : 1;
      cpu.runs = key;
      cpu.since = from == Timeline.RUNNING ? cpu.since : e.ts;
    }
  }

  /** The scheduler says how long the vCPU ran that it takes off: a measure of its clock. */
  private void left(Event e, Cpu cpu) {
    long ran = e.get(RUN_NS, 0);
    boolean prev = e.getInt(SWITCH_STEP, -1) == PREV;
    long key = key(e.getInt(PREV_DOMAIN, -1), e.getInt(PREV_VCPU, -1));
    if (prev && cpu.runs == key && ran >= TELLING_NS && e.ts > cpu.since) {
      rate.add(e.ts - cpu.since, ran);
    }
  }

  private void lost(Event e) {
    long from = e.ts;
    for (Map.Entry<Integer, Cpu> entry : cpus.entrySet()) {
      if (e.cpu < 0 || entry.getKey() == e.cpu) {
        from = Math.min(from, entry.getValue().latest);
        entry.getValue().runs = UNSEEN;
      }
    }
    boolean unseen = e.cpu >= 0 && !cpus.containsKey(e.cpu);
    losses.add(new long[] {unseen ? Long.MIN_VALUE : from, e.ts});
  }

  private static long key(int domain, int vcpu) {
    return (long) domain << 32 | vcpu & 0xffffffffL;
  }

  /** Whether the capture is a trace of Xen. */
  public boolean isOfXen() {
    return !cpus.isEmpty();
  }

  /** Whether there are run states to lay a guest's records against. */
  public boolean hasRunStates() {
    return !vcpus.isEmpty();
  }

  /** The vCPUs of every domain, by number, with the losses marked. */
  SortedMap<Integer, SortedMap<Integer, Timeline>> domains() {
    SortedMap<Integer, SortedMap<Integer, Timeline>> domains = new TreeMap<>();
    for (Timeline timeline : vcpus.values()) {
      losses.forEach(loss -> timeline.lost(loss[0], loss[1]));
      domains.computeIfAbsent(timeline.domain, key -> new TreeMap<>()).put(timeline.vcpu, timeline);
    }
    return domains;
  }

  Hypercalls calls() {
    return calls;
  }

  /**
   * Places where records contradict those before them although no loss is marked: lines are
   * missing, or a CPU was left out of the trace.
   */
  long gaps() {
    return gaps;
  }

  /** Nanoseconds of a unit of the clock, as the scheduler's own figures say; 0 if they do not. */
  public double nsPerUnit() {
    return rate.nsPerUnit();
  }

  /** Time of the latest record of a CPU; {@link Long#MIN_VALUE} if it has none. */
  long latest(int cpu) {
    Cpu known = cpus.get(cpu);
    return known == null ? Long.MIN_VALUE : known.latest;
  }

  /**
   * Whether a CPU took a hypercall or scheduled from one time up to another. Whatever it was doing
   * for some vCPU at the first it has then done by the second, because it begins neither while it
   * does anything else.
   */
  boolean wentOn(int cpu, long from, long to) {
    Cpu known = cpus.get(cpu);
    if (known == null) {
      return false;
    }
    int next = Times.firstFrom(known.scheduled, from);
    boolean scheduled = next < known.scheduled.size() && known.scheduled.getLong(next) <= to;
    return scheduled || calls.any(cpu, from, to);
  }

  /** Whether every CPU did. */
  boolean allWentOn(long from, long to) {
    return cpus.keySet().stream().allMatch(cpu -> wentOn(cpu, from, to));
  }

  /** Whether every CPU did that may at the first time have been at an event channel operation. */
  boolean sendersWentOn(long from, long to) {
    for (int cpu : cpus.keySet()) {
      Hypercalls.Calls sends = calls.events(cpu);
      int last = sends == null ? -1 : sends.from(from) - 1;
      boolean idle = sends == null || last < 0 || wentOn(cpu, sends.ts(last) + 1, from);
      if (!idle && !wentOn(cpu, from, to)) {
        return false;
      }
    }
    return true;
  }

  long firstTs() {
    return firstTs;
  }

  long lastTs() {
    return lastTs;
  }

  /** The vCPU in a domain; null if the trace has nothing of it. */
  @Nullable Timeline vcpu(int domain, int vcpu) {
    return vcpus.get(key(domain, vcpu));
  }
}

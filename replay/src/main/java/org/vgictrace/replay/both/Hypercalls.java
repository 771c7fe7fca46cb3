package org.vgictrace.replay.both;

import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;

/** The hypercalls by which guests send events and go to sleep, by the CPU that took them. */
final class Hypercalls {
  private static final int OP = Kind.XEN_HYPERCALL.column("op");
  private static final int VIA = Kind.XEN_HYPERCALL.column("via");
  private static final int PART = Labels.of(Kind.XEN_HYPERCALL, VIA, "multicall");
  private static final int COMMAND = Kind.XEN_HYPERCALL.column("arg0");
  private static final int DOMAIN = Kind.XEN_HYPERCALL.column("domain");

  /** {@code __HYPERVISOR_sched_op}, {@code __HYPERVISOR_event_channel_op} (public/xen.h). */
  private static final int SCHED_OP = 29;

  private static final int EVENT_CHANNEL_OP = 32;

  /** {@code SCHEDOP_block}, {@code SCHEDOP_poll} (public/sched.h). */
  private static final int BLOCK = 1;

  private static final int POLL = 3;

  /** Calls of one sort on one CPU, in order. */
  static final class Calls {
    private final LongArrayList ts = new LongArrayList();
    private final LongArrayList seq = new LongArrayList();
    private final IntArrayList command = new IntArrayList();

    /** The first from a time on. */
    int from(long time) {
      return Times.firstFrom(ts, time);
    }

    /** The one nearest to a time, -1 if there is none. */
    int nearest(long time) {
      int next = from(time);
      boolean before = next > 0;
      if (next == ts.size()) {
        return next - 1;
      }
      return before && time - ts.getLong(next - 1) < ts.getLong(next) - time ? next - 1 : next;
    }

    /** How many there are from one time up to another. */
    int between(long from, long to) {
      return from(to + 1) - from(from);
    }

    int size() {
      return ts.size();
    }

    long ts(int i) {
      return ts.getLong(i);
    }

    long seq(int i) {
      return seq.getLong(i);
    }

    private void add(Event e) {
      ts.addLong(e.ts);
      seq.addLong(e.seq);
      command.addInt(e.getInt(COMMAND, -1));
    }
  }

  private final Map<Integer, Calls> events = new HashMap<>();
  private final Map<Integer, Calls> sleeps = new HashMap<>();
  private final Map<Integer, Long> eventsByDomain = new HashMap<>();
  private long first = Long.MAX_VALUE;
  private long latest = Long.MIN_VALUE;

  /** Takes a hypercall in, if it is of interest. */
  boolean take(Event e) {
    int op = e.getInt(OP, -1);
    if (op != SCHED_OP && op != EVENT_CHANNEL_OP) {
      return false;
    }
    (op == SCHED_OP ? sleeps : events).computeIfAbsent(e.cpu, key -> new Calls()).add(e);
    first = Math.min(first, e.ts);
    latest = Math.max(latest, e.ts);
    if (op == EVENT_CHANNEL_OP && e.getInt(VIA, -1) != PART && e.has(DOMAIN)) {
      eventsByDomain.merge(e.getInt(DOMAIN, -1), 1L, Long::sum);
    }
    return true;
  }

  /** Whether the trace was made with the hypercalls of that domain. */
  boolean shows(int domain) {
    return eventsByDomain.containsKey(domain);
  }

  /**
   * Whether hypercalls are recorded both up to a time and from another on: what is recorded can be
   * changed at any time ({@code xentrace_setmask}).
   */
  boolean cover(long from, long to) {
    return first <= from && to <= latest;
  }

  /** Whether a CPU took one from one time up to another. */
  boolean any(int cpu, long from, long to) {
    return any(events.get(cpu), from, to) || any(sleeps.get(cpu), from, to);
  }

  private static boolean any(@Nullable Calls calls, long from, long to) {
    return calls != null && calls.between(from, to) > 0;
  }

  /** Event channel operations that a CPU took; null if there is none. */
  @Nullable Calls events(int cpu) {
    return events.get(cpu);
  }

  /**
   * Whether the last that was heard of a vCPU in a stretch in which it ran is that it sleeps until
   * an event comes, not until a port is raised that it polls.
   */
  boolean endsInSleep(Timeline vcpu, int stretch) {
    Calls calls = sleeps.get(vcpu.cpu(stretch));
    int last = calls == null ? -1 : calls.from(vcpu.end(stretch) + 1) - 1;
    return calls != null
        && last >= 0
        && calls.ts(last) >= vcpu.begin(stretch)
        && calls.command.getInt(last) == BLOCK;
  }

  /** Whether a vCPU polls in a stretch in which it ran. */
  boolean polls(Timeline vcpu, int stretch) {
    Calls calls = sleeps.get(vcpu.cpu(stretch));
    boolean polls = false;
    if (calls != null) {
      for (int i = calls.from(vcpu.begin(stretch)); i < calls.from(vcpu.end(stretch)); i++) {
        polls |= calls.command.getInt(i) == POLL;
      }
    }
    return polls;
  }
}

package org.vgictrace.analysis.stat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;

/** Adds up the time that the vCPUs of a Xen host spend in each run state. */
final class RunStates {
  private static final int DOMAIN = Kind.XEN_RUNSTATE.column("domain");
  private static final int VCPU = Kind.XEN_RUNSTATE.column("vcpu_id");
  private static final int OLD = Kind.XEN_RUNSTATE.column("old");
  private static final int NEW = Kind.XEN_RUNSTATE.column("new");
  private static final int RUNNING = RunStateFigures.STATES.indexOf("running");
  private static final int RUNNABLE = RunStateFigures.STATES.indexOf("runnable");
  private static final int UNKNOWN = -1;

  /** Most vCPUs with figures of their own; the others are left out. */
  private static final int VCPUS_MAX = 1 << 14;

  private final Long2ObjectHashMap<State> vcpus = new Long2ObjectHashMap<>();

  /** One vCPU. */
  private static final class State {
    final int domain;
    final int vcpu;
    final long[] times = new long[RunStateFigures.STATES.size()];
    final Latency wait = new Latency();
    int now = UNKNOWN;
    long since;
    long runs;

    State(int domain, int vcpu) {
      this.domain = domain;
      this.vcpu = vcpu;
    }

    /** Counters of CPUs may be a little apart: then no time passed. */
    void until(long ts) {
      if (now != UNKNOWN && ts > since) {
        times[now] += ts - since;
      }
    }
  }

  void change(KindTable table, int row) {
    int domain = (int) table.get(row, DOMAIN, -1);
    int vcpu = (int) table.get(row, VCPU, -1);
    int next = (int) table.get(row, NEW, UNKNOWN);
    State state = domain < 0 || vcpu < 0 || next < 0 ? null : state(domain, vcpu);
    if (state == null) {
      return;
    }
    if (table.get(row, OLD, UNKNOWN) != state.now) {
      // It changed in between on a CPU that is not recorded.
      state.now = UNKNOWN;
    } else if (next == state.now) {
      return;
    }
    long ts = table.ts()[row];
    state.until(ts);
    if (next == RUNNING) {
      state.runs++;
      if (state.now == RUNNABLE) {
        state.wait.add(ts - state.since);
      }
    }
    state.now = next;
    state.since = ts;
  }

  private @Nullable State state(int domain, int vcpu) {
    long key = (long) domain << Integer.SIZE | vcpu;
    State state = vcpus.get(key);
    if (state == null && vcpus.size() < VCPUS_MAX) {
      state = new State(domain, vcpu);
      vcpus.put(key, state);
    }
    return state;
  }

  /** Records are missing: no state is known any more. */
  void lost() {
    for (State state : vcpus.values()) {
      state.now = UNKNOWN;
    }
  }

  /** The figures, by domain and vCPU. */
  List<RunStateFigures> figures(long end) {
    vcpus.values().forEach(state -> state.until(end));
    return vcpus.values().stream()
        .map(
            state ->
                new RunStateFigures(
                    state.domain,
                    state.vcpu,
                    Arrays.stream(state.times).boxed().toList(),
                    state.runs,
                    state.wait.figures()))
        .sorted(
            Comparator.comparingInt(RunStateFigures::domain)
                .thenComparingInt(RunStateFigures::vcpu))
        .toList();
  }
}

package org.vgictrace.replay.runstate;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.RunStateRules;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * Follows the run states of a Xen host's vCPUs as {@code vcpu_runstate_change}
 * (xen/common/sched/core.c, 4.8 to 4.22) records them.
 *
 * <pre>
 *              wake                 schedule
 *   blocked  --------&gt;  runnable  ------------&gt;  running     anywhere but to and from
 *   offline  --------&gt;            &lt;------------              running a record may come
 *                                  preempted                 from any CPU
 *      ^                                            |
 *      +--------------------------------------------+
 *                 block, pause: by its own CPU
 * </pre>
 */
public final class RunStatePart implements Part {
  private static final Set<Kind> USED =
      EnumSet.of(Kind.XEN_RUNSTATE, Kind.XEN_HVM_ENTRY, Kind.XEN_HVM_EXIT, Kind.LOST);

  private static final List<Rule> RULES = Catalogue.rules();
  private static final int TWICE = Ledger.index(RunStateRules.XT_4);
  private static final int TAKES_OVER = Ledger.index(RunStateRules.XT_5);
  private static final int LEGAL = Ledger.index(RunStateRules.XT_6);
  private static final int ALTERNATE = Ledger.index(RunStateRules.XT_7);

  private static final int DOMAIN = Kind.XEN_RUNSTATE.column("domain");
  private static final int VCPU = Kind.XEN_RUNSTATE.column("vcpu_id");
  private static final int OLD = Kind.XEN_RUNSTATE.column("old");
  private static final int NEW = Kind.XEN_RUNSTATE.column("new");

  /** Most vCPUs, CPUs and pairs of CPUs that are followed; what is beyond is not judged. */
  private static final int MOST = 1 << 14;

  private static final String SWITCHES = "hypervisor=Xen";

  private final Machine machine;
  private final Ledger ledger;
  private final Long2ObjectHashMap<VcpuRun> vcpus = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<CpuRun> cpus = new Int2ObjectHashMap<>();

  /** By first and second CPU. */
  private final Long2ObjectHashMap<Moves> byPair = new Long2ObjectHashMap<>();

  public RunStatePart(Machine machine, Ledger ledger) {
    this.machine = machine;
    this.ledger = ledger;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    CpuRun cpu = e.cpu < 0 ? null : cpu(e.cpu);
    if (cpu == null) {
      if (kind == Kind.LOST) {
        cpus.values().forEach(CpuRun::forget);
        vcpus.values().forEach(VcpuRun::forget);
      }
      return;
    }
    switch (kind) {
      case XEN_RUNSTATE -> change(e, cpu);
      case XEN_HVM_ENTRY -> crosses(e, cpu, true);
      case XEN_HVM_EXIT -> crosses(e, cpu, false);
      case LOST -> lost(e.cpu, cpu);
      default -> {}
    }
  }

  private void lost(int number, CpuRun cpu) {
    cpu.forget();
    for (VcpuRun v : vcpus.values()) {
      if (v.cpu == number || v.secondCpu == number) {
        v.forget();
      }
    }
  }

  private void change(Event e, CpuRun cpu) {
    VcpuRun v = vcpu(e);
    int from = e.getInt(OLD, RunState.UNKNOWN);
    int to = e.getInt(NEW, RunState.UNKNOWN);
    if (v == null || from == RunState.UNKNOWN || to == RunState.UNKNOWN) {
      return;
    }
    machine.saw(Observation.RUN_STATES);
    ledger.beginTransition();
    if (from == RunState.RUNNING) {
      leaves(e, cpu, v, to);
    }
    if (to == RunState.RUNNING) {
      if (from != RunState.RUNNING) {
        begins(e, cpu, v, from);
      }
      cpu.runs(v, e);
    }
    ledger.endTransition();
  }

  /** A vCPU that runs leaves its CPU, or goes on there. */
  private void leaves(Event e, CpuRun cpu, VcpuRun v, int to) {
    VcpuRun running = cpu.running;
    if (!cpu.known) {
      ledger.indeterminate(LEGAL, Reason.TRACE_START);
    } else if (running == v) {
      ledger.consistent(LEGAL);
    } else if (!cpu.isSingle()) {
      ledger.indeterminate(LEGAL, Reason.CONFIG);
    } else {
      String where = " on CPU " + e.cpu + ", where it did not run";
      violated(
          LEGAL,
          e,
          v,
          v.label() + (to == RunState.RUNNING ? " goes on running" : " stops running") + where,
          "only the vCPU that runs on a CPU leaves it or stays",
          running == null ? "no vCPU ran there" : running.label() + " ran there",
          began(cpu, e.cpu));
    }
    if (to != RunState.RUNNING) {
      settle(e, v);
      cpu.left(v);
      if (v.cpu == e.cpu || v.cpu == VcpuRun.NONE) {
        v.leftCpu = e.cpu;
        v.leftTs = e.ts;
        v.cpu = VcpuRun.NONE;
      }
    }
  }

  /** A vCPU begins to run. */
  private void begins(Event e, CpuRun cpu, VcpuRun v, int from) {
    if (from == RunState.RUNNABLE) {
      ledger.consistent(LEGAL);
    } else {
      violated(
          LEGAL,
          e,
          v,
          v.label() + " begins to run although it was " + RunState.name(from),
          "a vCPU becomes runnable before it runs",
          RunState.name(from) + " -> running",
          null);
    }
    VcpuRun running = cpu.running;
    if (!cpu.known) {
      ledger.indeterminate(TAKES_OVER, Reason.TRACE_START);
    } else if (running == null) {
      ledger.consistent(TAKES_OVER);
    } else if (!cpu.isSingle()) {
      // vCPUs that are scheduled together on a core begin one after the other.
      ledger.indeterminate(TAKES_OVER, Reason.CONFIG);
    } else {
      violated(
          TAKES_OVER,
          e,
          v,
          v.label()
              + " begins to run on CPU "
              + e.cpu
              + ", which "
              + running.label()
              + " has not left",
          "a CPU runs one vCPU at a time",
          running.label() + " ran there",
          began(cpu, e.cpu));
    }
    moves(e, v);
  }

  /** Notes on which CPU the vCPU runs now, and what that says about the clocks of two CPUs. */
  private void moves(Event e, VcpuRun v) {
    if (v.cpu != VcpuRun.NONE && v.cpu != e.cpu) {
      if (v.secondCpu == VcpuRun.NONE) {
        v.secondCpu = e.cpu;
        v.secondTs = e.ts;
      }
      return;
    }
    if (v.leftCpu == VcpuRun.NONE) {
      ledger.indeterminate(TWICE, Reason.TRACE_START);
    } else {
      ledger.consistent(TWICE);
      Moves moves = v.leftCpu == e.cpu ? null : moves(v.leftCpu, e.cpu);
      if (moves != null) {
        moves.add(e.ts - v.leftTs);
      }
    }
    v.cpu = e.cpu;
    v.since = e.ts;
  }

  /**
   * A vCPU leaves a CPU after it began to run on another one: it ran on both, or the counters of
   * the two are apart.
   *
   * <pre>
   *   first   |---- runs ----|            either the second counter is behind by the overlap,
   *   second           |---- runs ...     or ahead by all the time until the second run
   * </pre>
   */
  private void settle(Event e, VcpuRun v) {
    if (v.secondCpu == VcpuRun.NONE) {
      return;
    }
    int first = v.cpu;
    int second = v.secondCpu;
    Moves there = moves(first, second);
    Moves back = moves(second, first);
    long overlap = e.ts - v.secondTs;
    if (e.cpu != first || there == null || back == null) {
      ledger.indeterminate(TWICE, Reason.RACE_WINDOW);
    } else if (!there.areOrdered()
        || !back.areOrdered()
        || back.allow(overlap)
        || there.allow(v.secondTs - v.since)) {
      ledger.indeterminate(TWICE, Reason.RACE_WINDOW);
      there.overlap();
      back.overlap();
    } else {
      there.overlap();
      back.overlap();
      violated(
          TWICE,
          e,
          v,
          v.label() + " ran on CPU " + first + " and on CPU " + second + " at one time",
          "a vCPU leaves one CPU before it begins to run on another",
          "it began to run on CPU "
              + second
              + " "
              + overlap
              + " clock units before it left CPU "
              + first
              + ", more than the counters are apart",
          new EventRef(e.seq, v.secondTs, second, v.label() + " runnable -> running"));
    }
    v.cpu = e.cpu == first ? second : VcpuRun.NONE;
    v.since = v.secondTs;
    v.secondCpu = VcpuRun.NONE;
    v.leftCpu = VcpuRun.NONE;
  }

  /** A guest is entered or left, in hardware virtualisation. */
  private void crosses(Event e, CpuRun cpu, boolean enters) {
    machine.saw(Observation.GUEST_CROSSINGS);
    int before = enters ? CpuRun.OUTSIDE : CpuRun.INSIDE;
    if (cpu.guest == CpuRun.UNKNOWN) {
      ledger.indeterminate(ALTERNATE, Reason.TRACE_START);
    } else if (cpu.guest == before) {
      ledger.consistent(ALTERNATE);
    } else {
      String what = enters ? "entry" : "exit";
      ledger.violated(
          ALTERNATE,
          Strength.HARD,
          new Finding(
              RULES.get(ALTERNATE),
              "CPU " + e.cpu + " records two " + (enters ? "entries" : "exits") + " in a row",
              Ledger.ref(e, "guest " + what),
              List.of(new EventRef(cpu.guestSeq, cpu.guestTs, e.cpu, "guest " + what)),
              e.pid,
              null,
              null,
              null,
              "guest entries and exits of a CPU alternate",
              "no guest " + (enters ? "exit" : "entry") + " between the two",
              SWITCHES,
              1));
    }
    cpu.guest = enters ? CpuRun.INSIDE : CpuRun.OUTSIDE;
    cpu.guestSeq = e.seq;
    cpu.guestTs = e.ts;
  }

  private void violated(
      int rule,
      Event e,
      VcpuRun v,
      String message,
      String expected,
      String observed,
      @Nullable EventRef because) {
    String change =
        v.label()
            + " "
            + RunState.name(e.getInt(OLD, RunState.UNKNOWN))
            + " -> "
            + RunState.name(e.getInt(NEW, RunState.UNKNOWN));
    ledger.violated(
        rule,
        Strength.HARD,
        new Finding(
            RULES.get(rule),
            message,
            Ledger.ref(e, change),
            because == null ? List.of() : List.of(because),
            e.pid,
            "d" + v.domain,
            v.id,
            null,
            expected,
            observed,
            SWITCHES,
            1));
  }

  /** The record with which a CPU's vCPU began to run there. */
  private static @Nullable EventRef began(CpuRun cpu, int number) {
    VcpuRun v = cpu.running;
    return v == null
        ? null
        : new EventRef(cpu.sinceSeq, cpu.since, number, v.label() + " -> running");
  }

  private @Nullable VcpuRun vcpu(Event e) {
    int domain = e.getInt(DOMAIN, -1);
    int id = e.getInt(VCPU, -1);
    if (domain < 0 || id < 0) {
      return null;
    }
    long key = (long) domain << Integer.SIZE | id;
    VcpuRun v = vcpus.get(key);
    if (v == null && vcpus.size() < MOST) {
      v = new VcpuRun(domain, id);
      vcpus.put(key, v);
    }
    return v;
  }

  private @Nullable CpuRun cpu(int number) {
    CpuRun cpu = cpus.get(number);
    if (cpu == null && cpus.size() < MOST) {
      cpu = new CpuRun();
      cpus.put(number, cpu);
    }
    return cpu;
  }

  private @Nullable Moves moves(int from, int to) {
    long key = (long) from << Integer.SIZE | to;
    Moves moves = byPair.get(key);
    if (moves == null && byPair.size() < MOST) {
      moves = new Moves();
      byPair.put(key, moves);
    }
    return moves;
  }
}

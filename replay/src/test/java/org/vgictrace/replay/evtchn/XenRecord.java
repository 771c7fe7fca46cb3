package org.vgictrace.replay.evtchn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/** Records what an instrumented Xen would, and has it judged at once. */
final class XenRecord {
  static final int FREE = 0;
  static final int UNBOUND = 2;
  static final int INTERDOMAIN = 3;
  static final int PIRQ = 4;
  static final int VIRQ = 5;
  static final int IPI = 6;

  private static final int SCHED_OP = 29;
  private static final int EVENT_CHANNEL_OP = 32;

  private final Replay replay =
      new Replay(
          new ReplayOptions("M612", null, ClockOrder.CLOSE, Set.of(), Set.of()), finding -> {});
  private final BatchBuilder rows =
      new BatchBuilder(
          new BatchPool(new Names()),
          (batch, pool) -> {
            replay.accept(batch);
            pool.recycle(batch);
          });
  private long time;

  private KindTable row(Kind kind, int cpu) {
    time += 100;
    try {
      return rows.append(kind, time, cpu, -1, -1, -1, -1, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int label(Kind kind, String column, String label) {
    return kind.columns().get(kind.column(column)).labels().indexOf(label);
  }

  private static void put(KindTable row, Kind kind, String column, long value) {
    row.put(kind.column(column), value);
  }

  XenRecord domain(int id, boolean created) {
    KindTable row = row(Kind.XEN_DOMAIN, 0);
    String op = created ? "create" : "destroy";
    put(row, Kind.XEN_DOMAIN, "op", label(Kind.XEN_DOMAIN, "op", op));
    put(row, Kind.XEN_DOMAIN, "domain", id);
    return this;
  }

  private KindTable channel(String step, int cpu, int domain, int port, int vcpu) {
    KindTable row = row(Kind.XEN_EVTCHN, cpu);
    put(row, Kind.XEN_EVTCHN, "step", label(Kind.XEN_EVTCHN, "step", step));
    put(row, Kind.XEN_EVTCHN, "domain", domain);
    put(row, Kind.XEN_EVTCHN, "port", port);
    put(row, Kind.XEN_EVTCHN, "vcpu_id", vcpu);
    return row;
  }

  XenRecord state(int cpu, int domain, int port, int old, int now, int vcpu, int aux0, int aux1) {
    KindTable row = channel("state", cpu, domain, port, vcpu);
    put(row, Kind.XEN_EVTCHN, "old_state", old);
    put(row, Kind.XEN_EVTCHN, "new_state", now);
    put(row, Kind.XEN_EVTCHN, "aux0", aux0);
    put(row, Kind.XEN_EVTCHN, "aux1", aux1);
    return this;
  }

  /** A raise or, if {@code unmask}, a hypercall that unmasks. */
  XenRecord raise(
      int cpu,
      boolean unmask,
      int domain,
      int port,
      int vcpu,
      boolean newly,
      boolean masked,
      boolean bit,
      boolean flag) {
    KindTable row = channel(unmask ? "unmask" : "set_pending", cpu, domain, port, vcpu);
    put(row, Kind.XEN_EVTCHN, "newly_pending", newly ? 1 : 0);
    put(row, Kind.XEN_EVTCHN, "masked", masked ? 1 : 0);
    put(row, Kind.XEN_EVTCHN, "selector", bit ? 1 : 0);
    put(row, Kind.XEN_EVTCHN, "upcall", flag ? 1 : 0);
    return this;
  }

  /** What a raise found and did, each one digit: newly pending, masked, bit, flag. */
  XenRecord raise(int cpu, int domain, int port, int vcpu, String bits) {
    return raise(
        cpu,
        false,
        domain,
        port,
        vcpu,
        bits.charAt(0) == '1',
        bits.charAt(1) == '1',
        bits.charAt(2) == '1',
        bits.charAt(3) == '1');
  }

  XenRecord link(int cpu, int domain, int port, int vcpu, int priority, int tail, boolean behind) {
    KindTable row = channel("fifo_link", cpu, domain, port, vcpu);
    put(row, Kind.XEN_EVTCHN, "tail", tail);
    put(row, Kind.XEN_EVTCHN, "priority", priority);
    put(row, Kind.XEN_EVTCHN, "link_flags", behind ? 1 : 0);
    return this;
  }

  XenRecord sched(int cpu, String step, int domain, int vcpu) {
    KindTable row = row(Kind.XEN_SCHED, cpu);
    put(row, Kind.XEN_SCHED, "step", label(Kind.XEN_SCHED, "step", step));
    put(row, Kind.XEN_SCHED, "domain", domain);
    put(row, Kind.XEN_SCHED, "vcpu_id", vcpu);
    return this;
  }

  /** The vCPU asks to be blocked, or does something about a port. */
  XenRecord hypercall(int cpu, int domain, int vcpu, boolean block) {
    KindTable row = row(Kind.XEN_HYPERCALL, cpu);
    put(row, Kind.XEN_HYPERCALL, "domain", domain);
    put(row, Kind.XEN_HYPERCALL, "vcpu_id", vcpu);
    put(row, Kind.XEN_HYPERCALL, "op", block ? SCHED_OP : EVENT_CHANNEL_OP);
    if (block) {
      put(row, Kind.XEN_HYPERCALL, "arg0", 1);
    }
    return this;
  }

  /** The vCPU asks to be blocked and is. */
  XenRecord block(int cpu, int domain, int vcpu) {
    return hypercall(cpu, domain, vcpu, true).sched(cpu, "block", domain, vcpu);
  }

  XenRecord lost(int cpu) {
    row(Kind.LOST, cpu);
    return this;
  }

  ReplayResult result() {
    try {
      rows.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replay.finish();
  }

  /** Identifiers of the rules that were found broken, in order. */
  static List<String> broken(ReplayResult result) {
    return result.findings().stream().map(Finding::rule).map(Rule::id).toList();
  }

  /** How often a rule held. */
  static long held(ReplayResult result, Rule rule) {
    return result.rules().stream()
        .filter(count -> count.rule().equals(rule))
        .mapToLong(RuleCount::consistent)
        .sum();
  }
}

package org.vgictrace.analysis.stat;

import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vm;

/** Follows one interrupt from injection to its end. */
final class InterruptStat {
  /** Nothing is being measured. */
  private static final long NEVER = Long.MIN_VALUE;

  private static final int SGIS = 16;
  private static final int LPIS = 8192;

  private final @Nullable Vm vm;
  private final @Nullable Vcpu vcpu;
  private final long intid;
  private final boolean measured;
  private final Latency toLr = new Latency();
  private final Latency toRetire = new Latency();
  private long attempts;
  private long calls;
  private long populations;
  private long retirements;
  private long raisedAt = NEVER;
  private long liveSince = NEVER;
  private int epoch;
  private boolean edge;

  InterruptStat(@Nullable Vm vm, @Nullable Vcpu vcpu, long intid) {
    this(vm, vcpu, intid, true);
  }

  private InterruptStat(@Nullable Vm vm, @Nullable Vcpu vcpu, long intid, boolean measured) {
    this.vm = vm;
    this.vcpu = vcpu;
    this.intid = intid;
    this.measured = measured;
    this.edge = intid < SGIS || intid >= LPIS;
  }

  /** Many interrupts together: they can be counted but not followed. */
  static InterruptStat ofMany() {
    return new InterruptStat(null, null, -1, false);
  }

  /** Learns how it is triggered. */
  void configured(boolean isEdge) {
    edge = isEdge;
  }

  /** Forgets what began before events were lost. */
  void in(int lossEpoch) {
    if (epoch != lossEpoch) {
      epoch = lossEpoch;
      raisedAt = NEVER;
      liveSince = NEVER;
    }
  }

  /** The stock tracepoint of an injection with level 1. */
  void attempted() {
    attempts++;
  }

  /** The probe on the injection function, with level 1. */
  void called() {
    calls++;
  }

  /** It became pending; the first time counts until it reaches a list register. */
  void raised(long ts) {
    if (measured && raisedAt == NEVER) {
      raisedAt = ts;
    }
  }

  /** Its line fell, which ends the wish for a level interrupt; an edge stays pending. */
  void lowered() {
    if (!edge) {
      raisedAt = NEVER;
    }
  }

  /** It is written to a list register. */
  void populated() {
    populations++;
  }

  /** It is in a list register, pending or not. */
  void live(long ts, boolean pending, VcpuStat on) {
    if (pending && raisedAt != NEVER) {
      toLr.add(ts - raisedAt);
      on.toLr.add(ts - raisedAt);
      raisedAt = NEVER;
    }
    if (measured && liveSince == NEVER) {
      liveSince = ts;
    }
  }

  /** Its list register came back inactive. */
  void retired(long ts, VcpuStat on) {
    retirements++;
    if (liveSince != NEVER) {
      toRetire.add(ts - liveSince);
      on.toRetire.add(ts - liveSince);
      liveSince = NEVER;
    }
  }

  InterruptFigures figures() {
    return new InterruptFigures(
        vm == null ? null : vm.label(),
        vcpu == null || vcpu.id() < 0 ? null : vcpu.id(),
        intid,
        Math.max(attempts, calls),
        populations,
        retirements,
        toLr.figures(),
        toRetire.figures());
  }
}

package org.vgictrace.replay.kvm.timer;

import static org.vgictrace.replay.rule.QuirkRules.SOFT;
import static org.vgictrace.replay.rule.TimerRules.TMR_6;
import static org.vgictrace.replay.rule.TimerRules.TMR_7;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.kvm.timer.TimerThread.Open;
import org.vgictrace.replay.rule.Reason;

/**
 * Judges the host's timers that stand in for those of a vCPU: emulated ones, and while it sleeps.
 */
final class SoftTimerChecks {
  private static final int T6 = Ledger.index(TMR_6);
  private static final int T7 = Ledger.index(TMR_7);
  private static final int Q = Ledger.index(SOFT);

  private static final int POINTER = Kind.HRTIMER.column("hrtimer");
  private static final int FUNCTION = Kind.HRTIMER.column("function");

  /** Bytes of struct kvm_vcpu at most; its timers are in it. */
  private static final long VCPU_BYTES_MAX = 0x10000;

  private static final int FIXED = Profile.version(6, 14, 0);
  private static final int FIXED_6_12 = Profile.version(6, 12, 14);
  private static final int AFTER_6_12 = Profile.version(6, 13, 0);

  private final Machine machine;
  private final TimerJudge judge;

  /** Whether the recording shows soft timers of KVM. */
  private boolean showsSoftTimers;

  SoftTimerChecks(Machine machine, TimerJudge judge) {
    this.machine = machine;
    this.judge = judge;
  }

  /** A timer of the host is started in the thread: what is due may be done with that. */
  void started(Event e, TimerThread thread, Names names) {
    if (!isOfKvm(e, names)) {
      return;
    }
    showsSoftTimers = true;
    if (thread.arming.isOpen) {
      thread.arming.isOpen = false;
      if (thread.contexts[thread.arming.timer].canFire == 1) {
        judge.holds(T6);
      }
    }
    if (thread.sleep.isOpen) {
      thread.sleep.isOpen = false;
      judge.holds(T7);
    }
  }

  private boolean isOfKvm(Event e, Names names) {
    if (e.has(FUNCTION)) {
      String function = names.text(e.getInt(FUNCTION, 0));
      if (function.startsWith("kvm_bg_timer_expire") || function.startsWith("kvm_hrtimer_expire")) {
        return true;
      }
    }
    return vcpuAround(e.get(POINTER, 0)) != null;
  }

  /** The vCPU in whose structure the address is, or null. */
  @Nullable VcpuState vcpuAround(long address) {
    VcpuState best = null;
    for (VcpuState v : machine.vcpus()) {
      long offset = address - v.pointer();
      if (v.pointer() != 0
          && offset > 0
          && offset < VCPU_BYTES_MAX
          && (best == null || v.pointer() > best.pointer())) {
        best = v;
      }
    }
    return best;
  }

  /** The thread goes on, and no soft timer was started for what it evaluated to low. */
  void notArmed(Event e, TimerThread thread) {
    Open arming = thread.arming;
    arming.isOpen = false;
    TimerContext context = thread.contexts[arming.timer];
    if (context.canFire != 1) {
      return;
    }
    if (!showsSoftTimers) {
      context.expiryDue = true;
      judge.undecided(T6, Reason.PROBE_MISSING);
      return;
    }
    boolean changed = arming.level == 1;
    boolean quirk = changed && mayReturnEarly();
    judge.broken(
        quirk ? Q : T6,
        Strength.ABSENCE,
        e,
        "the thread goes on",
        thread.pid,
        context.intid(),
        "The emulated " + context.title() + " will not fire: its soft timer was not started.",
        "the start of a soft timer, since the timer is enabled and its output low",
        "none" + (changed ? " after the output was lowered" : ""),
        arming.ref("evaluated in software: should fire 0"));
  }

  /** Whether the version may be one that does not start a soft timer after a change. */
  private boolean mayReturnEarly() {
    int version = machine.profile().version();
    if (version < 0) {
      return !machine.profile().isEoiCount();
    }
    return version < FIXED && (version < FIXED_6_12 || version >= AFTER_6_12);
  }

  /** The soft timer of an emulated timer expires: it was started. */
  void expired(TimerContext context) {
    if (context.expiryDue) {
      context.expiryDue = false;
      judge.holds(T6);
    }
  }

  /** The timers of a vCPU that waits for an interrupt are saved. */
  void saved(Event e, TimerThread thread, TimerContext context) {
    if (thread.blocked && TimerContext.canFire(context.ctl)) {
      thread.sleep.open(e, context.index, context.intid(), 0);
    }
  }

  /** The background timer of some vCPU expires: it was started. */
  void backgroundExpired(@Nullable TimerThread thread) {
    if (thread != null && thread.sleep.isOpen) {
      thread.sleep.isOpen = false;
      judge.holds(T7);
    }
  }

  /** A vCPU that slept is loaded, and nothing showed that its background timer was started. */
  void awake(Event e, TimerThread thread) {
    Open sleep = thread.sleep;
    sleep.isOpen = false;
    if (!showsSoftTimers) {
      judge.undecided(T7, Reason.PROBE_MISSING);
      return;
    }
    TimerContext context = thread.contexts[sleep.timer];
    judge.broken(
        T7,
        Strength.ABSENCE,
        e,
        "load of the vCPU",
        thread.pid,
        context.intid(),
        "The vCPU slept without a timer to wake it for its " + context.title() + ".",
        "the start of the background timer when the vCPU was scheduled away",
        "none",
        context.savedRef());
  }
}

package org.vgictrace.replay.kvm.timer;

import static org.vgictrace.replay.rule.TimerRules.TMR_8;
import static org.vgictrace.replay.rule.TimerRules.TMR_9;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Reason;

/** Judges the physical interrupt of a direct timer against the list register that stands for it. */
final class DeliveryChecks {
  private static final int T8 = Ledger.index(TMR_8);
  private static final int T9 = Ledger.index(TMR_9);

  private final Machine machine;
  private final TimerJudge judge;

  /** Writes to interrupt controllers so far. */
  private long writes;

  /** Whether the recording shows such writes. */
  private boolean showsWrites;

  DeliveryChecks(Machine machine, TimerJudge judge) {
    this.machine = machine;
    this.judge = judge;
  }

  /** Some guest, or user space, writes what may be an interrupt controller. */
  void written() {
    writes++;
    showsWrites = true;
  }

  /** The active state of a host interrupt is written while a vCPU is loaded. */
  void activated(Event e, TimerThread thread, int hostIrq, boolean active) {
    TimerThread.Open activation = thread.activation;
    activation.isOpen = false;
    if (activation.level == 0) {
      return;
    }
    if (active) {
      judge.holds(T8);
      return;
    }
    judge.broken(
        T8,
        Strength.PAIR,
        e,
        "host interrupt " + hostIrq + " made inactive",
        thread.pid,
        activation.intid,
        "The physical timer interrupt was left to fire while the guest has its own: expect a"
            + " storm.",
        "the active state, since the load forwarded a high output",
        "inactive",
        activation.ref(OutputChecks.output(activation.intid, activation.level)));
  }

  /** A timer is restored: its physical interrupt is active if the load forwarded a high output. */
  void restored(Event e, TimerThread thread, TimerContext context) {
    context.physicallyActive = -1;
    if (context.updates == 1 && context.level == 1 && thread.injects[1]) {
      becomesActive(e, context);
    }
  }

  private void becomesActive(Event e, TimerContext context) {
    context.physicallyActive = 1;
    context.activeSeq = e.seq;
    context.activeTs = e.ts;
    context.activeCpu = e.cpu;
  }

  /** The host takes the physical interrupt of a timer. */
  void taken(Event e, TimerThread thread, TimerContext context) {
    if (!thread.injects[1]) {
      return;
    }
    if (context.physicallyActive == 1) {
      judge.broken(
          T8,
          Strength.ABSENCE,
          e,
          "handler of the " + context.name(),
          thread.pid,
          context.intid(),
          "The host took the interrupt of the guest's " + context.name() + " again and again.",
          "no further interrupt until the guest deactivates its own",
          "one more while the physical interrupt is active",
          context.activeRef());
    } else if (context.loaded == 1) {
      judge.holds(T8);
    }
    becomesActive(e, context);
  }

  /** The list registers at entry. */
  void entryImage(Event e, TimerThread thread) {
    VcpuState v = machine.vcpuOfThread(thread.pid);
    thread.exitSeen = false;
    for (TimerContext context : thread.contexts) {
      long lr = thread.isDirect(context.index) ? find(e, v, context.intid()) : 0;
      boolean v3 = machine.isV3();
      context.listed = lr != 0 && Lr.isHw(lr, v3);
      boolean pending = lr != 0 && Lr.isPending(lr, v3);
      if (context.deactivated && context.outputSince == 1) {
        delivered(e, thread, context, pending);
      }
      context.deactivated = false;
      context.outputSince = -1;
      if (pending) {
        context.enabledAt = writes;
      }
    }
  }

  private void delivered(Event e, TimerThread thread, TimerContext context, boolean pending) {
    int used = e.getInt(LrImage.USED_LRS, 0);
    if (pending) {
      judge.holds(T9);
    } else if (!showsWrites) {
      judge.undecided(T9, Reason.PROBE_MISSING);
    } else if (context.enabledAt < 0) {
      judge.undecided(T9, Reason.TRACE_START);
    } else if (context.enabledAt != writes) {
      judge.undecided(T9, Reason.RACE_WINDOW);
    } else if (machine.listRegisters() < 0 || used >= machine.listRegisters()) {
      judge.undecided(T9, Reason.CONFIG);
    } else {
      judge.broken(
          T9,
          Strength.PAIR,
          e,
          "entry image used_lrs=" + used,
          thread.pid,
          context.intid(),
          "The guest's "
              + context.name()
              + " interrupt was lost: its output is high again, but it is not pending.",
          "INTID " + context.intid() + " pending in a list register",
          context.listed ? "INTID " + context.intid() + " not pending" : "no list register has it",
          context.deactivatedRef());
    }
  }

  /** The list registers after exit. */
  void exitImage(Event e, TimerThread thread) {
    thread.exitSeen = true;
    VcpuState v = machine.vcpuOfThread(thread.pid);
    for (TimerContext context : thread.contexts) {
      if (!context.listed) {
        continue;
      }
      long lr = find(e, v, context.intid());
      if (lr == 0 || Lr.state(lr, machine.isV3()) == Lr.STATE_INACTIVE) {
        context.physicallyActive = -1;
        context.deactivated = lr != 0;
        context.outputSince = -1;
        context.deactivatedSeq = e.seq;
        context.deactivatedTs = e.ts;
        context.deactivatedCpu = e.cpu;
      }
    }
  }

  /** The used list register of that interrupt, 0 if none. */
  private long find(Event e, @Nullable VcpuState v, int intid) {
    int used = Math.min(e.getInt(LrImage.USED_LRS, 0), LrImage.LRS_MAX);
    boolean v2Guest = v != null && machine.isV2Guest(v);
    for (int k = 0; k < used; k++) {
      long lr = e.get(LrImage.LR0 + k, 0);
      if (lr != 0 && Lr.intid(lr, machine.isV3(), v2Guest) == intid) {
        return lr;
      }
    }
    return 0;
  }

  /** The guest runs: what is not in a list register may be deactivated unseen. */
  void entered(TimerThread thread) {
    for (TimerContext context : thread.contexts) {
      if (!context.listed) {
        context.physicallyActive = -1;
      }
    }
  }

  /** The guest has run; without an exit image nothing is known of its deactivations. */
  void left(TimerThread thread) {
    if (!thread.exitSeen) {
      for (TimerContext context : thread.contexts) {
        context.physicallyActive = -1;
        context.deactivated = false;
      }
    }
  }
}

package org.vgictrace.replay.kvm.timer;

import static org.vgictrace.replay.rule.OwnershipRules.OWN_6;
import static org.vgictrace.replay.rule.TimerRules.TMR_1;
import static org.vgictrace.replay.rule.TimerRules.TMR_10;
import static org.vgictrace.replay.rule.TimerRules.TMR_2;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.kvm.timer.TimerThread.Open;
import org.vgictrace.replay.rule.Reason;

/** Judges outputs: that they are forwarded, when, for whom, and with which level. */
final class OutputChecks {
  private static final int T1 = Ledger.index(TMR_1);
  private static final int T2 = Ledger.index(TMR_2);
  private static final int T10 = Ledger.index(TMR_10);
  private static final int O6 = Ledger.index(OWN_6);

  /** The first version that does not keep the output of a timer. */
  private static final int NO_CACHE = Profile.version(7, 2, 0);

  private final Machine machine;
  private final TimerJudge judge;

  OutputChecks(Machine machine, TimerJudge judge) {
    this.machine = machine;
    this.judge = judge;
  }

  /**
   * An output is forwarded by an interrupt handler.
   *
   * @param thread the interrupted one, null if it is not known to run a vCPU
   */
  void inInterrupt(Event e, @Nullable TimerThread thread, int number, long intid, int level) {
    if (thread == null && e.pid != 0) {
      judge.undecided(O6, Reason.UNKNOWN_VCPU);
    } else if (thread == null || thread.isInUserSpace && !thread.expiring) {
      judge.broken(
          O6,
          Strength.PAIR,
          e,
          output(intid, level),
          e.pid,
          intid,
          "A timer interrupt was taken for vCPU " + number + ", which is not loaded on that CPU.",
          "no output of a timer while no vCPU is loaded",
          e.pid == 0 ? "an output in the idle task" : "an output after the return to user space");
    } else if (thread.number < 0) {
      judge.undecided(O6, Reason.UNKNOWN_VCPU);
    } else if (thread.number != number) {
      judge.broken(
          O6,
          Strength.PAIR,
          e,
          output(intid, level),
          e.pid,
          intid,
          "A timer interrupt was taken for another vCPU than the one that is loaded.",
          "an output of vCPU " + thread.number,
          "an output of vCPU " + number);
    } else {
      judge.holds(O6);
    }
    if (thread != null) {
      thread.interruptUpdate.open(e, TimerContext.ofIntid(intid), intid, level);
    }
  }

  /** An output is forwarded by the vCPU's thread. */
  void inThread(Event e, TimerThread thread, long intid, int level) {
    Open emulation = thread.emulation;
    int timer = TimerContext.ofIntid(intid);
    if (emulation.isOpen && emulation.timer == timer) {
      emulation.isOpen = false;
      followed(e, thread, emulation, level);
    }
    thread.update.open(e, timer, intid, level);
  }

  /** Whether this version keeps the output and forwards changes only: 1 yes, 0 no, -1 unknown. */
  private int keepsOutput() {
    int version = machine.profile().version();
    if (version >= 0) {
      return version < NO_CACHE ? 1 : 0;
    }
    return machine.profile().isLegacy() ? 1 : -1;
  }

  private void followed(Event e, TimerThread thread, Open emulation, int level) {
    TimerContext context = thread.contexts[emulation.timer];
    boolean changed = context.level >= 0 && context.level != emulation.level;
    if (level != emulation.level) {
      judge.broken(
          T2,
          Strength.PAIR,
          e,
          output(context.intid(), level),
          thread.pid,
          context.intid(),
          "The output of the emulated " + context.name() + " was forwarded wrongly.",
          "level " + emulation.level + ", as evaluated",
          "level " + level,
          emulation.ref(evaluation(emulation)));
    } else if (keepsOutput() == 0 || changed) {
      judge.holds(T2);
    } else if (keepsOutput() < 0) {
      judge.undecided(T2, Reason.UNKNOWN_VERSION);
    } else if (context.level < 0) {
      judge.undecided(T2, Reason.TRACE_START);
    } else {
      judge.broken(
          T2,
          Strength.ABSENCE,
          e,
          output(context.intid(), level),
          thread.pid,
          context.intid(),
          "The output of the emulated " + context.name() + " was forwarded though it is unchanged.",
          "no output, since the level is still " + context.level,
          "level " + level,
          emulation.ref(evaluation(emulation)));
    }
    thread.arming.open(e, emulation.timer, context.intid(), changed ? 1 : 0);
    thread.arming.isOpen = emulation.level == 0;
  }

  /** The thread goes on after an evaluation without having forwarded its result. */
  void notFollowed(Event e, TimerThread thread) {
    Open emulation = thread.emulation;
    emulation.isOpen = false;
    TimerContext context = thread.contexts[emulation.timer];
    boolean keeps = keepsOutput() == 1;
    boolean changed = context.level >= 0 && context.level != emulation.level;
    if (keepsOutput() < 0 && !changed) {
      judge.undecided(T2, Reason.UNKNOWN_VERSION);
    } else if (keeps && context.level < 0) {
      // The output kept is the one evaluated, or it would have been forwarded.
      context.level = emulation.level;
      judge.undecided(T2, Reason.TRACE_START);
    } else if (keeps && context.level == emulation.level) {
      judge.holds(T2);
    } else {
      judge.broken(
          T2,
          Strength.ABSENCE,
          e,
          "the thread goes on",
          thread.pid,
          context.intid(),
          emulation.level == 1
              ? "The " + context.name() + " fired, and its interrupt was not given to the guest."
              : "The output of the emulated " + context.name() + " was not forwarded.",
          "output of level "
              + emulation.level
              + (changed ? ", as the last one was " + context.level : ""),
          "none",
          emulation.ref(evaluation(emulation)));
    }
    thread.arming.open(e, emulation.timer, context.intid(), 0);
    thread.arming.isOpen = emulation.level == 0;
  }

  /** An injection follows an output. */
  void injected(Event e, TimerThread thread, Open update, long intid, int level) {
    update.isOpen = false;
    if (update.intid != intid) {
      missing(e, thread, update);
    } else if (update.level == level) {
      thread.injects[level] = true;
      judge.holds(T1);
    } else {
      judge.broken(
          T1,
          Strength.PAIR,
          e,
          "injection of INTID " + intid + " level " + level,
          thread.pid,
          intid,
          "The output of a timer reached the vGIC with the wrong level.",
          "level " + update.level,
          "level " + level,
          update.ref(output(intid, update.level)));
    }
  }

  /** An output was not followed by its injection. */
  void missing(Event e, TimerThread thread, Open update) {
    update.isOpen = false;
    if (!thread.injects[update.level]) {
      judge.undecided(T1, Reason.CONFIG);
      return;
    }
    judge.broken(
        T1,
        Strength.ABSENCE,
        e,
        "the thread goes on",
        thread.pid,
        update.intid,
        update.level == 1
            ? "The guest's timer interrupt was lost on its way to the vGIC."
            : "The guest's timer interrupt was not taken back from the vGIC.",
        "an injection of INTID " + update.intid + " with level " + update.level,
        "none",
        update.ref(output(update.intid, update.level)));
  }

  /** The mapped interrupt of a timer is reset. */
  void reset(Event e, TimerThread thread, TimerContext context) {
    if (context.level < 0) {
      judge.undecided(T10, Reason.TRACE_START);
    } else if (context.level == 0) {
      judge.holds(T10);
    } else {
      judge.broken(
          T10,
          Strength.PAIR,
          e,
          "reset of INTID " + context.intid(),
          thread.pid,
          context.intid(),
          "A vCPU was reset with the output of its " + context.name() + " still high.",
          "output of level 0 before the reset of its interrupt",
          "level 1");
    }
  }

  static String output(long intid, int level) {
    return "timer output INTID " + intid + " level " + level;
  }

  private static String evaluation(Open emulation) {
    return "evaluated in software: should fire " + emulation.level;
  }
}

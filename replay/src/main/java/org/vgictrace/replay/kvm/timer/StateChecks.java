package org.vgictrace.replay.kvm.timer;

import static org.vgictrace.replay.rule.TimerRules.TMR_11;
import static org.vgictrace.replay.rule.TimerRules.TMR_3;
import static org.vgictrace.replay.rule.TimerRules.TMR_4;
import static org.vgictrace.replay.rule.TimerRules.TMR_5;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.rule.Reason;

/** Judges where the registers of timers are and whether they survive, and the order of loading. */
final class StateChecks {
  private static final int T3 = Ledger.index(TMR_3);
  private static final int T4 = Ledger.index(TMR_4);
  private static final int T5 = Ledger.index(TMR_5);
  private static final int T11 = Ledger.index(TMR_11);

  /** The first version not known to load the vGIC first, and the first known to load it last. */
  private static final int VGIC_FIRST_BEFORE = Profile.version(6, 13, 0);

  private static final int TIMERS_FIRST = Profile.version(6, 19, 0);

  private final Machine machine;
  private final TimerJudge judge;

  /** Whether the recording shows returns to user space, where registers can be written unseen. */
  private boolean showsUserSpace;

  /** Whether it shows loads of the vGIC. */
  private boolean showsVgicLoad;

  /** Whether it shows maps of timers. */
  private boolean showsMaps;

  /** Loads with the timers first, and with the vGIC first. */
  private final long[] loads = new long[2];

  StateChecks(Machine machine, TimerJudge judge) {
    this.machine = machine;
    this.judge = judge;
  }

  void save(Event e, TimerThread thread, TimerContext context, long ctl, long cval) {
    used(e, thread, context, true, "saved");
    if (context.loaded == 0) {
      judge.broken(
          T3,
          Strength.ABSENCE,
          e,
          "save " + context.name() + ": " + TimerContext.registers(ctl, cval),
          thread.pid,
          context.intid(),
          "The " + context.name() + " was saved twice.",
          "a restore between two saves",
          "none",
          context.savedRef());
    } else if (context.loaded > 0) {
      judge.holds(T3);
    }
    context.loaded = 0;
    context.save(e, ctl, cval);
  }

  void restore(Event e, TimerThread thread, TimerContext context, long ctl, long cval) {
    used(e, thread, context, true, "restored");
    if (context.loaded == 1) {
      judge.broken(
          T3,
          Strength.ABSENCE,
          e,
          restored(context, ctl, cval),
          thread.pid,
          context.intid(),
          "The " + context.name() + " was restored twice.",
          "a save between two restores",
          "none");
    } else if (context.loaded == 0 && context.saved) {
      compare(e, thread, context, ctl, cval);
      output(e, thread, context, ctl, cval);
    }
    context.loaded = 1;
  }

  private void compare(Event e, TimerThread thread, TimerContext context, long ctl, long cval) {
    long changed = (ctl ^ context.ctl) & ~TimerContext.ISTATUS;
    boolean isLoad = context.updates > 0;
    // A reset lowers the outputs before the load forwards them again.
    boolean isReset = context.updates > 1;
    if (changed == 0 && cval == context.cval) {
      judge.holds(T3);
    } else if (!isLoad || isReset || !showsUserSpace || context.touched || thread.wroteTimer) {
      judge.undecided(T3, Reason.PROBE_MISSING);
    } else if (!machine.isOrdered()) {
      judge.undecided(T3, Reason.RACE_WINDOW);
    } else {
      judge.broken(
          T3,
          Strength.PAIR,
          e,
          restored(context, ctl, cval),
          thread.pid,
          context.intid(),
          "The "
              + context.name()
              + " lost its "
              + (cval == context.cval ? "control bits" : "deadline")
              + " while the vCPU was scheduled away.",
          TimerContext.registers(context.ctl, context.cval),
          TimerContext.registers(ctl, cval),
          context.savedRef());
    }
  }

  /** The output that the load has just forwarded for the timer, against its registers. */
  private void output(Event e, TimerThread thread, TimerContext context, long ctl, long cval) {
    if (context.updates != 1) {
      return;
    }
    boolean fires = TimerContext.canFire(ctl);
    boolean fired = fires && (ctl & TimerContext.ISTATUS) != 0 && cval == context.cval;
    if (context.level == 1 && !fires) {
      judge.broken(
          T4,
          Strength.PAIR,
          e,
          restored(context, ctl, cval),
          thread.pid,
          context.intid(),
          "The guest got an interrupt of its " + context.name() + " that cannot fire.",
          "output of level 0, since the timer is disabled or masked",
          "level 1",
          context.savedRef());
    } else if (context.level == 0 && fired) {
      if (context.touched || !showsUserSpace) {
        judge.undecided(T4, Reason.PROBE_MISSING);
        return;
      }
      judge.broken(
          T4,
          Strength.PAIR,
          e,
          restored(context, ctl, cval),
          thread.pid,
          context.intid(),
          "The interrupt of the guest's "
              + context.name()
              + ", which had fired when the vCPU was scheduled away, was lost.",
          "output of level 1 when the vCPU came back",
          "level 0",
          context.savedRef());
    } else {
      judge.holds(T4);
    }
  }

  private static String restored(TimerContext context, long ctl, long cval) {
    return "restore " + context.name() + ": " + TimerContext.registers(ctl, cval);
  }

  /** An emulated timer is evaluated, or its soft timer expires. */
  void emulated(Event e, TimerThread thread, TimerContext context, String what) {
    used(e, thread, context, false, what);
  }

  private void used(
      Event e, TimerThread thread, TimerContext context, boolean direct, String what) {
    if (!thread.mapped) {
      judge.undecided(T5, showsMaps ? Reason.TRACE_START : Reason.PROBE_MISSING);
    } else if (direct ? thread.isDirect(context.index) : thread.isEmulated(context.index)) {
      judge.holds(T5);
    } else {
      judge.broken(
          T5,
          Strength.ABSENCE,
          e,
          context.name() + " " + what,
          thread.pid,
          context.intid(),
          "The " + context.name() + " was " + what + " against the vCPU's timer map.",
          direct ? "a direct timer" : "an emulated timer",
          "the " + context.name(),
          thread.mapRef());
    }
  }

  void mapped() {
    showsMaps = true;
  }

  void returnedToUserSpace(TimerThread thread) {
    showsUserSpace = true;
    for (TimerContext context : thread.contexts) {
      context.touched = true;
      context.canFire = -1;
    }
  }

  void vgicLoaded(@Nullable TimerThread thread) {
    showsVgicLoad = true;
    if (thread != null) {
      thread.vgicLoaded = true;
    }
  }

  void put(TimerThread thread) {
    thread.hasPut = true;
    thread.vgicLoaded = false;
  }

  /** The version, or one of the generation if its kernels agree about the order of loading. */
  private int version() {
    Profile profile = machine.profile();
    if (profile.version() >= 0 || profile.generation() == null) {
      return profile.version();
    }
    return switch (profile.generation()) {
      case M61 -> Profile.version(6, 1, 0);
      case M612 -> -1;
      case M72 -> TIMERS_FIRST;
    };
  }

  /** The timers of a vCPU are loaded. */
  void loaded(Event e, TimerThread thread) {
    if (!thread.hasPut) {
      return;
    }
    thread.hasPut = false;
    boolean vgicFirst = thread.vgicLoaded;
    int version = version();
    boolean known = version >= 0 && (version < VGIC_FIRST_BEFORE || version >= TIMERS_FIRST);
    loads[vgicFirst ? 1 : 0]++;
    if (!showsVgicLoad) {
      judge.undecided(T11, Reason.PROBE_MISSING);
    } else if (!known && loads[0] > 0 && loads[1] > 0) {
      judge.undecided(T11, Reason.UNKNOWN_VERSION);
    } else if (!known || vgicFirst == version < TIMERS_FIRST) {
      // With a version that is not known either order is right, as long as it stays the same.
      judge.holds(T11);
    } else {
      judge.broken(
          T11,
          Strength.ABSENCE,
          e,
          "load of the timers",
          thread.pid,
          -1,
          "The vGIC was loaded "
              + (vgicFirst ? "before" : "after")
              + " the timers, against this version's order.",
          vgicFirst ? "timers first, as since 6.19" : "vGIC first, as up to 6.12",
          vgicFirst ? "vGIC first" : "timers first");
    }
  }
}

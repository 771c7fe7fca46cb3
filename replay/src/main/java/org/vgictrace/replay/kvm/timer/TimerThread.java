package org.vgictrace.replay.kvm.timer;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.verdict.EventRef;

/** A thread that runs a vCPU, as the events of its timers show it. */
final class TimerThread {
  /** A step whose consequence must follow at once in the same context. */
  static final class Open {
    boolean isOpen;
    int timer;
    long intid;
    int level;
    long seq;
    long ts;
    int cpu;

    void open(Event e, int newTimer, long newIntid, int newLevel) {
      isOpen = true;
      timer = newTimer;
      intid = newIntid;
      level = newLevel;
      seq = e.seq;
      ts = e.ts;
      cpu = e.cpu;
    }

    EventRef ref(String text) {
      return new EventRef(seq, ts, cpu, text);
    }
  }

  final int pid;
  final TimerContext[] contexts = new TimerContext[TimerContext.COUNT];

  /** vCPU number by its own events, -1 if unknown. */
  int number = -1;

  /** Stretch of gapless recording that the knowledge is from. */
  int stretch = -1;

  /** Whether it was seen to enter the guest. */
  boolean hasRun;

  /** Whether it has returned to user space since it was loaded: the vCPU is put for sure. */
  boolean isInUserSpace;

  /** Whether injections of that level have been seen to follow an output. */
  final boolean[] injects = new boolean[2];

  /** An output without its injection, in the thread and in an interrupt handler. */
  final Open update = new Open();

  final Open interruptUpdate = new Open();

  /** An evaluation in software without what follows it. */
  final Open emulation = new Open();

  /** A soft timer that is to be started; its level tells whether the output has changed. */
  final Open arming = new Open();

  /** An output forwarded at load, before the physical state is written. */
  final Open activation = new Open();

  /** A vCPU that sleeps without the start of its background timer. */
  final Open sleep = new Open();

  /** Whether the interrupt being handled is the expiry of a soft timer. */
  boolean expiring;

  // The latest map; -1 for no such timer.
  boolean mapped;
  final int[] direct = {-1, -1};
  final int[] emulated = {-1, -1};
  long mapSeq;
  long mapTs;
  int mapCpu;

  /** Whether a put of the timers was seen. */
  boolean hasPut;

  /** Whether the vGIC was loaded since. */
  boolean vgicLoaded;

  /** Whether the guest wrote a timer register since its latest exit. */
  boolean wroteTimer;

  /** Whether the vCPU is between blocking and unblocking. */
  boolean blocked;

  /** Whether an exit image was seen since the latest entry. */
  boolean exitSeen;

  TimerThread(int pid) {
    this.pid = pid;
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = new TimerContext(i);
    }
  }

  /** Forgets what missing events may have changed. */
  void forget() {
    for (TimerContext context : contexts) {
      context.forget();
    }
    update.isOpen = false;
    interruptUpdate.isOpen = false;
    emulation.isOpen = false;
    arming.isOpen = false;
    activation.isOpen = false;
    sleep.isOpen = false;
    expiring = false;
    mapped = false;
    hasPut = false;
    wroteTimer = false;
    blocked = false;
    isInUserSpace = false;
  }

  boolean isDirect(int timer) {
    return timer == direct[0] || timer == direct[1];
  }

  boolean isEmulated(int timer) {
    return timer == emulated[0] || timer == emulated[1];
  }

  EventRef mapRef() {
    return new EventRef(
        mapSeq, mapTs, mapCpu, "map: direct " + list(direct) + ", emulated " + list(emulated));
  }

  private String list(int[] timers) {
    StringBuilder text = new StringBuilder();
    for (int timer : timers) {
      if (timer >= 0 && timer < contexts.length) {
        text.append(text.isEmpty() ? "" : " and ").append(contexts[timer].name());
      }
    }
    return text.isEmpty() ? "none" : text.toString();
  }
}

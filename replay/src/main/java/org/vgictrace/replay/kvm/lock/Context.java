package org.vgictrace.replay.kvm.lock;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.kvm.Profile;

/** What the flags of an event say about the context it was recorded in. */
final class Context {
  static final int ON = 0;
  static final int OFF = 1;
  static final int UNKNOWN = -1;

  private static final int FLAG_IRQS_OFF = 0x01;

  /** Before 6.13: the architecture does not know (X); since then: a lazy need of rescheduling. */
  private static final int FLAG_UNSUPPORTED = 0x02;

  private static final int FLAG_HARDIRQ = 0x08;
  private static final int FLAG_SOFTIRQ = 0x10;
  private static final int FLAG_NMI = 0x40;
  private static final int INTERRUPT = FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI;
  private static final int LEVELS = 4;
  private static final int VERSION_LAZY = Profile.version(6, 13, 0);

  private Context() {}

  /** {@link #OFF} or {@link #ON}; {@link #UNKNOWN} if not recorded. */
  static int interrupts(Event e) {
    int flags = e.flags();
    return flags < 0 ? UNKNOWN : flags & FLAG_IRQS_OFF;
  }

  /**
   * The same where it has to be certain: {@link #UNKNOWN} also if the kernel may have said that it
   * does not know.
   */
  static int interrupts(Event e, Profile profile) {
    boolean lazy = profile.isEoiCount() || profile.version() >= VERSION_LAZY;
    int found = interrupts(e);
    return found == ON && !lazy && (e.flags() & FLAG_UNSUPPORTED) != 0 ? UNKNOWN : found;
  }

  /** Whether an interrupt or softirq handler runs, on top of a task. */
  static boolean isInterrupt(Event e) {
    return e.flags() >= 0 && (e.flags() & INTERRUPT) != 0;
  }

  /** Whether a task runs with interrupts on: no spinlock of the vGIC is held there. */
  static boolean isOpen(Event e) {
    return interrupts(e) == ON && !isInterrupt(e);
  }

  /**
   * Number of the context: tasks by thread, wherever they run; handlers and idle tasks by CPU, each
   * level on its own.
   */
  static long key(Event e) {
    int flags = e.flags();
    int level = 0;
    if (flags >= 0) {
      level =
          (flags & FLAG_NMI) != 0
              ? 3
              : (flags & FLAG_HARDIRQ) != 0 ? 2 : (flags & FLAG_SOFTIRQ) != 0 ? 1 : 0;
    }
    return level == 0 && e.pid > 0 ? e.pid : -1L - ((long) e.cpu * LEVELS + level);
  }
}

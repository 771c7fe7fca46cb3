package org.vgictrace.replay.kvm.lock;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.LockRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * INV-LOCK-1 to 6 and 9: each lock that is asked for, against the interrupt flag and the locks that
 * are held.
 *
 * <p>That a lock is still held when another is asked for is not taken from the absence of its
 * release alone, which one missing line explains: of a spinlock the preemption depth shows it, of a
 * mutex the release that follows.
 */
final class LockChecks {
  private static final int LOCK_1 = Ledger.index(LockRules.LOCK_1);
  private static final int LOCK_2 = Ledger.index(LockRules.LOCK_2);
  private static final int LOCK_3 = Ledger.index(LockRules.LOCK_3);
  private static final int LOCK_4 = Ledger.index(LockRules.LOCK_4);
  private static final int LOCK_5 = Ledger.index(LockRules.LOCK_5);
  private static final int LOCK_6 = Ledger.index(LockRules.LOCK_6);
  private static final int LOCK_9 = Ledger.index(LockRules.LOCK_9);

  /** How long an ap_list_lock may be held, nanoseconds. */
  private static final long HOLD_NS_MAX = 50_000_000;

  private static final int VERSION_RELAXED = Profile.version(6, 18, 0);
  private static final int CANDIDATE_RELAXED_LAST = 5;

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final LockIdentities identities;

  LockChecks(Machine machine, Reporter reporter, LockIdentities identities) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.identities = identities;
  }

  /** The taking of a lock in words. */
  static String text(LockClass type, long address) {
    return "take " + type.label + " (0x" + Long.toHexString(address) + ")";
  }

  /**
   * A lock is asked for.
   *
   * @param tried whether the task would not have waited for it
   * @param held what its context holds, null for nothing
   */
  void taken(Event e, LockClass type, long address, boolean tried, @Nullable HeldLocks held) {
    ledger.beginTransition();
    interruptsOff(e, type, address);
    if (!tried) {
      if (type.isMutex()) {
        sleeping(e, type, address, held);
      }
      if (held != null && !isTwice(e, type, address, held)) {
        order(e, type, address, held);
      }
      if (type == LockClass.LPI_XARRAY) {
        xarray(e, address, held);
      }
    }
    ledger.endTransition();
  }

  /** INV-LOCK-1. */
  private void interruptsOff(Event e, LockClass type, long address) {
    boolean xarray = type == LockClass.LPI_XARRAY;
    if (type != LockClass.AP_LIST
        && type != LockClass.LPI_LIST
        && type != LockClass.IRQ
        && !xarray) {
      return;
    }
    Profile profile = machine.profile();
    if (xarray && profile.version() < 0 && !profile.isEoiCount()) {
      ledger.indeterminate(LOCK_1, Reason.UNKNOWN_VERSION);
      return;
    }
    if (xarray && isRelaxed(profile)) {
      return;
    }
    int interrupts = Context.interrupts(e, profile);
    // A real-time kernel sleeps for it with preemption on.
    boolean sleeps = xarray && e.preemptDepth() <= 0;
    if (interrupts == Context.OFF) {
      ledger.consistent(LOCK_1);
    } else if (interrupts == Context.UNKNOWN || sleeps) {
      ledger.indeterminate(LOCK_1, Reason.NO_CONTEXT);
    } else {
      violated(
          LOCK_1,
          xarray ? Strength.SOFT : Strength.HARD,
          e,
          type,
          address,
          sentence(type) + " is taken with interrupts on",
          "interrupts off",
          "interrupts on");
    }
  }

  private static boolean isRelaxed(Profile profile) {
    return profile.version() == VERSION_RELAXED
        && profile.candidate() > 0
        && profile.candidate() <= CANDIDATE_RELAXED_LAST;
  }

  /** INV-LOCK-5. */
  private void sleeping(Event e, LockClass type, long address, @Nullable HeldLocks held) {
    int interrupts = Context.interrupts(e, machine.profile());
    HeldLock spinning = held == null ? null : spinning(held);
    if (spinning != null && spinning.isHeldFor(e)) {
      violated(
          LOCK_5,
          Strength.SOFT,
          e,
          type,
          address,
          name(type) + ", a mutex, is taken under the spinlock " + name(spinning.type),
          "no spinlock held",
          spinning.type.label + " held",
          spinning.ref());
    } else if (interrupts == Context.OFF) {
      violated(
          LOCK_5,
          Strength.HARD,
          e,
          type,
          address,
          name(type) + ", a mutex, is taken with interrupts off",
          "interrupts on",
          "interrupts off");
    } else if (interrupts == Context.UNKNOWN || spinning != null) {
      ledger.indeterminate(LOCK_5, Reason.NO_CONTEXT);
    } else {
      ledger.consistent(LOCK_5);
    }
  }

  private static @Nullable HeldLock spinning(HeldLocks held) {
    for (int i = held.count() - 1; i >= 0; i--) {
      if (!held.get(i).type.isMutex()) {
        return held.get(i);
      }
    }
    return null;
  }

  /** INV-LOCK-4 for a lock that its context holds already: it waits for itself. */
  private boolean isTwice(Event e, LockClass type, long address, HeldLocks held) {
    for (int i = held.count() - 1; i >= 0; i--) {
      HeldLock lock = held.get(i);
      if (lock.type == type && lock.address == address && !type.isMutex()) {
        if (lock.isHeldFor(e)) {
          violated(
              LOCK_4,
              Strength.SOFT,
              e,
              type,
              address,
              sentence(type) + " is taken by the context that holds it",
              "another lock, or this one after its release",
              "the same " + type.label,
              lock.ref());
        } else {
          ledger.indeterminate(LOCK_4, Reason.NO_CONTEXT);
        }
        return true;
      }
    }
    return false;
  }

  /** INV-LOCK-2, 3 and 4: against every lock that is held. */
  private void order(Event e, LockClass type, long address, HeldLocks held) {
    HeldLock same = held.latest(type);
    if (same != null && type == LockClass.AP_LIST) {
      twoLists(e, address, same);
    } else if (same != null && type == LockClass.IRQ) {
      twoInterrupts(e, address, same, held);
    }
    if (type == LockClass.LPI_XARRAY) {
      return;
    }
    Profile profile = machine.profile();
    boolean others = false;
    boolean certain = true;
    for (int i = held.count() - 1; i >= 0; i--) {
      HeldLock lock = held.get(i);
      if (lock.type == type || type.isMutex() && !lock.type.isMutex()) {
        continue;
      }
      others = true;
      if (lock.type.rank(profile) > type.rank(profile)) {
        inverted(e, type, address, lock);
        return;
      }
      certain &= lock.type.isRankKnown(profile);
    }
    if (others && certain) {
      ledger.consistent(LOCK_2);
    } else if (others) {
      ledger.indeterminate(LOCK_2, Reason.UNKNOWN_VERSION);
    }
  }

  private void inverted(Event e, LockClass type, long address, HeldLock inner) {
    if (!inner.type.isRankKnown(machine.profile()) && type == LockClass.AP_LIST) {
      ledger.indeterminate(LOCK_2, Reason.UNKNOWN_VERSION);
    } else if (inner.type.isMutex()) {
      if (inner.suspicion == null) {
        EventRef at = Ledger.ref(e, text(type, address));
        inner.suspicion = new HeldLock.Suspicion(at, e.pid, type);
      }
    } else if (inner.isHeldFor(e)) {
      violated(
          LOCK_2,
          Strength.SOFT,
          e,
          type,
          address,
          name(type) + " is taken under " + name(inner.type),
          type.label + " before " + inner.type.label,
          inner.type.label + " before " + type.label,
          inner.ref());
    } else {
      ledger.indeterminate(LOCK_2, Reason.NO_CONTEXT);
    }
  }

  /** INV-LOCK-3. */
  private void twoLists(Event e, long address, HeldLock first) {
    VcpuState a = identities.owner(first.address);
    VcpuState b = identities.owner(address);
    if (!first.isHeldFor(e)) {
      ledger.indeterminate(LOCK_3, Reason.NO_CONTEXT);
    } else if (a == null || b == null || a.id() < 0 || b.id() < 0) {
      ledger.indeterminate(LOCK_3, Reason.UNKNOWN_VCPU);
    } else if (a.vmPointer() != b.vmPointer() || a.id() >= b.id()) {
      violated(
          LOCK_3,
          Strength.SOFT,
          e,
          LockClass.AP_LIST,
          address,
          "The ap_list_lock of vCPU " + b.id() + " is taken under that of vCPU " + a.id(),
          "two lists of one VM, that of the smaller vCPU number first",
          a.vmPointer() != b.vmPointer() ? "lists of two VMs" : "vCPU " + a.id() + " first",
          first.ref());
    } else {
      ledger.consistent(LOCK_3);
    }
  }

  /** INV-LOCK-4 for two interrupts. */
  private void twoInterrupts(Event e, long address, HeldLock first, HeldLocks held) {
    HeldLock list = held.latest(LockClass.AP_LIST);
    boolean third = held.count(LockClass.IRQ) > 1;
    if (!first.isHeldFor(e)) {
      ledger.indeterminate(LOCK_4, Reason.NO_CONTEXT);
    } else if (list == null || third) {
      violated(
          LOCK_4,
          Strength.SOFT,
          e,
          LockClass.IRQ,
          address,
          third
              ? "Three interrupts' locks are held together"
              : "Two interrupts' locks are held together outside of an ap_list's sort",
          "two at most, under an ap_list_lock",
          third ? "a third" : "no ap_list_lock held",
          first.ref());
    } else {
      ledger.consistent(LOCK_4);
    }
  }

  /** INV-LOCK-6. */
  private void xarray(Event e, long address, @Nullable HeldLocks held) {
    HeldLock irq = held == null ? null : held.latest(LockClass.IRQ);
    HeldLock list = held == null ? null : held.latest(LockClass.AP_LIST);
    Profile profile = machine.profile();
    boolean outer = LockClass.isXarrayOuter(profile);
    HeldLock inner = irq != null ? irq : outer ? list : null;
    if (inner != null && inner.isHeldFor(e)) {
      violated(
          LOCK_6,
          Strength.SOFT,
          e,
          LockClass.LPI_XARRAY,
          address,
          sentence(LockClass.LPI_XARRAY) + " is taken under " + name(inner.type),
          outer ? "neither ap_list_lock nor irq_lock held" : "no irq_lock held",
          inner.type.label + " held",
          inner.ref());
    } else if (inner != null) {
      ledger.indeterminate(LOCK_6, Reason.NO_CONTEXT);
    } else if (list != null && !LockClass.LPI_XARRAY.isRankKnown(profile)) {
      ledger.indeterminate(LOCK_6, Reason.UNKNOWN_VERSION);
    } else {
      ledger.consistent(LOCK_6);
    }
  }

  /**
   * A lock is given back.
   *
   * @param freeSince when it was last given back before this holder got it
   */
  void released(Event e, HeldLock lock, long freeSince) {
    HeldLock.Suspicion suspicion = lock.suspicion;
    if (suspicion != null) {
      ledger.beginTransition();
      reporter.violated(
          LOCK_2,
          Strength.SOFT,
          suspicion.at(),
          suspicion.pid(),
          machine.vcpuOfThread(suspicion.pid()),
          -1,
          name(suspicion.taken()) + " is taken under " + name(lock.type),
          suspicion.taken().label + " before " + lock.type.label,
          lock.type.label + " before " + suspicion.taken().label,
          lock.ref());
      ledger.endTransition();
    }
    if (lock.type == LockClass.AP_LIST) {
      hold(e, lock, freeSince);
    }
  }

  /** INV-LOCK-9. */
  private void hold(Event e, HeldLock lock, long freeSince) {
    // Clocks that order events exactly count in units of their own.
    if (machine.skew() == 0) {
      ledger.indeterminate(LOCK_9, Reason.CONFIG);
      return;
    }
    long held = e.ts - Math.max(lock.ts, freeSince);
    if (held <= HOLD_NS_MAX) {
      ledger.consistent(LOCK_9);
      return;
    }
    ledger.beginTransition();
    violated(
        LOCK_9,
        Strength.SOFT,
        e,
        lock.type,
        lock.address,
        "An ap_list_lock was held for " + held / 1_000_000 + " ms",
        "at most " + HOLD_NS_MAX / 1_000_000 + " ms",
        held / 1_000_000 + " ms, " + lock.inside + " interrupts' locks taken meanwhile",
        lock.ref());
    ledger.endTransition();
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      LockClass type,
      long address,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    reporter.violated(
        rule,
        strength,
        e,
        text(type, address),
        machine.vcpuOfThread(e.pid),
        -1,
        message,
        expected,
        observed,
        because);
  }

  /** A lock at the start of a sentence. */
  private static String sentence(LockClass type) {
    return type == LockClass.LPI_XARRAY ? "The LPI xarray's lock" : type.label;
  }

  /** A lock within a sentence. */
  private static String name(LockClass type) {
    return type == LockClass.LPI_XARRAY ? "the LPI xarray's lock" : type.label;
  }
}

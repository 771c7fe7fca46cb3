package org.vgictrace.replay.kvm.pmu;

import static org.vgictrace.replay.rule.OwnershipRules.OWN_2;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_3;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_4;
import static org.vgictrace.replay.rule.OwnershipRules.OWN_5;

import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * The policy <em>host-owned</em> for the performance monitor interrupt, which host and guest share.
 *
 * <p>A CPU has one physical interrupt for its counters. KVM never forwards it: it belongs to the
 * host's perf whatever runs, and a guest's counters are events of the host's perf. The guest's own
 * interrupt is a line that KVM computes from the guest's overflow and enable registers, at each
 * entry and after each exit, in the thread of the vCPU:
 *
 * <pre>
 *   physical interrupt --> host's handler --+--> host's event: the host's sample, nothing else
 *                                           |
 *                                           +--> guest's event: overflow callback sets the bit in
 *                                                PMOVSSET; if the line is now high, kick the vCPU
 *
 *   entry, exit:  line = overflow and enable registers of the guest --> injection (before 7.2
 *                 only when it differs from the last one)
 * </pre>
 *
 * <p>The two ways to get this wrong, which the rules look for:
 *
 * <ol>
 *   <li>Only the host profiles (INV-OWN-2). Were the interrupt forwarded to whichever vCPU was
 *       loaded last, the host would not get it any more, and a guest that counts nothing would be
 *       told of overflows. So the host's handler runs on a CPU without a vCPU, and nothing is
 *       injected.
 *   <li>Host and guest profile together, and a host counter overflows between the exit from the
 *       guest and the synchronisation of its state (INV-OWN-3). Were the line taken from the
 *       physical interrupt or from the counters' hardware registers, the host's overflow would show
 *       in the guest. So the line rises only after an overflow callback for a counter of that vCPU,
 *       or after a write to one of its registers. Conversely (INV-OWN-4) an overflow of the guest's
 *       counter that the host's handler took must be high at the next entry.
 * </ol>
 *
 * <p>What the registers hold is not recorded. A rise is explained by an overflow callback, by any
 * write to a performance monitor register or by user space having run; a callback that kicks tells
 * that the line is to be high.
 */
final class HostOwnedPmu {
  private static final int O2 = Ledger.index(OWN_2);
  private static final int O3 = Ledger.index(OWN_3);
  private static final int O4 = Ledger.index(OWN_4);
  private static final int O5 = Ledger.index(OWN_5);

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  HostOwnedPmu(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** The host's handler ran on a CPU that runs no vCPU's thread, and injected nothing. */
  void hostOnly() {
    ledger.beginTransition();
    ledger.consistent(O2);
    ledger.endTransition();
  }

  /** The interrupt of the guest's performance monitors is injected where it must not be. */
  void injectedElsewhere(Event e, int intid, int level, boolean inHostsHandler) {
    ledger.beginTransition();
    reporter.violated(
        inHostsHandler ? O2 : O5,
        Strength.PAIR,
        e,
        injection(intid, level),
        machine.vcpuOfThread(e.pid),
        intid,
        inHostsHandler
            ? "An interrupt of the host's own counters was given to a guest."
            : "The performance monitor interrupt of a guest was injected outside its vCPU's"
                + " thread.",
        inHostsHandler
            ? "no injection in the host's handler"
            : "injection at entry or after exit, by the thread of the vCPU",
        inHostsHandler ? "an injection" : "an injection in another context");
    ledger.endTransition();
  }

  /** The line of a vCPU is set by its thread. */
  void set(Event e, PmuThread thread, int number, int level) {
    VcpuState v = machine.vcpuOfThread(thread.pid);
    ledger.beginTransition();
    if (v == null || v.id() < 0 || number < 0) {
      ledger.indeterminate(O5, Reason.UNKNOWN_VCPU);
    } else if (v.id() == number) {
      ledger.consistent(O5);
    } else {
      reporter.violated(
          O5,
          Strength.PAIR,
          e,
          injection(thread.intid, level),
          v,
          thread.intid,
          "A vCPU's thread set the performance monitor line of another vCPU.",
          "the line of vCPU " + v.id(),
          "the line of vCPU " + number);
    }
    if (level == 1 && thread.level == 0) {
      rises(e, thread, v);
    }
    ledger.endTransition();
    if (level == 0 && thread.level != 0) {
      thread.mayRise = false;
      thread.ranUserSpace = false;
      thread.handlerSeen = false;
    }
    thread.level = level;
  }

  private void rises(Event e, PmuThread thread, @Nullable VcpuState v) {
    if (thread.mayRise) {
      ledger.consistent(O3);
    } else if (thread.ranUserSpace
        || !machine.shows(Observation.PMU_OVERFLOW)
        || !machine.shows(Observation.SYSREG)) {
      ledger.indeterminate(O3, Reason.PROBE_MISSING);
    } else {
      reporter.violated(
          O3,
          Strength.ABSENCE,
          e,
          injection(thread.intid, 1),
          v,
          thread.intid,
          thread.handlerSeen
              ? "An overflow of a host counter was delivered to the guest."
              : "The guest's performance monitor interrupt rose though none of its counters"
                  + " overflowed.",
          "an overflow of a guest counter, or a write to a register, since the line fell",
          "none",
          thread.handlerSeen ? new EventRef[] {thread.handlerRef()} : new EventRef[0]);
    }
  }

  /**
   * The line is about to be computed anew.
   *
   * @param level what it was computed to last, and injected (kvm_pmu_update_state before 7.2)
   */
  void computed(Event e, PmuThread thread, int level) {
    int injected = thread.level;
    thread.level = level;
    VcpuState v = machine.vcpuOfThread(thread.pid);
    if (injected < 0
        || injected == level
        || thread.ownedIntid == thread.intid
        || v == null
        || !v.hasVgic()
        || !machine.shows(Observation.INJECTION)) {
      return;
    }
    ledger.beginTransition();
    reporter.violated(
        O4,
        machine.showsInjectionsTwice() ? Strength.SOFT : Strength.ABSENCE,
        e,
        "computation of the line, level " + level + " before",
        v,
        thread.intid,
        "The guest's performance monitor line changed without an injection.",
        "level " + level + " injected when it was computed",
        "none");
    ledger.endTransition();
  }

  /** The guest is entered after a counter of it overflowed. */
  void entered(Event e, PmuThread thread) {
    thread.riseDue = false;
    ledger.beginTransition();
    if (thread.level == 1) {
      ledger.consistent(O4);
    } else if (thread.level < 0) {
      ledger.indeterminate(O4, Reason.TRACE_START);
    } else {
      reporter.violated(
          O4,
          Strength.ABSENCE,
          e,
          "guest entry",
          machine.vcpuOfThread(thread.pid),
          thread.intid,
          "The guest's performance monitor interrupt was lost: a counter overflowed, and the line"
              + " stayed low.",
          "level 1 injected before the entry",
          "level 0",
          thread.overflowRef());
    }
    ledger.endTransition();
  }

  private static String injection(int intid, int level) {
    return "injection of INTID " + intid + " level " + level;
  }
}

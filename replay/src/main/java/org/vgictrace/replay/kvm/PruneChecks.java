package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.ApListRules.AP_3;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_4;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges what the prune at the end of a guest run must take off the ap_list (vgic_prune_ap_list):
 * what this vCPU has not to deliver, be it that nobody has to, or that another vCPU is the target
 * now, which then is kicked.
 *
 * <pre>
 *   vCPU 0:  --- entry ------------------- fold, prune, kick vCPU 1 --- exit ---
 *   SPI:     on the list of vCPU 0,        on that of vCPU 1            not on that of vCPU 0
 *            target is vCPU 1
 * </pre>
 *
 * <p>Judged are interrupts whose state was settled before the entry and that nothing touched until
 * the exit. LPIs, SGIs and interrupts tied to physical ones change in more ways and are left out.
 */
final class PruneChecks {
  private static final int A3 = Ledger.index(AP_3);
  private static final int E4 = Ledger.index(EDGE_4);

  private static final int KICK_VCPU = Kind.KICK.column("vcpu");

  /** An interrupt that is to leave a list. */
  static final class Leaving {
    final VcpuState from;
    final int epoch;

    /** Time of the state that it has to leave for. */
    final long changedTs;

    final EventRef seen;

    /** The vCPU to kick for it, null for none. */
    final @Nullable VcpuState to;

    /** It was seen on the list of that vCPU before the exit. */
    boolean moved;

    /** The prune is over. */
    boolean left;

    long leftTs;

    /** Register writes since. */
    int accesses;

    /** Injections since. */
    int injections;

    /** Time of the latest step of one that may have changed something, 0 for none. */
    long injectedTs;

    Leaving(IrqState irq, VcpuState from, @Nullable VcpuState to) {
      this.from = from;
      this.to = to;
      epoch = irq.epoch;
      changedTs = irq.changedTs;
      seen = Reporter.snapshotRef(irq);
    }

    /** A register write may change the interrupt; says whether it is still known to leave. */
    boolean accessed() {
      accesses++;
      return left;
    }

    /**
     * Whether nothing brought the interrupt back to the list: an injection or a write comes before
     * the attempt to queue it, and it moves back only if that list's vCPU is its target again.
     */
    private boolean isAsLeft(IrqState irq) {
      if (accesses > 0) {
        return accesses == 1 && injections == 0 && irq.target != from.pointer;
      }
      return injectedTs == 0
          ? irq.beforeTs == changedTs
          : injections == 1 && irq.beforeTs == injectedTs;
    }
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  PruneChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** The guest is entered: whatever its list must lose has left it at the next exit. */
  void entered(Event e, VcpuState v) {
    boolean judgeable =
        v.memberCount > 0
            && !v.nested
            && machine.shows(Observation.DISTRIBUTOR)
            && machine.shows(Observation.INJECTION)
            && machine.shows(Observation.QUEUE);
    for (int i = 0; judgeable && i < v.memberCount; i++) {
      IrqState irq = v.members[i];
      if (irq.leaving == null && isSettled(e, irq) && !staysFor(irq, v)) {
        VcpuState to = irq.ownTs - v.exitTs > machine.skewNs ? target(e, irq, v) : null;
        if (to != null || isIdle(irq)) {
          irq.leaving = new Leaving(irq, v, to);
        }
      }
    }
  }

  private boolean isSettled(Event e, IrqState irq) {
    return (irq.isSpi() || irq.isPrivate() && !irq.isSgi())
        && irq.epoch == machine.epoch
        && irq.inLrOf == null
        && irq.isNot(IrqState.HW)
        && irq.isNot(IrqState.ACTIVE)
        && irq.changedTs == irq.seenTs
        && e.ts - irq.changedTs > machine.skewNs
        && !irq.belief.openInjection
        && !machine.accesses.isChanging(irq);
  }

  /** Whether this vCPU may have to deliver it. */
  private static boolean staysFor(IrqState irq, VcpuState v) {
    return !isIdle(irq) && (irq.target == v.pointer || irq.target == IrqState.POINTER_UNKNOWN);
  }

  /** Whether nobody has to deliver it. */
  private static boolean isIdle(IrqState irq) {
    boolean calm =
        irq.isNot(IrqState.PENDING)
            && (irq.isNot(IrqState.LEVEL_SENSITIVE) || irq.isNot(IrqState.LEVEL));
    return irq.isNot(IrqState.ENABLED) || calm;
  }

  /** The other vCPU that has to deliver it, null if there is none for certain. */
  private @Nullable VcpuState target(Event e, IrqState irq, VcpuState v) {
    VmState vm = irq.vm;
    boolean due =
        irq.is(IrqState.ENABLED)
            && irq.isPending()
            && irq.target != v.pointer
            && vm != null
            && vm.distributor == VmState.Switch.ON
            && e.ts - vm.distributorSince > machine.skewNs;
    return due ? machine.vcpuAt(irq.target) : null;
  }

  /** A vCPU is kicked. */
  void kicked(Event e, @Nullable VcpuState by) {
    VcpuState kicked = machine.vcpuAt(e.get(KICK_VCPU, 0));
    if (by != null && kicked != null && kicked.id >= 0 && kicked.id < Long.SIZE) {
      by.kicked |= 1L << kicked.id;
    }
  }

  /** The guest was left, and the list is pruned. */
  void left(Event e, VcpuState v) {
    for (int i = 0; i < v.memberCount; i++) {
      IrqState irq = v.members[i];
      Leaving leaving = irq.leaving;
      if (leaving != null && leaving.from == v && !leaving.left) {
        prune(e, v, irq, leaving);
      }
    }
    IrqState moved = v.moved;
    if (moved != null) {
      v.moved = null;
      moved(e, v, moved);
    }
    v.kicked = 0;
    v.exitTs = e.ts;
  }

  private void moved(Event e, VcpuState v, IrqState irq) {
    Leaving leaving = irq.leaving;
    if (leaving != null && leaving.from == v && leaving.moved && leaving.epoch == machine.epoch) {
      irq.leaving = null;
      ledger.beginTransition();
      kick(e, v, irq, leaving);
      ledger.endTransition();
    }
  }

  private void prune(Event e, VcpuState v, IrqState irq, Leaving leaving) {
    boolean unchanged =
        leaving.epoch == machine.epoch
            && irq.changedTs == leaving.changedTs
            && !irq.belief.openInjection
            && !machine.accesses.isChanging(irq);
    if (!unchanged) {
      irq.leaving = null;
      return;
    }
    leaving.left = true;
    leaving.leftTs = e.ts;
    if (leaving.to != null) {
      ledger.beginTransition();
      kick(e, v, irq, leaving);
      ledger.endTransition();
    }
  }

  /** INV-EDGE-4: whoever moves an interrupt to another vCPU's list kicks that vCPU. */
  private void kick(Event e, VcpuState v, IrqState irq, Leaving leaving) {
    VcpuState to = leaving.to;
    if (to == null || !machine.shows(Observation.KICK)) {
      return;
    }
    if (to.id < 0 || to.id >= Long.SIZE) {
      ledger.indeterminate(E4, Reason.NO_IRQ_SNAPSHOT);
    } else if ((v.kicked >>> to.id & 1) != 0) {
      ledger.consistent(E4);
    } else {
      reporter.violated(
          E4,
          Strength.ABSENCE,
          e,
          "exit after the prune",
          to,
          Integer.toUnsignedLong(irq.intid),
          "A vCPU was not kicked for an interrupt that moves to its ap_list.",
          "vcpu_kick of vcpu" + to.id + " by the thread of vcpu" + v.id,
          "none",
          leaving.seen);
    }
  }

  /**
   * A snapshot shows whose list the interrupt is on. Call within a transition.
   *
   * @param kind what the snapshot is part of
   * @param own address of that vCPU, 0 for none
   */
  void seen(Kind kind, Event e, IrqState irq, long own) {
    Leaving leaving = irq.leaving;
    if (leaving == null) {
      return;
    }
    if (!leaving.left) {
      VcpuState to = leaving.to;
      leaving.moved = to != null && own == to.pointer && irq.beforeTs == leaving.changedTs;
      if (leaving.moved && leaving.from.moved == null) {
        leaving.from.moved = irq;
      } else if (own != leaving.from.pointer || irq.beforeTs != leaving.changedTs) {
        irq.leaving = null;
      }
      return;
    }
    irq.leaving = null;
    // After an injection only the attempt to queue it shows the list as it was before.
    boolean before =
        leaving.injectedTs == 0
            || kind == Kind.QUEUE && leaving.injectedTs - leaving.leftTs > machine.skewNs;
    if (kind == Kind.LR_WRITE
        || !before
        || leaving.epoch != machine.epoch
        || !leaving.isAsLeft(irq)) {
      return;
    }
    if (own != leaving.from.pointer) {
      ledger.consistent(A3);
      return;
    }
    reporter.violated(
        A3,
        Strength.SOFT,
        e,
        "state " + irq.text(),
        leaving.from,
        Integer.toUnsignedLong(irq.intid),
        "An interrupt is still on an ap_list that it had to leave.",
        leaving.to == null ? "own=none: it was idle" : "own=vcpu" + leaving.to.id + ", its target",
        "own=vcpu" + leaving.from.id,
        leaving.seen);
  }
}

package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_2;
import static org.vgictrace.replay.rule.EdgeRules.EDGE_4;
import static org.vgictrace.replay.rule.EdgeRules.LVL_4;
import static org.vgictrace.replay.rule.InjectionRules.INJ_1;
import static org.vgictrace.replay.rule.InjectionRules.INJ_2;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges injections: which are accepted, that those which change something are queued, and that the
 * vCPU is kicked (kvm_vgic_inject_irq, vgic_validate_injection, vgic_queue_irq_unlock).
 *
 * <pre>
 *   inject --> vgic_update_irq_pending --> [queue_irq --> [vcpu_kick]] --> put_irq (6.7 and later)
 * </pre>
 */
final class InjectionChecks {
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int E2 = Ledger.index(EDGE_2);
  private static final int E4 = Ledger.index(EDGE_4);
  private static final int L4 = Ledger.index(LVL_4);
  private static final int I1 = Ledger.index(INJ_1);
  private static final int I2 = Ledger.index(INJ_2);

  private static final int INJECT_KVM = Kind.INJECT.column("kvm");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int INJECT_CPUID = Kind.INJECT.column("cpuid");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_LEVEL = Kind.INJECT.column("level");
  private static final int INJECT_OWNER = Kind.INJECT.column("owner");
  private static final int PENDING_VCPU = Kind.IRQ_PENDING.column("vcpu_id");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_LEVEL = Kind.IRQ_PENDING.column("level");
  private static final int KICK_VCPU = Kind.KICK.column("vcpu");

  /** More threads than inject at a time. */
  private static final int THREADS_MAX = 4096;

  private static final int UNKNOWN = -1;

  /** What a thread is in the middle of. */
  private static final class Injection {
    @Nullable IrqState irq;
    int level;
    long owner;
    boolean hasOwner;

    /** Whether it changes anything: 1, 0 or {@link #UNKNOWN}. */
    int changes;

    long seq;
    long ts;

    /** Address of the vCPU to kick next, 0 for none. */
    long toKick;

    @Nullable IrqState kickedFor;
    long queueSeq;
    long queueTs;
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final DistributorEffects distributor;
  private final Int2ObjectHashMap<Injection> byPid = new Int2ObjectHashMap<>();

  /** SGIs are injections by the guest itself. */
  final SgiChecks sgis;

  InjectionChecks(Machine machine, Reporter reporter, DistributorEffects distributor) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
    this.distributor = distributor;
    sgis = new SgiChecks(machine, reporter);
  }

  /** The injection function is called. */
  void inject(Event e) {
    machine.saw(Observation.INJECTION);
    machine.disturbedTs = e.ts;
    machine.showsInject = true;
    if (e.has(INJECT_CPUID)) {
      machine.profile.evidence(Generation.M61, "inject with a vCPU number");
    } else if (!machine.profile.isKnown()) {
      machine.profile.evidence(Generation.M612, "inject with a vCPU pointer");
    }
    IrqState irq = injected(e);
    int level = e.getInt(INJECT_LEVEL, -1);
    begin(e, irq, level);
    distributor.inject(e, irq, level);
  }

  private @Nullable IrqState injected(Event e) {
    int intid = e.getInt(INJECT_INTID, -1);
    if (intid >= 32) {
      return machine.shared(e.get(INJECT_KVM, 0), intid);
    }
    VcpuState target = machine.vcpuAt(e.get(INJECT_VCPU, 0));
    if (target == null) {
      target = machine.vcpuOfNumber(e.get(INJECT_KVM, 0), e.getInt(INJECT_CPUID, -1));
    }
    return machine.known(intid, target);
  }

  /** The stock tracepoint of an injection, which names no VM. */
  void pending(Event e, @Nullable VcpuState thread) {
    machine.saw(Observation.INJECTION);
    machine.disturbedTs = e.ts;
    machine.showsPendingTrace = true;
    int intid = e.getInt(PENDING_INTID, -1);
    int level = e.getInt(PENDING_LEVEL, -1);
    long number = e.get(PENDING_VCPU, -1);
    for (VcpuState v : machine.vcpus()) {
      IrqState irq = machine.known(intid, v);
      if (irq == null) {
        continue;
      }
      if (intid < 32 && (v.id < 0 || v.id == number)) {
        DistributorEffects.raise(e, irq, level);
      }
      boolean concerned = intid >= 32 || v == thread || thread == null;
      if (concerned && irq.changedTs != e.ts) {
        distributor.inject(e, irq, level);
      }
    }
  }

  private void begin(Event e, @Nullable IrqState irq, int level) {
    Injection now = byPid.get(e.pid);
    if (now == null) {
      if (byPid.size() >= THREADS_MAX) {
        byPid.clear();
      }
      now = new Injection();
      byPid.put(e.pid, now);
    }
    IrqState open = now.irq;
    if (open != null && irq != null && !irq.isPrivate()) {
      // One of a private interrupt may have come in between, from the host's interrupt handler.
      ledger.beginTransition();
      ignored(e, open, now);
      ledger.endTransition();
      open.belief.injectorPid = IrqState.NOBODY;
    }
    if (now.toKick != 0) {
      ledger.beginTransition();
      if (irq == null || irq.isPrivate()) {
        ledger.indeterminate(E4, Reason.RACE_WINDOW);
        now.toKick = 0;
      } else {
        unkicked(e, now);
      }
      ledger.endTransition();
    }
    now.irq = irq;
    if (irq == null) {
      return;
    }
    now.level = level;
    now.hasOwner = e.has(INJECT_OWNER);
    now.owner = e.get(INJECT_OWNER, 0);
    now.seq = e.seq;
    now.ts = e.ts;
    if (irq.belief.openInjection) {
      overlap(irq, now);
    }
    now.changes = changes(irq, level);
    Belief belief = irq.belief;
    if (now.changes == UNKNOWN
        && now.hasOwner
        && belief.ignoredLevel == level
        && belief.ignoredOwner == now.owner) {
      // Ignored as before, whether for its level or for its owner.
      now.changes = 0;
    }
    irq.belief.openInjection = true;
    if (irq.leaving != null) {
      irq.leaving.injections++;
    }
  }

  /**
   * Another thread is in the middle of an injection of the same interrupt: either may be first to
   * take the lock, so neither is known to change anything, or not to.
   */
  private void overlap(IrqState irq, Injection now) {
    for (Injection other : byPid.values()) {
      if (other != now && other.irq == irq) {
        other.changes = UNKNOWN;
        irq.belief.forget(IrqState.PENDING | IrqState.LEVEL);
        irq.belief.injectorPid = IrqState.SEVERAL;
      }
    }
  }

  /** An injection of the interrupt is over. */
  private void end(Event e, IrqState irq, Injection now) {
    now.irq = null;
    if (now.changes != 0) {
      irq.raised(e);
    }
    Belief belief = irq.belief;
    belief.openInjection = false;
    if (belief.injectorPid != IrqState.SEVERAL) {
      return;
    }
    for (Injection other : byPid.values()) {
      belief.openInjection |= other.irq == irq;
    }
    if (!belief.openInjection) {
      belief.forget(IrqState.PENDING | IrqState.LEVEL);
      belief.injectorPid = IrqState.NOBODY;
    }
  }

  /**
   * Whether the injection changes anything, provided that its owner may inject (INJ-4 to INJ-6).
   */
  private static int changes(IrqState irq, int level) {
    Belief belief = irq.belief;
    belief.refresh(irq.vm);
    boolean settled = belief.injectorPid == IrqState.NOBODY && belief.writerPid == IrqState.NOBODY;
    if (level < 0 || !settled || (belief.known & IrqState.LEVEL_SENSITIVE) == 0) {
      return UNKNOWN;
    }
    if ((belief.bits & IrqState.LEVEL_SENSITIVE) == 0) {
      return level;
    }
    if ((belief.known & IrqState.LEVEL) == 0) {
      return UNKNOWN;
    }
    boolean high = (belief.bits & IrqState.LEVEL) != 0;
    return level == (high ? 1 : 0) ? 0 : 1;
  }

  /**
   * An interrupt is about to be queued. Call within a transition.
   *
   * @param irq the interrupt, its snapshot taken over
   */
  void queue(Event e, @Nullable IrqState irq) {
    machine.disturbedTs = e.ts;
    Injection now = byPid.get(e.pid);
    if (irq == null) {
      return;
    }
    if (now != null && now.irq == irq) {
      accepted(e, irq, now);
      end(e, irq, now);
    }
    VcpuState target = kicked(irq);
    boolean asksAll = !machine.profile.isLegacy() && irq.isSpi() && irq.own == 0;
    if (target != null && asksAll) {
      // Since 6.19 the first active SPI on a GICv3 makes all vCPUs look.
      ledger.indeterminate(E4, Reason.CONFIG);
      target = null;
    }
    if (now == null && target != null && machine.shows(Observation.KICK)) {
      now = new Injection();
      if (byPid.size() < THREADS_MAX) {
        byPid.put(e.pid, now);
      }
    }
    if (now != null) {
      now.toKick = target == null ? 0 : target.pointer;
      now.kickedFor = irq;
      now.queueSeq = e.seq;
      now.queueTs = e.ts;
    }
  }

  /**
   * The vCPU that has to deliver it for certain, and that must look again (QUEUE-1, QUEUE-3). One
   * that holds an active interrupt is told of every attempt to queue it again.
   */
  private @Nullable VcpuState kicked(IrqState irq) {
    if (irq.is(IrqState.ACTIVE)) {
      boolean listed = irq.own != 0 && irq.own != IrqState.POINTER_UNKNOWN;
      return listed ? machine.vcpuAt(irq.own) : null;
    }
    VmState vm = irq.vm;
    boolean deliverable =
        irq.isNot(IrqState.ACTIVE)
            && irq.is(IrqState.ENABLED)
            && irq.isPending()
            && vm != null
            && vm.distributor == VmState.Switch.ON;
    return deliverable ? machine.vcpuAt(irq.target) : null;
  }

  private void accepted(Event e, IrqState irq, Injection now) {
    owner(e, irq, now);
    boolean high = now.level != 0;
    if (irq.is(IrqState.LEVEL_SENSITIVE)) {
      if (now.changes == 0) {
        violated(
            L4,
            Strength.SOFT,
            e,
            irq,
            now,
            "An injection of the level that the line has was accepted.",
            "ignored",
            irq.text());
      } else if (irq.isKnown(IrqState.LEVEL) && irq.is(IrqState.LEVEL) != high) {
        violated(
            L4,
            Strength.SOFT,
            e,
            irq,
            now,
            "An accepted injection did not set the line.",
            "line=" + now.level,
            irq.text());
      } else {
        ledger.consistent(L4);
      }
    } else if (irq.isNot(IrqState.LEVEL_SENSITIVE)) {
      if (!high) {
        violated(
            E2,
            Strength.PAIR,
            e,
            irq,
            now,
            "The end of an edge was queued.",
            "only a rising edge is queued",
            irq.text());
      } else if (irq.isNot(IrqState.PENDING)) {
        violated(
            E1,
            Strength.PAIR,
            e,
            irq,
            now,
            "An accepted edge was not latched.",
            "pending=1",
            irq.text());
      }
    }
    if (now.changes == 1) {
      ledger.consistent(I2);
    }
  }

  private void owner(Event e, IrqState irq, Injection now) {
    if (!now.hasOwner) {
      ledger.indeterminate(I1, Reason.PROBE_MISSING);
      return;
    }
    long known = irq.owner;
    if (known != 0 && known != IrqState.POINTER_UNKNOWN) {
      if (known == now.owner) {
        ledger.consistent(I1);
      } else {
        violated(
            I1,
            Strength.SOFT,
            e,
            irq,
            now,
            "An injection by somebody who does not own the interrupt was accepted.",
            "owner " + Reporter.hex(known),
            "owner " + Reporter.hex(now.owner));
        return;
      }
    }
    irq.owner = now.owner;
  }

  /** A vCPU is kicked. */
  void kick(Event e) {
    machine.saw(Observation.KICK);
    Injection now = byPid.get(e.pid);
    if (now != null && now.toKick != 0 && e.get(KICK_VCPU, 0) == now.toKick) {
      now.toKick = 0;
      ledger.beginTransition();
      ledger.consistent(E4);
      ledger.endTransition();
    }
  }

  /** The reference to an interrupt is dropped: the last step of an injection. */
  void put(Event e, @Nullable IrqState irq) {
    Injection now = byPid.get(e.pid);
    if (irq != null && irq.isSgi()) {
      sgis.put(e, irq);
    }
    if (now == null || irq == null) {
      return;
    }
    if (now.irq == irq) {
      if (isLeftAlone(irq, now)) {
        end(e, irq, now);
        violated(
            I2,
            Strength.SOFT,
            e,
            irq,
            now,
            "An injection left the line at the other level.",
            "line=" + now.level,
            irq.text());
      } else {
        ignored(e, irq, now);
      }
    }
    if (now.kickedFor == irq) {
      unkicked(e, now);
    }
  }

  /** The thread does something that no injection contains. */
  void goesOn(Event e) {
    sgis.goesOn(e);
    if (byPid.isEmpty()) {
      return;
    }
    Injection now = byPid.get(e.pid);
    if (now == null) {
      return;
    }
    IrqState irq = now.irq;
    if (irq != null) {
      ledger.beginTransition();
      ignored(e, irq, now);
      ledger.endTransition();
    }
    ledger.beginTransition();
    unkicked(e, now);
    ledger.endTransition();
  }

  /**
   * Whether the injection's last snapshot shows the line at the other level. A mapped interrupt's
   * line also changes where it is populated and folded.
   */
  private boolean isLeftAlone(IrqState irq, Injection now) {
    return now.level >= 0
        && now.hasOwner
        && irq.owner == now.owner
        && irq.is(IrqState.LEVEL_SENSITIVE)
        && irq.isNot(IrqState.HW)
        && irq.isKnown(IrqState.LEVEL)
        && irq.is(IrqState.LEVEL) != (now.level != 0)
        && irq.belief.injectorPid != IrqState.SEVERAL
        && !machine.accesses.isChanging(irq);
  }

  /** The injection is over and was not queued. */
  private void ignored(Event e, IrqState irq, Injection now) {
    end(e, irq, now);
    if (!machine.shows(Observation.QUEUE)) {
      return;
    }
    Belief belief = irq.belief;
    if (now.hasOwner && belief.ignoredLevel < 0) {
      belief.ignoredLevel = now.level;
      belief.ignoredOwner = now.owner;
    }
    if (now.changes == 0) {
      ledger.consistent(I2);
    } else if (now.changes == UNKNOWN || !now.hasOwner || irq.owner != now.owner) {
      ledger.indeterminate(I2, Reason.NO_IRQ_SNAPSHOT);
    } else {
      violated(
          I2,
          Strength.ABSENCE,
          e,
          irq,
          now,
          "An injection that changes something was not queued.",
          "queue_irq in the injecting thread",
          "none");
    }
  }

  private void unkicked(Event e, Injection now) {
    IrqState irq = now.kickedFor;
    long pointer = now.toKick;
    now.toKick = 0;
    now.kickedFor = null;
    if (pointer == 0 || irq == null || !machine.shows(Observation.KICK)) {
      return;
    }
    VcpuState v = machine.vcpuAt(pointer);
    reporter.violated(
        E4,
        Strength.ABSENCE,
        e,
        "the thread goes on",
        v,
        Integer.toUnsignedLong(irq.intid),
        "A vCPU was not kicked for an interrupt that it has to deliver.",
        "vcpu_kick after queueing",
        "none",
        new EventRef(now.queueSeq, now.queueTs, e.cpu, "queue " + irq.text()));
  }

  private void violated(
      int rule,
      Strength strength,
      Event e,
      IrqState irq,
      Injection now,
      String message,
      String expected,
      String observed) {
    irq.belief.forget(IrqState.PENDING | IrqState.LEVEL);
    reporter.violated(
        rule,
        strength,
        e,
        "injection of INTID " + Integer.toUnsignedString(irq.intid) + " level " + now.level,
        machine.vcpuAt(irq.target),
        Integer.toUnsignedLong(irq.intid),
        message,
        expected,
        observed,
        new EventRef(now.seq, now.ts, e.cpu, "inject level " + now.level));
  }
}

package org.vgictrace.replay.kvm.pmu;

import java.util.EnumSet;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.HostInterrupts;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;

/**
 * Steps the model of what host and guests share: the performance monitor interrupt, by the policy
 * of {@link HostOwnedPmu}, and the physical interrupts behind those of guests.
 *
 * <p>Which interrupt is that of a guest's performance monitors is learned: for sure from the probe
 * of their update; else from repeated injections of a private interrupt by an in-kernel device that
 * is no timer, or by a vCPU's thread between entry and exit, which nothing else does.
 */
public final class OwnershipModel implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.PMU,
          Kind.INJECT,
          Kind.IRQ_PENDING,
          Kind.TIMER_UPDATE,
          Kind.IRQ_LINE,
          Kind.SYSREG,
          Kind.USERSPACE_EXIT,
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.HOST_IRQ,
          Kind.KICK,
          Kind.LR_IMAGE,
          Kind.IRQ_MAP,
          Kind.VM);

  private static final int PMU_STEP = Kind.PMU.column("step");
  private static final int PMU_INTID = Kind.PMU.column("intid");
  private static final int PMU_LEVEL = Kind.PMU.column("level");
  private static final int STEP_OVERFLOW = 1;
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_OWNER = Kind.INJECT.column("owner");
  private static final int PENDING_VCPU = Kind.IRQ_PENDING.column("vcpu_id");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_LEVEL = Kind.IRQ_PENDING.column("level");
  private static final int TIMER_INTID = Kind.TIMER_UPDATE.column("intid");
  private static final int LINE_NUM = Kind.IRQ_LINE.column("num");
  private static final int SYSREG_WRITE = Kind.SYSREG.column("is_write");
  private static final int SYSREG_CRN = Kind.SYSREG.column("crn");
  private static final int SYSREG_CRM = Kind.SYSREG.column("crm");
  private static final int KICK_VCPU = Kind.KICK.column("vcpu");
  private static final int MAP_INTID = Kind.IRQ_MAP.column("intid");
  private static final int MAP_HOST_IRQ = Kind.IRQ_MAP.column("host_irq");
  private static final int MAP_OP = Kind.IRQ_MAP.column("op");
  private static final int OP_MAP = 0;
  private static final int FIRST_PPI = 16;
  private static final int FIRST_SPI = 32;

  /** Sightings without which an interrupt is not taken for that of performance monitors. */
  private static final int SIGHTINGS_MIN = 3;

  /** The default numbers of the timers and of a guest hypervisor's maintenance interrupt. */
  private static final int OTHER_DEVICES = 1 << 26 | 1 << 27 | 1 << 28 | 1 << 30 | 1 << 25;

  private final Machine machine;
  private final HostOwnedPmu policy;
  private final PhysicalOwners owners;
  private final HostInterrupts hostInterrupts = new HostInterrupts();
  private final Int2ObjectHashMap<PmuThread> threads = new Int2ObjectHashMap<>();

  /** The private interrupt of performance monitors, the same for all vCPUs; -1 if unknown. */
  private int privateIntid = -1;

  /** Private interrupts that belong to another device, by bit. */
  private int otherDevices = OTHER_DEVICES;

  /** Thread that runs no vCPU and is in the host's handler, -1 for none. */
  private int hostHandlerPid = -1;

  /**
   * @param machine who is who
   * @param reporter where verdicts go
   */
  public OwnershipModel(Machine machine, Reporter reporter) {
    this.machine = machine;
    policy = new HostOwnedPmu(machine, reporter);
    owners = new PhysicalOwners(machine, reporter);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    PmuThread thread = current(kind, e);
    switch (kind) {
      case IRQ_PENDING -> pending(e, thread);
      case INJECT -> inject(e, thread);
      case HOST_IRQ -> hostIrq(e, thread, names);
      case LR_IMAGE -> {
        if (e.getInt(LrImage.POINT, -1) == LrImage.POINT_ENTRY) {
          image(e, thread);
        }
      }
      case IRQ_MAP -> map(e);
      case VM -> owners.unmapped();
      case SYSREG -> access(e, thread);
      default -> {
        if (thread != null) {
          ofVcpu(kind, e, thread);
        }
      }
    }
  }

  private void image(Event e, @Nullable PmuThread thread) {
    if (thread != null && thread.intid >= 0) {
      owners.image(e, thread.intid, thread.intidIsSure);
    } else {
      owners.image(e, privateIntid, false);
    }
  }

  private void ofVcpu(Kind kind, Event e, PmuThread thread) {
    switch (kind) {
      case TIMER_UPDATE -> timer(thread, e.get(TIMER_INTID, -1));
      case IRQ_LINE -> thread.userIntid = e.get(LINE_NUM, -1);
      case USERSPACE_EXIT -> {
        thread.ranUserSpace = true;
        thread.riseDue = false;
      }
      case VCPU_ENTRY -> {
        if (thread.riseDue) {
          policy.entered(e, thread);
        }
        thread.overflowed = false;
        thread.isInGuest = true;
        thread.userIntid = -1;
      }
      case VCPU_EXIT -> thread.isInGuest = false;
      case PMU -> pmu(e, thread);
      case KICK -> kick(e, thread);
      default -> {}
    }
  }

  /** The thread's state; made when it first enters the guest. */
  private @Nullable PmuThread current(Kind kind, Event e) {
    PmuThread thread = threads.get(e.pid);
    if (thread == null) {
      if (kind != Kind.VCPU_ENTRY) {
        return null;
      }
      thread = new PmuThread(e.pid);
      thread.forget();
      thread.ranUserSpace = true;
      thread.stretch = machine.stretch();
      threads.put(e.pid, thread);
    } else if (thread.stretch != machine.stretch()) {
      thread.forget();
      thread.ranUserSpace = true;
      thread.stretch = machine.stretch();
    }
    return thread;
  }

  /** The interrupt of a vCPU's performance monitors is known for sure. */
  private void know(PmuThread thread, int intid) {
    if (intid < FIRST_PPI) {
      return;
    }
    thread.intid = intid;
    thread.intidIsSure = true;
    if (intid < FIRST_SPI) {
      privateIntid = intid;
    }
  }

  /** An interrupt is set as only that of performance monitors is, unless events are missing. */
  private void guess(PmuThread thread, int intid) {
    boolean isPrivate = intid >= FIRST_PPI && intid < FIRST_SPI;
    if (!isPrivate || thread.intidIsSure || (otherDevices >>> intid & 1) != 0) {
      return;
    }
    thread.sightings = thread.guess == intid ? thread.sightings + 1 : 1;
    thread.guess = intid;
    if (thread.sightings >= SIGHTINGS_MIN) {
      thread.intid = intid;
      privateIntid = intid;
    }
  }

  /** A timer uses that interrupt. */
  private void timer(PmuThread thread, long intid) {
    thread.timerIntid = intid;
    if (intid >= FIRST_PPI && intid < FIRST_SPI) {
      otherDevices |= 1 << intid;
    }
  }

  private void pmu(Event e, PmuThread thread) {
    if (e.getInt(PMU_STEP, -1) == STEP_OVERFLOW) {
      machine.saw(Observation.PMU_OVERFLOW);
      thread.overflow(e);
      return;
    }
    know(thread, e.getInt(PMU_INTID, -1));
    if (e.has(PMU_LEVEL) && !e.isInInterrupt()) {
      policy.computed(e, thread, e.getInt(PMU_LEVEL, 0) == 0 ? 0 : 1);
    }
  }

  /** A kick in the handler, right after the overflow, says that the line is to be high. */
  private void kick(Event e, PmuThread thread) {
    VcpuState v = machine.vcpuOfThread(thread.pid);
    if (thread.overflowed && v != null && v.pointer() == e.get(KICK_VCPU, 0)) {
      thread.overflowed = false;
      thread.riseDue = thread.intid >= 0;
    }
  }

  /** An injection as the probe shows it: with the in-kernel device that makes it. */
  private void inject(Event e, @Nullable PmuThread thread) {
    if (thread == null || !e.has(INJECT_OWNER) || !e.has(INJECT_INTID)) {
      return;
    }
    long intid = e.get(INJECT_INTID, 0);
    long owner = e.get(INJECT_OWNER, 0);
    VcpuState v = machine.vcpuOfThread(e.pid);
    // A guest hypervisor's maintenance interrupt has the vCPU itself for its owner.
    boolean isDevice = owner != 0 && v != null && owner != v.pointer();
    thread.ownedIntid = isDevice && intid != thread.timerIntid ? intid : -1;
    if (thread.ownedIntid >= 0 && !e.isInInterrupt()) {
      guess(thread, (int) intid);
    }
  }

  private void pending(Event e, @Nullable PmuThread thread) {
    if (!e.has(PENDING_INTID) || !e.has(PENDING_LEVEL)) {
      return;
    }
    int intid = e.getInt(PENDING_INTID, -1);
    int level = e.getInt(PENDING_LEVEL, 0) == 0 ? 0 : 1;
    if (thread == null) {
      if (hostHandlerPid == e.pid && intid == privateIntid && e.isInInterrupt()) {
        policy.injectedElsewhere(e, intid, level, true);
      }
      return;
    }
    boolean isTimer = thread.timerIntid == intid;
    boolean isOwned = thread.ownedIntid == intid;
    thread.timerIntid = -1;
    thread.ownedIntid = -1;
    if (isTimer || thread.userIntid == intid) {
      return;
    }
    boolean isPrivate = intid >= FIRST_PPI && intid < FIRST_SPI;
    if (thread.isInGuest && !isOwned && !e.isInInterrupt()) {
      guess(thread, intid);
    }
    if (intid != thread.intid || !isOwned && !thread.isInGuest && !isPrivate) {
      return;
    }
    if (e.isInInterrupt()) {
      policy.injectedElsewhere(e, intid, level, false);
    } else {
      policy.set(e, thread, e.getInt(PENDING_VCPU, -1), level);
    }
  }

  private void hostIrq(Event e, @Nullable PmuThread thread, Names names) {
    if (!HostInterrupts.isEntry(e)) {
      if (thread != null) {
        thread.inHandler = false;
        thread.overflowed = false;
      } else if (hostHandlerPid == e.pid) {
        hostHandlerPid = -1;
        policy.hostOnly();
      }
      return;
    }
    if (hostInterrupts.of(e, names) != HostInterrupts.Use.PMU) {
      return;
    }
    if (thread != null) {
      thread.handler(e);
    } else {
      hostHandlerPid = e.pid;
    }
  }

  /** A trapped access to a system register, maybe one of the performance monitors. */
  private void access(Event e, @Nullable PmuThread thread) {
    machine.saw(Observation.SYSREG);
    int crn = e.getInt(SYSREG_CRN, 9);
    boolean isPmu = crn == 9 || crn == 14 && e.getInt(SYSREG_CRM, 8) >= 8;
    if (thread != null && isPmu && e.get(SYSREG_WRITE, 1) != 0) {
      thread.mayRise = true;
      thread.riseDue = false;
    }
  }

  private void map(Event e) {
    int intid = e.getInt(MAP_INTID, -1);
    if (e.getInt(MAP_OP, -1) == OP_MAP && intid >= 0 && privateIntid >= 0) {
      owners.mapped(e, intid, privateIntid, e.getInt(MAP_HOST_IRQ, -1));
    } else {
      owners.unmapped();
    }
  }
}

package org.vgictrace.replay.kvm.timer;

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
 * Steps the model of KVM's virtual timers and has each step judged.
 *
 * <p>Each vCPU has up to four timers. Direct ones are in hardware while the vCPU is loaded, and
 * their physical interrupt is forwarded; emulated ones are evaluated in software and have a soft
 * timer. Either way the output is forwarded to the vGIC as the level of a private interrupt:
 *
 * <pre>
 *   load:  vGIC load (before 7.2) | map | output, injection, physical state per direct timer
 *          | restore per direct timer | evaluation per emulated one | vGIC load (since 7.2)
 *   put:   map | save per direct timer | background timer started if the vCPU sleeps | vGIC put
 *   interrupt of the host: map | output (high), injection
 *   expiry of a soft timer: output (high), injection
 * </pre>
 *
 * <p>Identity: the events of a vCPU's own thread belong to it; in an interrupt handler they belong
 * to the vCPU loaded on that CPU, which is the one whose thread was interrupted. Timers are known
 * by the INTIDs 30, 27, 28 and 26, which no VMM is known to change; where another number shows up
 * its timer is not judged.
 */
public final class TimerModel implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.TIMER_UPDATE,
          Kind.TIMER_STATE,
          Kind.TIMER_MAP,
          Kind.TIMER_EMULATE,
          Kind.TIMER_EXPIRE,
          Kind.TIMER_STEP,
          Kind.HRTIMER,
          Kind.IRQCHIP_STATE,
          Kind.VCPU_BLOCK,
          Kind.IRQ_PENDING,
          Kind.IRQ_MAP,
          Kind.VGIC_STEP,
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.USERSPACE_EXIT,
          Kind.SYSREG,
          Kind.HOST_IRQ,
          Kind.LR_IMAGE,
          Kind.GIC_MMIO,
          Kind.MMIO);

  private static final int UPDATE_VCPU = Kind.TIMER_UPDATE.column("vcpu_id");
  private static final int UPDATE_INTID = Kind.TIMER_UPDATE.column("intid");
  private static final int UPDATE_LEVEL = Kind.TIMER_UPDATE.column("level");
  private static final int STATE_OP = Kind.TIMER_STATE.column("op");
  private static final int STATE_CTL = Kind.TIMER_STATE.column("ctl");
  private static final int STATE_CVAL = Kind.TIMER_STATE.column("cval");
  private static final int STATE_TIMER = Kind.TIMER_STATE.column("timer");
  private static final int MAP_VCPU = Kind.TIMER_MAP.column("vcpu_id");
  private static final int MAP_DV = Kind.TIMER_MAP.column("direct_vtimer");
  private static final int MAP_DP = Kind.TIMER_MAP.column("direct_ptimer");
  private static final int MAP_EV = Kind.TIMER_MAP.column("emul_vtimer");
  private static final int MAP_EP = Kind.TIMER_MAP.column("emul_ptimer");
  private static final int EMULATE_TIMER = Kind.TIMER_EMULATE.column("timer");
  private static final int EMULATE_FIRE = Kind.TIMER_EMULATE.column("should_fire");
  private static final int EXPIRE_TIMER = Kind.TIMER_EXPIRE.column("timer");
  private static final int STEP = Kind.TIMER_STEP.column("step");
  private static final int STEP_HRTIMER = Kind.TIMER_STEP.column("hrtimer");
  private static final int STEP_LOAD = 0;
  private static final int STEP_PUT = 1;
  private static final int STEP_BG_EXPIRE = 3;
  private static final int HRTIMER_OP = Kind.HRTIMER.column("op");
  private static final int CHIP_IRQ = Kind.IRQCHIP_STATE.column("irq");
  private static final int CHIP_WHICH = Kind.IRQCHIP_STATE.column("which");
  private static final int CHIP_VALUE = Kind.IRQCHIP_STATE.column("value");
  private static final int CHIP_ACTIVE = 1;
  private static final int BLOCK_OP = Kind.VCPU_BLOCK.column("op");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_LEVEL = Kind.IRQ_PENDING.column("level");
  private static final int IRQ_MAP_INTID = Kind.IRQ_MAP.column("intid");
  private static final int IRQ_MAP_OP = Kind.IRQ_MAP.column("op");
  private static final int IRQ_MAP_RESET = 2;
  private static final int VGIC_STEP = Kind.VGIC_STEP.column("step");
  private static final int VGIC_LOAD =
      Kind.VGIC_STEP.columns().get(VGIC_STEP).labels().indexOf("load");
  private static final int SYSREG_WRITE = Kind.SYSREG.column("is_write");
  private static final int SYSREG_CRN = Kind.SYSREG.column("crn");
  private static final int SYSREG_CRM = Kind.SYSREG.column("crm");
  private static final int SYSREG_OP2 = Kind.SYSREG.column("op2");
  private static final int MMIO_ACCESS = Kind.MMIO.column("access");
  private static final int GIC_MMIO_ACCESS = Kind.GIC_MMIO.column("access");

  private final Machine machine;
  private final OutputChecks outputs;
  private final StateChecks states;
  private final SoftTimerChecks softTimers;
  private final DeliveryChecks delivery;
  private final TimerJudge judge;
  private final HostInterrupts hostInterrupts = new HostInterrupts();
  private final Int2ObjectHashMap<TimerThread> threads = new Int2ObjectHashMap<>();

  /** Whether the recording shows trapped accesses to system registers. */
  private boolean showsAccesses;

  /**
   * @param machine who is who
   * @param reporter where verdicts go
   */
  public TimerModel(Machine machine, Reporter reporter) {
    this.machine = machine;
    judge = new TimerJudge(machine, reporter);
    outputs = new OutputChecks(machine, judge);
    states = new StateChecks(machine, judge);
    softTimers = new SoftTimerChecks(machine, judge);
    delivery = new DeliveryChecks(machine, judge);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    boolean interrupt = e.isInInterrupt();
    TimerThread thread = current(e.pid);
    if (thread != null && !interrupt) {
      goesOn(kind, e, thread);
    }
    switch (kind) {
      case TIMER_UPDATE -> update(e, thread, interrupt);
      case IRQ_PENDING -> injected(e, thread, interrupt);
      case TIMER_MAP -> map(e, interrupt ? thread : ofThread(e.pid));
      case TIMER_STATE -> state(e, ofThread(e.pid));
      case TIMER_EMULATE -> emulate(e, ofThread(e.pid));
      case TIMER_EXPIRE -> expire(e, thread);
      case TIMER_STEP -> timerStep(e, thread);
      case GIC_MMIO -> write(e.getInt(GIC_MMIO_ACCESS, 0) != 1);
      case MMIO -> write(e.getInt(MMIO_ACCESS, 2) == 2);
      case SYSREG -> access(e, thread);
      case VGIC_STEP -> {
        if (e.getInt(VGIC_STEP, -1) == VGIC_LOAD) {
          states.vgicLoaded(thread);
        }
      }
      default -> {
        if (thread != null) {
          ofVcpu(kind, e, thread, names, interrupt);
        }
      }
    }
  }

  private void ofVcpu(Kind kind, Event e, TimerThread thread, Names names, boolean interrupt) {
    switch (kind) {
      case HRTIMER -> {
        machine.saw(Observation.SOFT_TIMER);
        if (!interrupt && e.getInt(HRTIMER_OP, -1) == 0) {
          softTimers.started(e, thread, names);
        }
      }
      case IRQCHIP_STATE -> {
        machine.saw(Observation.CHIP_STATE);
        if (!interrupt && thread.activation.isOpen && e.getInt(CHIP_WHICH, -1) == CHIP_ACTIVE) {
          delivery.activated(e, thread, e.getInt(CHIP_IRQ, -1), e.get(CHIP_VALUE, 1) != 0);
        }
      }
      case VCPU_BLOCK -> {
        int op = e.getInt(BLOCK_OP, -1);
        thread.blocked = op == 0 || op != 1 && thread.blocked;
      }
      case IRQ_MAP -> reset(e, thread);
      case VCPU_ENTRY -> entered(e, thread);
      case VCPU_EXIT -> {
        thread.wroteTimer = false;
        delivery.left(thread);
      }
      case USERSPACE_EXIT -> {
        thread.isInUserSpace = true;
        states.returnedToUserSpace(thread);
      }
      case HOST_IRQ -> hostIrq(e, thread, names);
      case LR_IMAGE -> image(e, thread);
      default -> {}
    }
  }

  /** The thread's state if it is known, without what missing events may have changed. */
  private @Nullable TimerThread current(int pid) {
    TimerThread thread = threads.get(pid);
    if (thread != null && thread.stretch != machine.stretch()) {
      thread.forget();
      thread.stretch = machine.stretch();
    }
    return thread;
  }

  private TimerThread ofThread(int pid) {
    TimerThread thread = current(pid);
    if (thread == null) {
      thread = new TimerThread(pid);
      thread.stretch = machine.stretch();
      threads.put(pid, thread);
    }
    return thread;
  }

  /** The thread does something else than what an open step must be followed by. */
  private void goesOn(Kind kind, Event e, TimerThread thread) {
    boolean closes =
        switch (kind) {
          case TIMER_UPDATE,
              TIMER_STATE,
              TIMER_MAP,
              TIMER_EMULATE,
              TIMER_STEP,
              VCPU_ENTRY,
              USERSPACE_EXIT,
              VGIC_STEP ->
              true;
          default -> false;
        };
    if (closes) {
      if (thread.update.isOpen) {
        outputs.missing(e, thread, thread.update);
      }
      if (thread.arming.isOpen) {
        softTimers.notArmed(e, thread);
      }
      if (thread.emulation.isOpen && kind != Kind.TIMER_UPDATE) {
        outputs.notFollowed(e, thread);
        if (thread.arming.isOpen) {
          softTimers.notArmed(e, thread);
        }
      }
      thread.activation.isOpen = false;
    } else if (kind == Kind.HRTIMER && thread.emulation.isOpen) {
      outputs.notFollowed(e, thread);
    }
  }

  private void identify(TimerThread thread, int number) {
    if (number < 0 || thread.number == number) {
      return;
    }
    if (thread.number >= 0) {
      thread.forget();
    }
    thread.number = number;
    VcpuState v = machine.vcpuOfThread(thread.pid);
    if (v != null) {
      machine.learnNumber(v, number);
    }
  }

  private void update(Event e, @Nullable TimerThread thread, boolean interrupt) {
    machine.saw(Observation.TIMER);
    if (!e.has(UPDATE_INTID) || !e.has(UPDATE_LEVEL)) {
      return;
    }
    int number = e.getInt(UPDATE_VCPU, -1);
    long intid = e.get(UPDATE_INTID, 0);
    int level = e.getInt(UPDATE_LEVEL, 0) == 0 ? 0 : 1;
    int timer = TimerContext.ofIntid(intid);
    if (interrupt) {
      outputs.inInterrupt(e, thread, number, intid, level);
      if (thread != null && thread.number == number && timer >= 0) {
        forwarded(thread.contexts[timer], level);
      }
      return;
    }
    TimerThread own = thread == null ? ofThread(e.pid) : thread;
    identify(own, number);
    outputs.inThread(e, own, intid, level);
    if (timer >= 0) {
      TimerContext context = own.contexts[timer];
      context.updates++;
      forwarded(context, level);
      own.activation.open(e, timer, intid, level);
    }
    if (!own.hasRun) {
      resetFromOutside(own);
    }
  }

  private static void forwarded(TimerContext context, int level) {
    context.level = level;
    context.outputSince = level;
    if (level == 1) {
      context.canFire = 1;
    }
  }

  /** A thread that does not run the vCPU resets it: what its own thread's events showed is old. */
  private void resetFromOutside(TimerThread by) {
    for (TimerThread other : threads.values()) {
      if (other != by && other.number == by.number) {
        other.forget();
      }
    }
  }

  private void injected(Event e, @Nullable TimerThread thread, boolean interrupt) {
    if (thread == null) {
      return;
    }
    TimerThread.Open update = interrupt ? thread.interruptUpdate : thread.update;
    long intid = e.get(PENDING_INTID, -1);
    boolean isOutput = update.isOpen && update.intid == intid;
    if (update.isOpen && e.has(PENDING_INTID) && e.has(PENDING_LEVEL)) {
      int level = e.getInt(PENDING_LEVEL, 0) == 0 ? 0 : 1;
      outputs.injected(e, thread, update, intid, level);
    }
    int timer = TimerContext.ofIntid(intid);
    if (timer >= 0 && !isOutput) {
      // Its output was not recorded.
      thread.contexts[timer].level = -1;
      thread.contexts[timer].outputSince = -1;
    }
  }

  private void map(Event e, @Nullable TimerThread thread) {
    machine.saw(Observation.TIMER);
    states.mapped();
    if (thread == null) {
      return;
    }
    if (!e.isInInterrupt()) {
      identify(thread, e.getInt(MAP_VCPU, -1));
    }
    thread.mapped = e.has(MAP_DV) && e.has(MAP_DP) && e.has(MAP_EP);
    thread.direct[0] = e.getInt(MAP_DV, -1);
    thread.direct[1] = e.getInt(MAP_DP, -1);
    thread.emulated[0] = e.getInt(MAP_EV, -1);
    thread.emulated[1] = e.getInt(MAP_EP, -1);
    thread.mapSeq = e.seq;
    thread.mapTs = e.ts;
    thread.mapCpu = e.cpu;
  }

  private static @Nullable TimerContext context(TimerThread thread, int timer) {
    return timer >= 0 && timer < TimerContext.COUNT ? thread.contexts[timer] : null;
  }

  private void state(Event e, TimerThread thread) {
    TimerContext context = context(thread, e.getInt(STATE_TIMER, -1));
    if (context == null || !e.has(STATE_CTL) || !e.has(STATE_CVAL)) {
      return;
    }
    long ctl = e.get(STATE_CTL, 0);
    long cval = e.get(STATE_CVAL, 0);
    thread.isInUserSpace = false;
    if (e.getInt(STATE_OP, -1) == 0) {
      states.save(e, thread, context, ctl, cval);
      softTimers.saved(e, thread, context);
      context.physicallyActive = -1;
      return;
    }
    if (thread.sleep.isOpen) {
      softTimers.awake(e, thread);
    }
    states.restore(e, thread, context, ctl, cval);
    delivery.restored(e, thread, context);
  }

  private void emulate(Event e, TimerThread thread) {
    TimerContext context = context(thread, e.getInt(EMULATE_TIMER, -1));
    if (context == null || !e.has(EMULATE_FIRE)) {
      return;
    }
    states.emulated(e, thread, context, "evaluated in software");
    int fire = e.getInt(EMULATE_FIRE, 0) == 0 ? 0 : 1;
    thread.emulation.open(e, context.index, context.intid(), fire);
    if (fire == 1) {
      context.canFire = 1;
    }
  }

  private void expire(Event e, @Nullable TimerThread thread) {
    TimerContext context = thread == null ? null : context(thread, e.getInt(EXPIRE_TIMER, -1));
    if (thread == null || context == null) {
      return;
    }
    states.emulated(e, thread, context, "started as a soft timer");
    softTimers.expired(context);
    thread.expiring = true;
  }

  private void timerStep(Event e, @Nullable TimerThread thread) {
    switch (e.getInt(STEP, -1)) {
      case STEP_LOAD -> {
        machine.saw(Observation.TIMER_STEP);
        TimerThread own = ofThread(e.pid);
        if (own.sleep.isOpen) {
          softTimers.awake(e, own);
        }
        states.loaded(e, own);
        own.isInUserSpace = false;
      }
      case STEP_PUT -> {
        machine.saw(Observation.TIMER_STEP);
        states.put(ofThread(e.pid));
      }
      case STEP_BG_EXPIRE -> {
        VcpuState v = softTimers.vcpuAround(e.get(STEP_HRTIMER, 0));
        softTimers.backgroundExpired(v == null ? null : current(v.pid()));
      }
      default -> {
        // The handler; irq_handler_entry shows it too.
        if (thread != null) {
          thread.expiring = false;
        }
      }
    }
  }

  private void write(boolean isWrite) {
    if (isWrite) {
      delivery.written();
    }
  }

  /** A trapped access to a system register, maybe one of a timer. */
  private void access(Event e, @Nullable TimerThread thread) {
    showsAccesses = true;
    machine.saw(Observation.SYSREG);
    int crm = e.getInt(SYSREG_CRM, 2);
    boolean isTimer = e.getInt(SYSREG_CRN, 14) == 14 && crm >= 0 && crm <= 3;
    if (thread == null || !isTimer || e.get(SYSREG_WRITE, 1) == 0) {
      return;
    }
    thread.wroteTimer = true;
    // The deadline (CVAL, TVAL) may change without a change of the control bits.
    boolean isControl = crm < 2 || e.getInt(SYSREG_OP2, 1) == 1;
    for (TimerContext context : thread.contexts) {
      context.canFire = isControl ? -1 : context.canFire;
    }
  }

  private void reset(Event e, TimerThread thread) {
    int timer = TimerContext.ofIntid(e.get(IRQ_MAP_INTID, -1));
    if (e.getInt(IRQ_MAP_OP, -1) == IRQ_MAP_RESET && timer >= 0) {
      outputs.reset(e, thread, thread.contexts[timer]);
    }
  }

  private void entered(Event e, TimerThread thread) {
    thread.hasRun = true;
    thread.isInUserSpace = false;
    if (thread.sleep.isOpen) {
      softTimers.awake(e, thread);
    }
    if (!showsAccesses) {
      for (TimerContext context : thread.contexts) {
        context.canFire = -1;
      }
    }
    VcpuState v = machine.vcpuOfThread(thread.pid);
    if (v != null && v.id() < 0 && thread.number >= 0) {
      machine.learnNumber(v, thread.number);
    }
    delivery.entered(thread);
  }

  private void hostIrq(Event e, TimerThread thread, Names names) {
    if (!HostInterrupts.isEntry(e)) {
      thread.expiring = false;
      if (thread.interruptUpdate.isOpen) {
        outputs.missing(e, thread, thread.interruptUpdate);
      }
      return;
    }
    int role =
        switch (hostInterrupts.of(e, names)) {
          case VIRTUAL_TIMER -> 0;
          case PHYSICAL_TIMER -> 1;
          case PMU, OTHER -> -1;
        };
    TimerContext context = role < 0 ? null : context(thread, thread.direct[role]);
    if (context != null && thread.mapped) {
      delivery.taken(e, thread, context);
    }
  }

  private void image(Event e, TimerThread thread) {
    int point = e.getInt(LrImage.POINT, -1);
    if (point == LrImage.POINT_ENTRY) {
      delivery.entryImage(e, thread);
    } else if (point == LrImage.POINT_EXIT) {
      delivery.exitImage(e, thread);
    }
  }
}

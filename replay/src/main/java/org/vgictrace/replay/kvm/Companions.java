package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EdgeRules.EDGE_1;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_11;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;
import static org.vgictrace.replay.rule.InjectionRules.INJ_1;
import static org.vgictrace.replay.rule.InjectionRules.INJ_2;
import static org.vgictrace.replay.rule.ResidencyRules.HW_1;
import static org.vgictrace.replay.rule.ResidencyRules.HW_4;
import static org.vgictrace.replay.rule.TimerRules.TMR_1;

import java.util.EnumSet;
import java.util.Set;
import org.agrona.collections.Int2ObjectHashMap;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/**
 * Notices events that come without their companion: the kernel records the two one after the other
 * in one thread, so something is missing, doubled or out of order. That is no contradiction, since
 * a lost event leaves the same picture; the rule that rests on both counts an undecided instance.
 *
 * <pre>
 *   kvm_irq_line num level   --> inject intid level
 *   kvm_timer_update_irq     --> inject intid level
 *   inject intid level       --> vgic_update_irq_pending intid level
 *   kvm_mmio write gpa val   --> mmio_REGISTER addr val
 *   map_phys intid           --> put_irq intid
 *   enter                    --> kvm_entry, before the performance monitors are looked at again
 *   fold                     --> prune
 * </pre>
 *
 * <p>A kind that the recording never shows is not missed.
 */
public final class Companions implements Part {
  private static final int I1 = Ledger.index(INJ_1);
  private static final int I2 = Ledger.index(INJ_2);
  private static final int R16 = Ledger.index(LRE_16);
  private static final int R11 = Ledger.index(LRE_11);
  private static final int E1 = Ledger.index(EDGE_1);
  private static final int T1 = Ledger.index(TMR_1);
  private static final int H1 = Ledger.index(HW_1);
  private static final int H4 = Ledger.index(HW_4);

  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.IRQ_LINE,
          Kind.TIMER_UPDATE,
          Kind.INJECT,
          Kind.IRQ_PENDING,
          Kind.MMIO,
          Kind.GIC_MMIO,
          Kind.IRQ_MAP,
          Kind.QUEUE,
          Kind.IRQ_PUT,
          Kind.PMU,
          Kind.SGI,
          Kind.TIMER_STEP,
          Kind.VGIC_STEP);

  private static final int LINE_NUM = Kind.IRQ_LINE.column("num");
  private static final int LINE_LEVEL = Kind.IRQ_LINE.column("level");
  private static final int INJECT_INTID = Kind.INJECT.column("intid");
  private static final int INJECT_LEVEL = Kind.INJECT.column("level");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int PENDING_INTID = Kind.IRQ_PENDING.column("intid");
  private static final int PENDING_LEVEL = Kind.IRQ_PENDING.column("level");
  private static final int PENDING_VCPU = Kind.IRQ_PENDING.column("vcpu_id");
  private static final int MMIO_ACCESS = Kind.MMIO.column("access");
  private static final int MMIO_GPA = Kind.MMIO.column("gpa");
  private static final int MMIO_VAL = Kind.MMIO.column("val");
  private static final int MMIO_WRITE = 2;
  private static final int REG_ACCESS = Kind.GIC_MMIO.column("access");
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int REG_ADDR = Kind.GIC_MMIO.column("addr");
  private static final int REG_VAL = Kind.GIC_MMIO.column("val");
  private static final int REG_WRITE =
      Kind.GIC_MMIO.columns().get(REG_ACCESS).labels().indexOf("write");

  private static final int INJECT_OWNER = Kind.INJECT.column("owner");
  private static final int TIMER_INTID = Kind.TIMER_UPDATE.column("intid");
  private static final int TIMER_LEVEL = Kind.TIMER_UPDATE.column("level");
  private static final int SGI_REG = Kind.SGI.column("reg");

  /** ICC_SGI1R_EL1: Aff3, RS, IRM, Aff2 and Aff1. */
  private static final long SGI_ELSEWHERE = 0xffff_ffff_00ff_0000L;

  private static final int TIMER_STEP = Kind.TIMER_STEP.column("step");
  private static final int TIMER_LOAD = timerStep("load");
  private static final int TIMER_PUT = timerStep("put");
  private static final int MAP_INTID = Kind.IRQ_MAP.column("intid");
  private static final int STEP = Kind.VGIC_STEP.column("step");
  private static final int STEP_PRUNE =
      Kind.VGIC_STEP.columns().get(STEP).labels().indexOf("prune");

  private static final long NONE = -1;

  /** More threads than call into the vGIC at a time. */
  private static final int THREADS_MAX = 4096;

  /** What a thread has begun and not finished. */
  private static final class Begun {
    boolean line;
    long lineNum;
    boolean lineHigh;

    boolean injection;
    long intid;
    boolean high;
    long vcpu;

    long mapped = NONE;

    boolean write;

    /** Whether the thread has handled an interrupt since. */
    boolean writeGoesOn;

    long address;
    long value;
    long writeSeq;

    /** The access to a register bank that the write became, and the latest interrupt it left. */
    long bankSeq = NONE;

    long walkedIntid;

    /** Interrupt and level of the timer output that is about to be injected. */
    long timerIntid = NONE;

    boolean timerHigh;

    /** The SGI that the guest is sending, -1 for none, and to whom it has still to go. */
    int sgi = -1;

    int sgiTargets;

    /** {@link Machine#stretch} it belongs to; whatever lies before was lost. */
    final int stretch;

    Begun(int stretch) {
      this.stretch = stretch;
    }
  }

  private final Machine machine;
  private final Ledger ledger;
  private final Int2ObjectHashMap<Begun> byPid = new Int2ObjectHashMap<>();

  /** Private interrupts that timers drive, by bit. */
  private int timers;

  private boolean showsInjections;
  private boolean showsUpdates;
  private boolean showsWrites;

  /** Whether the reference is taken where its dropping is recorded, as since 6.7. */
  private boolean showsMapped;

  /**
   * @param model stepped with each event before this part
   */
  public Companions(KvmModel model) {
    machine = model.machine();
    ledger = model.reporter().ledger();
  }

  private static int timerStep(String label) {
    return Kind.TIMER_STEP.columns().get(TIMER_STEP).labels().indexOf(label);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (kind == Kind.TIMER_STEP || kind == Kind.VGIC_STEP) {
      ofResidency(kind, e);
      return;
    }
    Begun begun = byPid.get(e.pid);
    if (kind == Kind.PMU) {
      ofResidency(kind, e);
      if (begun != null) {
        sent(begun);
      }
      return;
    }
    if (kind == Kind.QUEUE || kind == Kind.IRQ_PUT) {
      if (begun != null && !e.isInInterrupt()) {
        handled(kind, e, begun);
      }
      return;
    }
    if (begun == null || begun.stretch != machine.stretch()) {
      if (byPid.size() >= THREADS_MAX) {
        byPid.clear();
      }
      begun = new Begun(machine.stretch());
      byPid.put(e.pid, begun);
    }
    switch (kind) {
      case IRQ_LINE -> line(e, begun);
      case TIMER_UPDATE -> timer(e, begun);
      case SGI -> sgi(e, begun);
      case INJECT -> inject(e, begun);
      case IRQ_PENDING -> update(e, begun);
      case MMIO -> mmio(e, begun);
      case IRQ_MAP -> begun.mapped = e.get(MAP_INTID, NONE);
      default -> register(e, begun);
    }
  }

  /**
   * The performance monitors are looked at before the flush and after the exit; the list is pruned
   * after the fold.
   */
  private void ofResidency(Kind kind, Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v == null || v.nested) {
      return;
    }
    if (kind == Kind.PMU) {
      if (v.phase == Phase.IMAGED) {
        undecided(H4, Reason.NO_LR_IMAGE);
      }
    } else if (kind == Kind.TIMER_STEP) {
      int step = e.getInt(TIMER_STEP, -1);
      boolean outside = step == TIMER_LOAD || step == TIMER_PUT;
      boolean inside = v.phase == Phase.GUEST || v.phase == Phase.FOLDING;
      if (outside && inside && v.synced && machine.shows(Observation.VCPU_EXIT)) {
        undecided(H1, Reason.PROBE_MISSING);
      }
    } else if (e.getInt(STEP, -1) == STEP_PRUNE && v.phase == Phase.GUEST) {
      boolean foldDue = v.used > 0 || machine.profile.isEoiCount();
      if (v.entryValid && foldDue && machine.shows(Observation.EXIT_IMAGE)) {
        undecided(H1, Reason.NO_LR_IMAGE);
      }
    }
  }

  /** The guest sends an SGI to vCPUs of the first cluster, named one by one. */
  private void sgi(Event e, Begun begun) {
    sent(begun);
    long reg = e.get(SGI_REG, -1);
    if (e.has(SGI_REG) && (reg & SGI_ELSEWHERE) == 0) {
      begun.sgi = (int) (reg >>> 24) & 0xf;
      begun.sgiTargets = (int) reg & 0xffff;
    }
  }

  /** The SGI of that register access reaches a vCPU. */
  private void queued(Event e, Begun begun, long intid) {
    VcpuState target = machine.vcpuAt(e.get(Snapshot.TARGET, 0));
    if (intid != begun.sgi || target == null || target.id < 0) {
      return;
    }
    if ((begun.sgiTargets >>> target.id & 1) == 0) {
      undecided(E1, Reason.PROBE_MISSING);
    }
    begun.sgiTargets &= ~(1 << target.id);
  }

  /** All that the guest sent before has been queued. */
  private void sent(Begun begun) {
    if (begun.sgi >= 0 && machine.shows(Observation.QUEUE)) {
      for (VcpuState v : machine.vcpus()) {
        if (v.id >= 0 && v.id < 16 && (begun.sgiTargets >>> v.id & 1) != 0) {
          // Unless its group is masked by the register that was written.
          undecided(E1, Reason.PROBE_MISSING);
          break;
        }
      }
    }
    begun.sgi = -1;
  }

  /** An interrupt is queued or let go, within whatever the thread has begun. */
  private void handled(Kind kind, Event e, Begun begun) {
    long intid = e.get(Snapshot.INTID, NONE);
    if (begun.injection && showsUpdates && begun.intid == intid) {
      begun.injection = false;
      undecided(I2, Reason.PROBE_MISSING);
    }
    if (begun.sgi >= 0 && kind == Kind.QUEUE) {
      queued(e, begun, intid);
    }
    walked(kind, e, begun, intid);
    if (kind == Kind.IRQ_PUT && begun.mapped != NONE) {
      if (begun.mapped != intid && showsMapped) {
        undecided(R11, Reason.PROBE_MISSING);
      }
      showsMapped |= begun.mapped == intid;
      begun.mapped = NONE;
    }
    begun.writeGoesOn = begun.write;
  }

  /** A write to a register bank goes through its interrupts in order. */
  private void walked(Kind kind, Event e, Begun begun, long intid) {
    if (begun.bankSeq == NONE || intid < 32) {
      // In between the thread may be put and loaded anew, which looks timers up.
      return;
    }
    if (!machine.accesses.isOpen(e.pid, begun.bankSeq)
        && !machine.accesses.isOpen(e.pid, begun.writeSeq)) {
      begun.bankSeq = NONE;
      return;
    }
    if (intid < begun.walkedIntid || kind == Kind.QUEUE && intid == begun.walkedIntid) {
      undecided(R16, Reason.PROBE_MISSING);
    }
    if (kind == Kind.IRQ_PUT) {
      begun.walkedIntid = intid;
    }
  }

  private void line(Event e, Begun begun) {
    begun.line = e.has(LINE_NUM) && e.has(LINE_LEVEL);
    begun.lineNum = e.get(LINE_NUM, 0);
    begun.lineHigh = e.get(LINE_LEVEL, 0) != 0;
  }

  private void timer(Event e, Begun begun) {
    begun.timerIntid = e.get(TIMER_INTID, NONE);
    begun.timerHigh = e.get(TIMER_LEVEL, 0) != 0;
    if (begun.timerIntid >= 16 && begun.timerIntid < 32) {
      timers |= 1 << (int) begun.timerIntid;
    }
  }

  /** A device's line that a timer's output drives goes nowhere by itself. */
  private void output(Event e, Begun begun, long intid, boolean high) {
    boolean ofTimer = intid >= 16 && intid < 32 && (timers >>> (int) intid & 1) != 0;
    boolean fits = begun.timerIntid == intid && begun.timerHigh == high;
    if (ofTimer && !fits && e.get(INJECT_OWNER, 0) != 0) {
      undecided(T1, Reason.PROBE_MISSING);
    }
    begun.timerIntid = NONE;
  }

  private void inject(Event e, Begun begun) {
    showsInjections = true;
    long intid = e.get(INJECT_INTID, 0);
    boolean high = e.get(INJECT_LEVEL, 0) != 0;
    if (begun.line && (begun.lineNum != intid || begun.lineHigh != high) && !e.isInInterrupt()) {
      undecided(I1, Reason.PROBE_MISSING);
    }
    begun.line = false;
    output(e, begun, intid, high);
    if (begun.injection && showsUpdates) {
      undecided(I2, Reason.PROBE_MISSING);
    }
    begun.injection = e.has(INJECT_INTID) && e.has(INJECT_LEVEL);
    begun.intid = intid;
    begun.high = high;
    begun.vcpu = e.get(INJECT_VCPU, 0);
  }

  private void update(Event e, Begun begun) {
    showsUpdates = true;
    if (!showsInjections) {
      return;
    }
    boolean fits =
        begun.injection
            && begun.intid == e.get(PENDING_INTID, 0)
            && begun.high == (e.get(PENDING_LEVEL, 0) != 0)
            && isFor(e, begun);
    begun.injection = false;
    if (!fits) {
      undecided(I2, Reason.PROBE_MISSING);
    }
  }

  private boolean isFor(Event e, Begun begun) {
    VcpuState v = begun.intid < 32 ? machine.vcpuAt(begun.vcpu) : null;
    return v == null || v.id < 0 || v.id == e.get(PENDING_VCPU, v.id);
  }

  private void mmio(Event e, Begun begun) {
    begun.write = e.getInt(MMIO_ACCESS, -1) == MMIO_WRITE && e.has(MMIO_VAL);
    begun.writeGoesOn = false;
    begun.bankSeq = NONE;
    begun.writeSeq = e.seq;
    begun.address = e.get(MMIO_GPA, 0);
    begun.value = e.get(MMIO_VAL, 0);
    showsWrites |= begun.write;
  }

  private void register(Event e, Begun begun) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v == null || !v.isInRun) {
      // User space calls the same functions.
      return;
    }
    if (!showsWrites || e.getInt(REG_ACCESS, -1) != REG_WRITE || !e.has(REG_VAL)) {
      return;
    }
    boolean fits =
        begun.write
            && !begun.writeGoesOn
            && begun.address == e.get(REG_ADDR, begun.address)
            && begun.value == e.get(REG_VAL, 0);
    begun.write = false;
    begun.bankSeq = RegisterBank.of(e.getInt(REG, -1)) == null ? NONE : e.seq;
    begun.walkedIntid = -1;
    if (!fits) {
      undecided(R16, Reason.PROBE_MISSING);
    }
  }

  private void undecided(int rule, Reason reason) {
    ledger.beginTransition();
    ledger.indeterminate(rule, reason);
    ledger.endTransition();
  }
}

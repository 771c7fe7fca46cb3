package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.WakeRules.WFI_1;

import java.util.EnumSet;
import java.util.Set;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.gic.Vmcr;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * Judges the wake-up test of a vCPU that has nothing to do (kvm_vgic_vcpu_pending_irq, called by
 * kvm_vcpu_check_block before each sleep).
 *
 * <pre>
 *   vcpu_block block --> [test: pending=0 --> sleep]... --> unblock --> vcpu_wakeup waited
 *                                                                   --> entry image with VMCR
 * </pre>
 *
 * <p>The test compares with the priority mask as saved before the sleep, which only the next entry
 * image shows: a verdict waits for that.
 */
public final class SleepChecks implements Part {
  private static final int W1 = Ledger.index(WFI_1);

  private static final int BLOCK_VCPU = Kind.VCPU_BLOCK.column("vcpu");
  private static final int BLOCK_OP = Kind.VCPU_BLOCK.column("op");
  private static final int BLOCK_PENDING = Kind.VCPU_BLOCK.column("pending");
  private static final int BLOCK = op("block");
  private static final int UNBLOCK = op("unblock");
  private static final int TEST = op("test");
  private static final int WAITED = Kind.VCPU_WAKEUP.column("waited");
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int SACTIVE = bank("sactive");
  private static final int CACTIVE = bank("cactive");

  /** A vCPU from going to sleep to its next entry. */
  private static final class Sleep {
    boolean open;
    long ts;
    long epoch;

    /** A deliverable interrupt of its list before it went to sleep, null for none. */
    @Nullable IrqState irq;

    /** When that had changed last. */
    long changedTs;

    EventRef seen = new EventRef(0, 0, 0, "");

    /** What contradicts it, null for nothing. */
    @Nullable EventRef failed;
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final Long2ObjectHashMap<Sleep> byVcpu = new Long2ObjectHashMap<>();

  /** Sleeps to be judged at the latest when the vCPU is entered. */
  private int watched;

  /**
   * @param machine who is who
   * @param reporter where verdicts go
   */
  public SleepChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  private static int op(String label) {
    return Kind.VCPU_BLOCK.columns().get(BLOCK_OP).labels().indexOf(label);
  }

  private static int bank(String label) {
    return Kind.GIC_MMIO.columns().get(REG).labels().indexOf(label);
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.of(Kind.VCPU_BLOCK, Kind.VCPU_WAKEUP, Kind.LR_IMAGE, Kind.GIC_MMIO);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    switch (kind) {
      case VCPU_BLOCK -> block(e);
      case VCPU_WAKEUP -> wakeup(e);
      case LR_IMAGE -> {
        if (watched > 0 && e.getInt(LrImage.POINT, -1) == LrImage.POINT_ENTRY) {
          image(e);
        }
      }
      case GIC_MMIO -> access(e);
      default -> {
        // Not among the kinds named.
      }
    }
  }

  private void block(Event e) {
    int op = e.getInt(BLOCK_OP, -1);
    if (op == BLOCK) {
      VcpuState v = machine.vcpuAt(e.get(BLOCK_VCPU, 0));
      if (v != null && v.pid == e.pid) {
        begin(e, v);
      }
      return;
    }
    VcpuState v = machine.vcpuOfThread(e.pid);
    Sleep sleep = v == null ? null : byVcpu.get(v.pointer);
    if (v == null || sleep == null || !sleep.open) {
      return;
    }
    if (op == TEST && e.has(BLOCK_PENDING) && e.get(BLOCK_PENDING, 1) == 0) {
      asleep(e, v, sleep, "wake-up test: nothing is pending");
    }
    sleep.open = op != UNBLOCK;
  }

  private void begin(Event e, VcpuState v) {
    Sleep sleep = byVcpu.get(v.pointer);
    if (sleep == null) {
      sleep = new Sleep();
      byVcpu.put(v.pointer, sleep);
    }
    forget(sleep);
    sleep.open = true;
    sleep.ts = e.ts;
    sleep.epoch = machine.epoch;
    if (v.nested || machine.accesses.isAnyOpen() || !machine.shows(Observation.DISTRIBUTOR)) {
      return;
    }
    for (int i = 0; i < v.memberCount; i++) {
      IrqState irq = v.members[i];
      if (isDue(v, irq, sleep)) {
        watched++;
        sleep.irq = irq;
        sleep.changedTs = irq.changedTs;
        sleep.seen = Reporter.snapshotRef(irq);
        return;
      }
    }
  }

  /** Whether the wake-up test must find the interrupt, for certain, if the mask lets it through. */
  private boolean isDue(VcpuState v, IrqState irq, Sleep sleep) {
    return irq.priority >= 0
        && irq.inLrOf == null
        && !irq.belief.openInjection
        && !machine.accesses.isChanging(irq)
        && v.vm != null
        && sleep.ts - v.vm.distributorSince > machine.skewNs
        && ListChecks.isDeliverable(machine, v, irq, sleep.ts);
  }

  /** The vCPU goes on: it slept, or it did not. */
  private void wakeup(Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    Sleep sleep = v == null ? null : byVcpu.get(v.pointer);
    machine.saw(Observation.SLEEP);
    if (v == null || sleep == null || sleep.irq == null || !e.has(WAITED)) {
      return;
    }
    if (e.get(WAITED, 0) != 0) {
      asleep(e, v, sleep, "goes on after it slept");
    } else if (sleep.failed == null) {
      ledger.beginTransition();
      ledger.consistent(W1);
      ledger.endTransition();
      forget(sleep);
    }
  }

  private void asleep(Event e, VcpuState v, Sleep sleep, String text) {
    IrqState irq = sleep.irq;
    if (irq == null
        || sleep.failed != null
        || sleep.epoch != machine.epoch
        || irq.changedTs != sleep.changedTs
        || !isDue(v, irq, sleep)) {
      return;
    }
    sleep.failed = new EventRef(e.seq, e.ts, e.cpu, text);
  }

  /** The next entry shows the priority mask. */
  private void image(Event e) {
    Sleep sleep = byVcpu.get(e.get(LrImage.VCPU, 0));
    VcpuState v = machine.vcpuAt(e.get(LrImage.VCPU, 0));
    EventRef failed = sleep == null ? null : sleep.failed;
    IrqState irq = sleep == null ? null : sleep.irq;
    if (v == null || sleep == null || irq == null) {
      return;
    }
    forget(sleep);
    if (failed == null) {
      return;
    }
    ledger.beginTransition();
    if (!e.has(LrImage.VMCR) || machine.host == 0 || sleep.epoch != machine.epoch) {
      ledger.indeterminate(W1, Reason.PROBE_MISSING);
    } else if (irq.priority >= Vmcr.priorityMask(e.get(LrImage.VMCR, 0), machine.isV3())) {
      ledger.consistent(W1);
    } else {
      reporter.violated(
          W1,
          Strength.SOFT,
          e,
          "entry image VMCR=" + Reporter.hex(e.get(LrImage.VMCR, 0)),
          v,
          Integer.toUnsignedLong(irq.intid),
          "A vCPU slept although a deliverable interrupt was on its ap_list.",
          "no sleep: the wake-up test finds " + irq.text(),
          "slept",
          sleep.seen,
          failed);
    }
    ledger.endTransition();
  }

  /**
   * Whoever reads or writes active states halts the VM meanwhile (kvm_arm_halt_guest), and a halted
   * vCPU is not runnable.
   */
  private void access(Event e) {
    int reg = e.getInt(REG, -1);
    if (reg == SACTIVE || reg == CACTIVE) {
      for (Sleep sleep : byVcpu.values()) {
        forget(sleep);
      }
    }
  }

  private void forget(Sleep sleep) {
    if (sleep.irq != null) {
      watched--;
    }
    sleep.irq = null;
    sleep.failed = null;
  }
}

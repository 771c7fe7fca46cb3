package org.vgictrace.replay.kvm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.kvm.VcpuState.Phase;
import org.vgictrace.replay.rule.EntryImageRules;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.ResidencyRules;

/**
 * Steps the model of KVM's vGIC with every event and has each step judged.
 *
 * <p>Events of one thread must come in the order in which they happened; events of different CPUs
 * may be off by the clock's skew.
 */
public final class KvmModel implements Part {
  private static final EnumSet<Kind> USED =
      EnumSet.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.INJECT,
          Kind.IRQ_PENDING,
          Kind.QUEUE,
          Kind.QUEUE_RET,
          Kind.LR_WRITE,
          Kind.LR_CLEAR,
          Kind.LR_IMAGE,
          Kind.LR_FOLD,
          Kind.IRQ_PUT,
          Kind.IRQ_STATE,
          Kind.UNDERFLOW,
          Kind.HCR_CONFIG,
          Kind.MAINTENANCE,
          Kind.NESTED,
          Kind.VGIC_STEP,
          Kind.DEACTIVATE,
          Kind.PHYS_STATE,
          Kind.IRQ_MAP,
          Kind.VM,
          Kind.GIC_MMIO,
          Kind.MMIO,
          Kind.SGI,
          Kind.IRQ_ACK,
          Kind.HOST_IRQ,
          Kind.KICK,
          Kind.USERSPACE_EXIT,
          Kind.LOST);

  /** Kinds that are about a nested guest's list registers while they are loaded. */
  private static final EnumSet<Kind> SUSPENDED =
      EnumSet.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.LR_WRITE,
          Kind.LR_CLEAR,
          Kind.LR_IMAGE,
          Kind.LR_FOLD,
          Kind.UNDERFLOW,
          Kind.HCR_CONFIG,
          Kind.MAINTENANCE);

  /** Kinds that no access to the interrupt controller has in its middle. */
  private static final EnumSet<Kind> ENDS_ACCESS =
      EnumSet.of(
          Kind.VCPU_ENTRY,
          Kind.VCPU_EXIT,
          Kind.LR_WRITE,
          Kind.LR_CLEAR,
          Kind.LR_IMAGE,
          Kind.USERSPACE_EXIT);

  private static final int UNDERFLOW_VCPU = Kind.UNDERFLOW.column("vcpu");
  private static final int UNDERFLOW_HCR = Kind.UNDERFLOW.column("hcr");
  private static final int CONFIG_VCPU = Kind.HCR_CONFIG.column("vcpu");
  private static final int CONFIG_PEND = Kind.HCR_CONFIG.column("nr_pend");
  private static final int CONFIG_ACT = Kind.HCR_CONFIG.column("nr_act");
  private static final int CONFIG_SGI = Kind.HCR_CONFIG.column("nr_sgi");
  private static final int DEACTIVATE_VCPU = Kind.DEACTIVATE.column("vcpu");
  private static final int DEACTIVATE_VALUE = Kind.DEACTIVATE.column("value");
  private static final int MAP_VCPU = Kind.IRQ_MAP.column("vcpu");
  private static final int MAP_INTID = Kind.IRQ_MAP.column("intid");
  private static final int STEP_VCPU = Kind.VGIC_STEP.column("vcpu");
  private static final int STEP_VCPU_ID = Kind.VGIC_STEP.column("vcpu_id");
  private static final int STEP_STEP = Kind.VGIC_STEP.column("step");
  private static final int STEP_LOAD = vgicStep("load");
  private static final int STEP_PUT = vgicStep("put");
  private static final int STEP_PRUNE = vgicStep("prune");
  private static final int STEP_KVM = Kind.VGIC_STEP.column("kvm");
  private static final int ACK_PIN = Kind.IRQ_ACK.column("pin");

  /** Where the banks of registers for interrupts begin in their frames. */
  private static final int FIRST_BANK = 0x80;

  private static final int MMIO_GPA = Kind.MMIO.column("gpa");
  private static final int MMIO_ACCESS = Kind.MMIO.column("access");
  private static final int HOST_IRQ_NAME = Kind.HOST_IRQ.column("name");
  private static final int HOST_IRQ_POINT = Kind.HOST_IRQ.column("point");
  private static final int VM_KVM = Kind.VM.column("kvm");
  private static final int VM_VCPU = Kind.VM.column("vcpu");
  private static final int VM_VCPU_ID = Kind.VM.column("vcpu_id");
  private static final int VM_OP = Kind.VM.column("op");
  private static final int VM_MODEL = Kind.VM.column("model");
  private static final int VM_SPIS = Kind.VM.column("nr_spis");
  private static final int NESTED_VCPU = Kind.NESTED.column("vcpu");
  private static final int NESTED_VCPU_ID = Kind.NESTED.column("vcpu_id");
  private static final int NESTED_STEP = Kind.NESTED.column("step");
  private static final int NESTED_LOAD = nestedStep("load");
  private static final int NESTED_PUT = nestedStep("put");
  private static final int OP_CREATE = vmOp("create");
  private static final int OP_INIT = vmOp("init");
  private static final int OP_VCPU_INIT = vmOp("vcpu_init");
  private static final int OP_DESTROY = vmOp("destroy");

  private static final int ENTRY_RULE = Ledger.index(EntryImageRules.LRE_15);
  private static final int EXIT_RULE = Ledger.index(ResidencyRules.HW_1);

  private final Machine machine;
  private final FlushChecks flush;
  private final OverflowChecks overflow;
  private final FoldChecks fold;
  private final Residencies residencies;
  private final ApListChecks apList;
  private final PruneChecks prunes;
  private final MaintenanceChecks maintenance;
  private final DistributorEffects distributor;
  private final InjectionChecks injections;
  private final ReadChecks reads;
  private final List<VmState> writing = new ArrayList<>();
  private final Reporter reporter;

  /** Why events of different CPUs are never in order, null if they are. */
  private final @Nullable Reason blindness;

  /**
   * @param profile generation of the hypervisor
   * @param order how well time stamps order the events of different CPUs
   * @param ledger where verdicts go
   */
  public KvmModel(Profile profile, ClockOrder order, Ledger ledger) {
    blindness = order == ClockOrder.COARSE ? Reason.RACE_WINDOW : null;
    ledger.setBlind(blindness);
    machine = new Machine(profile, order);
    reporter = new Reporter(ledger, machine);
    Continuity continuity = new Continuity(machine, reporter);
    prunes = new PruneChecks(machine, reporter);
    flush = new FlushChecks(machine, reporter, continuity, prunes);
    overflow = new OverflowChecks(machine, reporter);
    fold = new FoldChecks(machine, reporter, continuity);
    FoldEndChecks foldEnd = new FoldEndChecks(machine, reporter);
    reads = new ReadChecks(machine, reporter);
    distributor = new DistributorEffects(machine, reads, reporter);
    injections = new InjectionChecks(machine, reporter, distributor);
    apList = new ApListChecks(machine, reporter, foldEnd, continuity, injections, prunes);
    maintenance = new MaintenanceChecks(machine, reporter);
    residencies = new Residencies(machine, reporter, flush, overflow, fold);
  }

  private static int nestedStep(String label) {
    return Kind.NESTED.columns().get(NESTED_STEP).labels().indexOf(label);
  }

  private static int vgicStep(String label) {
    return Kind.VGIC_STEP.columns().get(STEP_STEP).labels().indexOf(label);
  }

  private static int vmOp(String label) {
    return Kind.VM.columns().get(VM_OP).labels().indexOf(label);
  }

  /** The host as far as it is known, for the parts that build on this one. */
  public Machine machine() {
    return machine;
  }

  /** Where those parts report. */
  public Reporter reporter() {
    return reporter;
  }

  @Override
  public Set<Kind> kinds() {
    return EnumSet.copyOf(USED);
  }

  @Override
  public void step(Kind kind, Event e, Names names) {
    if (machine.recording.isAnyDark() && kind != Kind.LOST) {
      machine.recorded(e.cpu);
      reporter.ledger().setBlind(machine.recording.isAnyDark() ? Reason.LOST_EVENTS : blindness);
    }
    VcpuState thread = machine.vcpuOfThread(e.pid);
    if (ENDS_ACCESS.contains(kind)) {
      machine.accesses.end(e.pid);
      injections.goesOn(e);
      if (thread != null) {
        machine.goesOn(thread, kind != Kind.USERSPACE_EXIT);
      }
    }
    if (!writing.isEmpty() && kind != Kind.GIC_MMIO) {
      settle(e);
    }
    if (thread != null && thread.nested && SUSPENDED.contains(kind)) {
      suspended(e, kind, thread);
      return;
    }
    switch (kind) {
      case VCPU_ENTRY -> {
        residencies.entered(e, thread);
        if (thread != null) {
          prunes.entered(e, thread);
        }
      }
      case VCPU_EXIT -> {
        residencies.left(e, thread);
        if (thread != null) {
          prunes.left(e, thread);
        }
      }
      case LR_WRITE -> residencies.populate(e, thread);
      case LR_CLEAR -> residencies.cleared(e, thread);
      case LR_IMAGE -> residencies.image(e);
      case LR_FOLD -> fold.folded(e);
      case IRQ_PUT -> apList.put(e, kind);
      case IRQ_STATE -> apList.state(e, thread);
      case QUEUE -> apList.queue(e);
      case QUEUE_RET -> apList.queued(e);
      case UNDERFLOW -> underflow(e);
      case HCR_CONFIG -> hcrConfig(e);
      case INJECT -> injections.inject(e);
      case IRQ_PENDING -> injections.pending(e, thread);
      case GIC_MMIO -> {
        distributor.access(e);
        noteWriter(e);
      }
      case MMIO -> mmio(e, thread);
      case SGI -> {
        VcpuState sender = distributor.sgiRegister(e);
        if (sender != null) {
          injections.sgis.sent(e, sender);
        }
      }
      case DEACTIVATE -> deactivate(e);
      case IRQ_MAP -> remap(e);
      case IRQ_ACK -> fold.acknowledged(e, e.get(ACK_PIN, 0));
      case VM -> vm(e);
      case VGIC_STEP -> vgicStep(e);
      case NESTED -> nested(e);
      case HOST_IRQ -> hostIrq(e, thread, names);
      case MAINTENANCE -> maintenance.handler(e);
      case PHYS_STATE -> machine.saw(Observation.PHYS_STATE);
      case KICK -> {
        injections.kick(e);
        residencies.kicked(e);
        prunes.kicked(e, thread);
      }
      case USERSPACE_EXIT -> residencies.afterExit(e, thread);
      case LOST -> {
        reporter.ledger().withdrawSince(machine.recording.latestOf(e.cpu));
        machine.goDark(e.cpu);
        injections.sgis.forget();
        reporter.ledger().setBlind(Reason.LOST_EVENTS);
      }
      default -> {
        return;
      }
    }
    touch(e);
    machine.recording.stamp(e);
  }

  /** Remembers where a vCPU's thread is. */
  private void touch(Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    if (v != null) {
      v.lastTs = e.ts;
      v.cpu = e.cpu;
    }
  }

  private void settle(Event e) {
    for (int i = writing.size() - 1; i >= 0; i--) {
      VmState vm = writing.get(i);
      DistributorEffects.settle(e, vm);
      if (vm.distributorWriter < 0) {
        writing.remove(i);
      }
    }
  }

  private void noteWriter(Event e) {
    VcpuState v = machine.vcpuOfThread(e.pid);
    VmState vm = v == null ? null : v.vm;
    if (vm != null && vm.distributorWriter == e.pid && !writing.contains(vm)) {
      writing.add(vm);
    }
  }

  private void underflow(Event e) {
    machine.saw(Observation.UNDERFLOW);
    machine.profile.evidence(Generation.M612, "set_underflow in the recording");
    VcpuState v = machine.vcpuInThread(e, e.get(UNDERFLOW_VCPU, 0));
    if (v.phase == Phase.FLUSH && v.underflow) {
      // Once in a flush: the rest of one is missing.
      machine.gap(v);
    }
    flush.step(e, v);
    v.underflow = true;
    v.underflowSeq = e.seq;
    v.underflowTs = e.ts;
    overflow.requested(e, v, e.get(UNDERFLOW_HCR, -1));
  }

  private void hcrConfig(Event e) {
    machine.saw(Observation.HCR_CONFIG);
    machine.profile.evidence(Generation.M72, "configure_hcr in the recording");
    VcpuState v = machine.vcpuInThread(e, e.get(CONFIG_VCPU, 0));
    if (v.phase == Phase.FLUSH && v.hcrConfig && machine.shows(Observation.EXIT_IMAGE)) {
      // Since 6.19 a fold follows every flush.
      machine.gap(v);
    }
    flush.step(e, v);
    v.hcrConfig = true;
    v.hcrConfigSeq = e.seq;
    v.hcrConfigTs = e.ts;
    v.nrPend = e.getInt(CONFIG_PEND, 0);
    v.nrAct = e.getInt(CONFIG_ACT, 0);
    v.nrSgi = e.getInt(CONFIG_SGI, 0);
  }

  private void mmio(Event e, @Nullable VcpuState v) {
    residencies.afterExit(e, v);
    machine.showsAccesses = true;
    machine.disturbedTs = e.ts;
    if (v != null && e.getInt(MMIO_ACCESS, 0) == 1) {
      reads.value(e, v);
    }
    if (e.getInt(MMIO_ACCESS, 0) == 2) {
      machine.accesses.begin(e);
      if (v != null && (e.get(MMIO_GPA, 0) & 0xffff) >= FIRST_BANK) {
        v.unknownWrite = true;
      }
      if (v != null && distributor.mayBeControl(e.get(MMIO_GPA, 0))) {
        v.unknownControl = true;
      }
    }
    if (v != null && !machine.shows(Observation.DISTRIBUTOR) && e.getInt(MMIO_ACCESS, 0) == 2) {
      distributor.unknownAccess(e, v);
    }
  }

  private void deactivate(Event e) {
    VcpuState v = machine.vcpuInThread(e, e.get(DEACTIVATE_VCPU, 0));
    int intid = (int) e.get(DEACTIVATE_VALUE, 0) & (machine.isV2Guest(v) ? 0x3ff : 0xff_ffff);
    distributor.deactivate(e, machine.known(intid, v));
    v.deactivating = intid;
    v.deactivatingSeq = e.seq;
    v.deactivatingTs = e.ts;
    v.deactivatingCpu = e.cpu;
  }

  private void remap(Event e) {
    VcpuState v = machine.vcpuAt(e.get(MAP_VCPU, 0));
    distributor.remap(e, machine.known(e.getInt(MAP_INTID, -1), v));
  }

  private void vm(Event e) {
    int op = e.getInt(VM_OP, -1);
    long kvm = e.get(VM_KVM, 0);
    if (op == OP_CREATE) {
      machine.saw(Observation.VM_CREATION);
      machine.created(kvm);
    } else if (op == OP_INIT) {
      VmState vm = machine.vm(kvm);
      vm.model = e.getInt(VM_MODEL, vm.model);
      int spis = e.getInt(VM_SPIS, -1);
      vm.spis = spis > 0 ? spis : -1;
    } else if (op == OP_VCPU_INIT) {
      VcpuState v = machine.newVcpu(e.get(VM_VCPU, 0));
      machine.tie(v, kvm, e.getInt(VM_VCPU_ID, -1));
    } else if (op == OP_DESTROY) {
      machine.endVm(kvm);
    }
  }

  private void vgicStep(Event e) {
    VcpuState v = machine.vcpuAt(e.get(STEP_VCPU, 0));
    if (v != null) {
      machine.tie(v, e.get(STEP_KVM, 0), e.getInt(STEP_VCPU_ID, -1));
      int step = e.getInt(STEP_STEP, -1);
      if (v.pid == e.pid && (step == STEP_LOAD || step == STEP_PUT)) {
        residencies.switched(v);
      } else if (step == STEP_PRUNE) {
        fold.pruned(v);
      }
    }
  }

  /** From load to put the list registers are those of the guest's guest. */
  private void nested(Event e) {
    VcpuState v = machine.vcpuInThread(e, e.get(NESTED_VCPU, 0));
    machine.tie(v, 0, e.getInt(NESTED_VCPU_ID, -1));
    int step = e.getInt(NESTED_STEP, -1);
    if (step == NESTED_LOAD || step == NESTED_PUT) {
      v.nested = step == NESTED_LOAD;
      v.phase = Phase.IDLE;
      v.entryValid = false;
      v.exitValid = false;
      v.synced = false;
      v.clearFlush();
    }
  }

  /** The rules about list registers say nothing of a nested guest's (INV-NV-3). */
  private void suspended(Event e, Kind kind, VcpuState v) {
    if (kind == Kind.VCPU_ENTRY) {
      machine.entries++;
      machine.runs(v);
    } else if (kind == Kind.LR_IMAGE) {
      boolean exit = e.getInt(LrImage.POINT, -1) == LrImage.POINT_EXIT;
      reporter.ledger().beginTransition();
      reporter.ledger().indeterminate(exit ? EXIT_RULE : ENTRY_RULE, Reason.NESTED);
      reporter.ledger().endTransition();
      endsNested(e, v, exit);
    } else {
      endsNested(e, v, kind == Kind.LR_WRITE);
    }
    touch(e);
  }

  /** Whatever the state was, it is over: the vCPU's own interrupts are handled again. */
  private static void endsNested(Event e, VcpuState v, boolean own) {
    if (own) {
      v.nested = false;
      v.nestedUntil = e.seq;
    }
  }

  private void hostIrq(Event e, @Nullable VcpuState thread, Names names) {
    machine.saw(Observation.HOST_IRQ);
    if (e.getInt(HOST_IRQ_POINT, 0) == 0) {
      residencies.outOfGuest(e, thread);
      if (e.has(HOST_IRQ_NAME) && "vgic".equals(names.text((int) e.get(HOST_IRQ_NAME, 0)))) {
        maintenance.handler(e);
      }
    }
  }

  /** What the recording showed. */
  public List<Observation> observed() {
    return List.copyOf(machine.observed());
  }

  /**
   * Whether a kernel of the modelled generation can show it; for what only kernels built for
   * debugging show, whether this one did.
   */
  public boolean canShow(Observation observation) {
    return switch (observation) {
      case HCR_CONFIG -> !machine.profile.isLegacy();
      case UNDERFLOW -> !machine.profile.isEoiCount();
      case LOCKS -> machine.shows(Observation.LOCKS);
      default -> true;
    };
  }

  public long gaps() {
    return machine.gaps;
  }

  public long entries() {
    return machine.entries;
  }

  public int vms() {
    return machine.vmsRun();
  }

  public int vcpus() {
    return machine.vcpusRun();
  }

  /** {@code GICv2}, {@code GICv3} or {@code unknown}. */
  public String hostGic() {
    return machine.host == 0 ? "unknown" : "GICv" + machine.host;
  }

  /** The profile in use and what it was chosen by. */
  public String profile() {
    return machine.profile.toString();
  }
}

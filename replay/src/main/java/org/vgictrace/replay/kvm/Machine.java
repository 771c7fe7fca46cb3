package org.vgictrace.replay.kvm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Observation;

/**
 * The recorded host: constants of its GIC, and who is who among VMs, vCPUs and interrupts.
 *
 * <p>Identity: a vCPU is its {@code struct kvm_vcpu} pointer where probes show it, and the thread
 * that runs it; an interrupt is its {@code struct vgic_irq} pointer while that keeps its interrupt
 * number. Task names are never used.
 */
public final class Machine {
  /** How far apart the clocks of two CPUs may be, nanoseconds. */
  private static final long CLOCK_SKEW_NS = 2_000;

  private static final int LRS_SEEN_CERTAIN = 8;

  /** No thread has this number. */
  private static final int NO_PID = Integer.MIN_VALUE;

  /** An interrupt that is tied to no physical one. */
  public static final long NOT_MAPPED = -1;

  /** It is not known whether and to which physical interrupt it is tied. */
  public static final long MAPPING_UNKNOWN = -2;

  final Profile profile;

  /** Events of different CPUs closer than this are not ordered, nanoseconds. */
  final long skewNs;

  private final boolean ordered;

  /** When an interrupt of any VM was last injected or its registers last accessed. */
  long disturbedTs = Long.MIN_VALUE / 2;

  /** Number of the current stretch of gapless recording. */
  int epoch = 1;

  /** Places where events are missing without a mark. */
  long gaps;

  /** Generation of the host's GIC: 2, 3, or 0 while unknown. */
  int host;

  /** Whether the recording shows calls of the injection function. */
  boolean showsInject;

  /** Whether the recording shows the stock tracepoint of injections. */
  boolean showsPendingTrace;

  /** Whether the recording shows guests sending SGIs. */
  boolean showsSgis;

  /** Whether the recording shows the guest's accesses to devices. */
  boolean showsAccesses;

  /** Number of list registers, -1 while unknown. */
  int lrs = -1;

  /** How often a flush showed that number. */
  private int lrsSeen;

  /** Guest entries recorded. */
  long entries;

  /** CPUs that lost events and have recorded none since. */
  final RecordingCpus recording = new RecordingCpus();

  /** Accesses to devices that threads are in the middle of. */
  final Accesses accesses = new Accesses();

  private final Long2ObjectHashMap<VcpuState> vcpuByPointer = new Long2ObjectHashMap<>();
  private final Int2ObjectHashMap<VcpuState> vcpuByPid = new Int2ObjectHashMap<>();

  /** The thread asked for last: events come in runs of one thread. */
  private int latestPid = NO_PID;

  private @Nullable VcpuState latestVcpu;
  private final Long2ObjectHashMap<VmState> vmByPointer = new Long2ObjectHashMap<>();
  private final IrqsByAddress irqByAddress = new IrqsByAddress();
  private final List<VcpuState> vcpus = new ArrayList<>();
  private final EnumSet<Observation> observed = EnumSet.noneOf(Observation.class);
  private final boolean[] seen = new boolean[Observation.values().length];
  private int vmsNamed;
  private int vmsRun;
  private int vcpusRun;

  Machine(Profile profile, ClockOrder order) {
    this.profile = profile;
    this.ordered = order != ClockOrder.COARSE;
    this.skewNs = order == ClockOrder.CLOSE ? CLOCK_SKEW_NS : 0;
  }

  /**
   * A flush cleared its last list register. A flush whose last clear is missing shows too few, so
   * the largest number counts, and only repetition makes it certain.
   */
  void lastRegisterCleared(int index) {
    if (index + 1 > lrs) {
      lrs = index + 1;
      lrsSeen = 0;
    }
    if (index + 1 == lrs) {
      lrsSeen++;
    }
  }

  /** How much a contradiction with {@link #lrs} weighs. */
  Strength lrsStrength() {
    return lrsSeen >= LRS_SEEN_CERTAIN ? Strength.PAIR : Strength.SOFT;
  }

  /** Generation of the hypervisor. */
  public Profile profile() {
    return profile;
  }

  /**
   * Number of the current stretch of gapless recording: what was learned in an earlier one may have
   * changed since.
   */
  public int stretch() {
    return epoch;
  }

  /** Whether the recording orders the events of different CPUs, and of threads that move. */
  public boolean isOrdered() {
    return ordered;
  }

  /** Events of different CPUs closer than this are not ordered, units of the trace clock. */
  public long skew() {
    return skewNs;
  }

  /** Whether the host has a GICv3; false if unknown. */
  public boolean isV3() {
    return host == 3;
  }

  /** Notes that the recording shows something. */
  public void saw(Observation observation) {
    if (!seen[observation.ordinal()]) {
      seen[observation.ordinal()] = true;
      observed.add(observation);
    }
  }

  /** Whether the recording has shown it so far. */
  public boolean shows(Observation observation) {
    return seen[observation.ordinal()];
  }

  Collection<Observation> observed() {
    return observed;
  }

  /** The vCPUs seen so far. */
  public List<VcpuState> vcpus() {
    return vcpus;
  }

  /** VMs of which a vCPU ran. */
  int vmsRun() {
    return vmsRun;
  }

  /** vCPUs that ran. */
  int vcpusRun() {
    return vcpusRun;
  }

  /** A vCPU enters the guest or is about to. */
  void runs(VcpuState v) {
    if (v.hasRun) {
      return;
    }
    v.hasRun = true;
    vcpusRun++;
    if (v.vm == null) {
      v.vm = vm(0);
    }
    if (!v.vm.hasRun) {
      v.vm.hasRun = true;
      vmsRun++;
    }
  }

  /** Whether the guest of that vCPU is known to see a GICv2. */
  public boolean isV2Guest(VcpuState v) {
    return host == 2 || v.vm != null && v.vm.model == VmState.MODEL_V2;
  }

  /** Whether the guest of that vCPU may see a GICv2. */
  boolean mayBeV2Guest(VcpuState v) {
    return host != 3 || v.vm == null || v.vm.model != VmState.MODEL_V3;
  }

  /** The VM with that pointer, which may be new. */
  VmState vm(long pointer) {
    VmState vm = vmByPointer.get(pointer);
    if (vm == null) {
      vm = new VmState("vm" + vmsNamed++, pointer);
      vmByPointer.put(pointer, vm);
    }
    return vm;
  }

  /** The VM at that pointer ends. */
  void endVm(long pointer) {
    VmState vm = vmByPointer.remove(pointer);
    if (vm == null) {
      return;
    }
    vcpus.stream().filter(v -> v.vm == vm).toList().forEach(this::endVcpu);
    irqByAddress.removeIf(irq -> irq.vm == vm);
  }

  private void endVcpu(VcpuState v) {
    vcpuByPointer.remove(v.pointer);
    if (vcpuByPid.get(v.pid) == v) {
      vcpuByPid.remove(v.pid);
      latestPid = NO_PID;
    }
    vcpus.remove(v);
    for (IrqState irq : v.privates) {
      if (irq != null) {
        irqByAddress.remove(irq.address);
      }
    }
  }

  /** The vCPU with that pointer, which may be new; null for the null pointer. */
  public @Nullable VcpuState vcpuAt(long pointer) {
    if (pointer == 0 || pointer == IrqState.POINTER_UNKNOWN) {
      return null;
    }
    VcpuState v = vcpuByPointer.get(pointer);
    if (v == null) {
      v = add(pointer);
    }
    return v;
  }

  /** The vCPU of that number in a VM, or null. */
  public @Nullable VcpuState vcpuOfNumber(long kvm, int id) {
    for (VcpuState v : vcpus) {
      if (v.id == id && id >= 0 && v.vm != null && v.vm.pointer == kvm) {
        return v;
      }
    }
    return null;
  }

  /** The SPI or LPI of that number in a VM, or null. */
  @Nullable IrqState shared(long kvm, int intid) {
    VmState vm = vmByPointer.get(kvm);
    IrqState irq = vm == null ? null : vm.shared(intid);
    if (irq != null) {
      refresh(irq);
    }
    return irq;
  }

  /** The vGIC of a VM is created; vCPUs of the VM may exist already. */
  void created(long kvm) {
    VmState vm = vm(kvm);
    // What was seen at these addresses belonged to an earlier VM.
    irqByAddress.removeIf(irq -> irq.vm == vm);
    vm.shared.clear();
    vm.fromCreation = true;
    // It is off, but one event, which may be missing, switches it on for good.
    vm.distributor = VmState.Switch.UNKNOWN;
  }

  /** A vCPU is initialised at that pointer; whatever was known of an earlier one there is gone. */
  VcpuState newVcpu(long pointer) {
    VcpuState old = vcpuByPointer.get(pointer);
    if (old != null) {
      endVcpu(old);
    }
    return add(pointer);
  }

  private VcpuState add(long pointer) {
    VcpuState v = new VcpuState(pointer);
    if (pointer != 0) {
      vcpuByPointer.put(pointer, v);
    }
    vcpus.add(v);
    return v;
  }

  /** The vCPU that runs in that thread, or null. */
  public @Nullable VcpuState vcpuOfThread(int pid) {
    if (pid != latestPid) {
      latestPid = pid;
      latestVcpu = vcpuByPid.get(pid);
    }
    return latestVcpu;
  }

  /**
   * The vCPU of an event recorded in its own thread.
   *
   * @param pointer its pointer, 0 if the event does not carry it
   */
  VcpuState vcpuInThread(Event e, long pointer) {
    VcpuState bound = vcpuOfThread(e.pid);
    if (bound != null && (pointer == 0 || bound.pointer == pointer)) {
      return bound;
    }
    VcpuState v = vcpuAt(pointer);
    if (v == null) {
      v = add(0);
    }
    if (v.pid >= 0 && v.pid != e.pid && v.vm != null) {
      // Another thread: this may be another VM at the same addresses.
      v.vm.generation++;
    }
    v.pid = e.pid;
    vcpuByPid.put(e.pid, v);
    latestPid = NO_PID;
    return v;
  }

  /** An event told the number of a vCPU. */
  public void learnNumber(VcpuState v, int id) {
    if (v.id < 0) {
      v.id = id;
    }
  }

  /** Number of list registers, -1 while unknown. */
  public int listRegisters() {
    return lrs;
  }

  /** Ties a vCPU to its VM. */
  void tie(VcpuState v, long kvm, int id) {
    if (id >= 0) {
      v.id = id;
    }
    if (kvm != 0 && (v.vm == null || v.vm.pointer != kvm)) {
      v.vm = vm(kvm);
    } else if (v.vm == null) {
      v.vm = vm(0);
    }
  }

  /**
   * The interrupt a snapshot is of.
   *
   * @param context the vCPU whose work the event is part of, null if unknown
   * @param kvm VM pointer, 0 if the event does not carry it
   */
  @Nullable IrqState irqOf(Event e, @Nullable VcpuState context, long kvm) {
    int intid = e.getInt(Snapshot.INTID, -1);
    if (!e.has(Snapshot.INTID)) {
      return null;
    }
    long address = e.get(Snapshot.IRQ, 0);
    IrqState irq = address == 0 ? known(intid, context) : irqByAddress.get(address);
    if (irq == null || irq.intid != intid) {
      irq = new IrqState(address, intid);
      irq.epoch = epoch;
      if (address != 0) {
        irqByAddress.put(irq);
      }
    }
    refresh(irq);
    if (irq.vm == null) {
      link(irq, e, context, kvm);
    }
    return irq;
  }

  /** The interrupt whose structure is at that address, or null. */
  @Nullable IrqState irqAt(long address) {
    return irqByAddress.get(address);
  }

  /** The interrupt of that number as the vCPU sees it, or null. */
  @Nullable IrqState known(int intid, @Nullable VcpuState context) {
    if (context == null) {
      return null;
    }
    IrqState irq =
        intid >= 0 && intid < 32
            ? context.privates[intid]
            : context.vm == null ? null : context.vm.shared(intid);
    if (irq != null) {
      refresh(irq);
    }
    return irq;
  }

  /**
   * The physical interrupt that a vCPU's interrupt is tied to.
   *
   * @return its number, {@link #NOT_MAPPED} or {@link #MAPPING_UNKNOWN}
   */
  public long physicalOf(int intid, VcpuState v) {
    IrqState irq = known(intid, v);
    if (irq == null || !irq.isKnown(IrqState.HW)) {
      return MAPPING_UNKNOWN;
    }
    if (irq.isNot(IrqState.HW)) {
      return NOT_MAPPED;
    }
    return irq.hwintid < 0 ? MAPPING_UNKNOWN : irq.hwintid;
  }

  private void link(IrqState irq, Event e, @Nullable VcpuState context, long kvm) {
    VcpuState target = vcpuAt(e.get(Snapshot.TARGET, 0));
    if (irq.isPrivate()) {
      VcpuState owner = target != null ? target : context;
      if (owner != null) {
        owner.privates[irq.intid] = irq;
        irq.vm = owner.vm;
      }
      return;
    }
    VcpuState on = target != null ? target : vcpuAt(e.get(Snapshot.OWN, 0));
    VmState vm = kvm != 0 ? vm(kvm) : on != null ? on.vm : context != null ? context.vm : null;
    if (vm != null) {
      irq.vm = vm;
      vm.shared.put(irq.intid, irq);
    }
  }

  /** Drops what was known of an interrupt if events were lost since. */
  void refresh(IrqState irq) {
    if (irq.epoch != epoch) {
      irq.epoch = epoch;
      irq.forgetAll();
      irq.own = IrqState.POINTER_UNKNOWN;
    }
  }

  /**
   * A vCPU's thread is done with whatever access it was in.
   *
   * @param inRun whether it stays in KVM_RUN
   */
  void goesOn(VcpuState v, boolean inRun) {
    if (v.unknownWrite) {
      v.unknownWrite = false;
      if (v.vm != null && inRun) {
        v.vm.generation++;
      }
    }
    if (v.unknownControl) {
      v.unknownControl = false;
      if (v.vm != null && inRun) {
        v.vm.distributor = VmState.Switch.UNKNOWN;
      }
    }
    if (v.isInRun == inRun) {
      return;
    }
    v.isInRun = false;
    if (v.vm != null && !isRunning(v.vm)) {
      // User space accesses the interrupt controller only while no vCPU runs.
      v.vm.generation++;
    }
    v.isInRun = inRun;
  }

  /** Whether each injection is recorded by two events, so that a single lost one hides none. */
  public boolean showsInjectionsTwice() {
    return showsInject && showsPendingTrace;
  }

  /** Whether some vCPU of the VM is in KVM_RUN, which keeps user space from its registers. */
  boolean isRunning(VmState vm) {
    for (VcpuState v : vcpus) {
      if (v.vm == vm && v.isInRun) {
        return true;
      }
    }
    return false;
  }

  /** Whether a guest access is under way of which only the fault was recorded. */
  boolean isAnyWriteUnknown(VmState vm) {
    for (VcpuState v : vcpus) {
      if (v.vm == vm && v.unknownWrite) {
        return true;
      }
    }
    return false;
  }

  /** Notes on whose ap_list an interrupt is. */
  void setOwn(IrqState irq, long own) {
    if (irq.own == own) {
      return;
    }
    VcpuState before = vcpuAt(irq.own);
    if (before != null) {
      before.removeMember(irq);
    }
    irq.own = own;
    irq.listedUntil = 0;
    VcpuState after = vcpuAt(own);
    if (after != null) {
      after.addMember(irq);
    }
  }

  /** A CPU lost events; it stays dark until it records again. */
  void goDark(int cpu) {
    recording.goDark(cpu);
    widen(cpu);
  }

  /** A CPU recorded an event; if it was dark, what happened meanwhile is unknown. */
  void recorded(int cpu) {
    if (recording.goLight(cpu)) {
      widen(cpu);
    }
  }

  /**
   * Events are missing: nothing that another event could have changed is known any more.
   *
   * @param cpu the CPU that lost them, -1 if any may have
   */
  void widen(int cpu) {
    epoch++;
    for (VcpuState v : vcpus) {
      v.memberCount = 0;
      if (cpu < 0 || v.cpu == cpu) {
        v.nested = false;
        v.phase = VcpuState.Phase.IDLE;
        v.entryValid = false;
        v.exitValid = false;
        v.synced = false;
        v.clearFlush();
      }
    }
    for (VmState vm : vmByPointer.values()) {
      vm.fromCreation = false;
      vm.distributor = VmState.Switch.UNKNOWN;
      vm.distributorWriter = -1;
    }
  }

  /** Events that are no vCPU's do not fit together: some are missing without a mark. */
  public void gap() {
    gaps++;
    widen(-1);
  }

  /** The events of a vCPU's thread do not fit together: some are missing without a mark. */
  public void gap(VcpuState v) {
    gaps++;
    widen(-1);
    v.phase = VcpuState.Phase.IDLE;
    v.clearFlush();
  }

  /** The model switches a verdict depends on, in words. */
  String switches() {
    return "profile="
        + profile.name()
        + ", host-gic="
        + (host == 0 ? "unknown" : "v" + host)
        + (lrs < 0 ? "" : ", lrs=" + lrs);
  }

  /** Kinds whose rows start with snapshot columns have their VM pointer right after them. */
  static long kvmOf(Event e, Kind kind) {
    return switch (kind) {
      case QUEUE, IRQ_PUT, IRQ_STATE -> e.get(Snapshot.COUNT, 0);
      default -> 0;
    };
  }
}

package org.vgictrace.replay.kvm;

import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.rule.Observation;

/**
 * What accesses to the distributor and redistributors, injections and deactivations do to
 * interrupts.
 *
 * <p>An access is recorded before it takes effect; from then on the fields it can change are
 * unknown, until the next snapshot of the interrupt in that thread or until the thread goes on.
 * From there on what was written is known.
 */
final class DistributorEffects {
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int ACCESS = Kind.GIC_MMIO.column("access");
  private static final int ADDR = Kind.GIC_MMIO.column("addr");
  private static final int VAL = Kind.GIC_MMIO.column("val");
  private static final int VCPU = Kind.GIC_MMIO.column("vcpu");
  private static final int VCPU_ID = Kind.GIC_MMIO.column("vcpu_id");
  private static final int SGI_REG = Kind.SGI.column("reg");
  private static final int SGI_VCPU = Kind.SGI.column("vcpu");

  private static final int READ = label("access", "read");
  private static final int USER = label("access", "user_write");
  private static final int DIST_V2 = label("reg", "dist_v2");
  private static final int DIST_V3 = label("reg", "dist_v3");
  private static final int SGIR = label("reg", "sgir");

  /** KVM implements five bits of priority (VGIC_PRI_BITS). */
  private static final int PRIORITY_MASK = 0xf8;

  /** Frames of the interrupt controller are 64 KiB apart. */
  private static final int FRAME_BITS = 16;

  /** Distributors at different addresses that are told from other devices. */
  private static final int FRAMES_MAX = 64;

  private final Machine machine;
  private final ReadChecks reads;
  private final Reporter reporter;

  /** Frames of distributors, by their number. */
  private final LongHashSet frames = new LongHashSet();

  DistributorEffects(Machine machine, ReadChecks reads, Reporter reporter) {
    this.machine = machine;
    this.reads = reads;
    this.reporter = reporter;
  }

  private static int label(String column, String label) {
    int code = Kind.GIC_MMIO.columns().get(Kind.GIC_MMIO.column(column)).labels().indexOf(label);
    if (code < 0) {
      throw new AssertionError("no label " + label);
    }
    return code;
  }

  /** An emulated GIC register is accessed. */
  void access(Event e) {
    machine.saw(Observation.DISTRIBUTOR);
    machine.disturbedTs = e.ts;
    VcpuState thread = machine.vcpuOfThread(e.pid);
    if (thread != null) {
      thread.unknownWrite = false;
      thread.unknownControl = false;
    }
    if (e.getInt(ACCESS, READ) == READ) {
      reads.begins(e, thread);
      return;
    }
    VcpuState v = machine.vcpuAt(e.get(VCPU, 0));
    if (v == null) {
      v = thread;
    }
    if (v == null) {
      machine.widen(-1);
      return;
    }
    machine.tie(v, 0, e.getInt(VCPU_ID, -1));
    int reg = e.getInt(REG, -1);
    RegisterBank bank = RegisterBank.of(reg);
    if (reg == DIST_V2 || reg == DIST_V3) {
      control(e, v, reg == DIST_V3);
    } else if (reg == SGIR) {
      sent(v, (int) e.get(VAL, 0) & 0xf);
    } else if (bank != null) {
      bank(e, v, bank);
    }
  }

  /**
   * Whether a write to that guest address may be one to GICD_CTLR: it is the first word of a page,
   * in a frame of a distributor once one was seen.
   */
  boolean mayBeControl(long address) {
    return (address & 0xfff) == 0 && (frames.isEmpty() || frames.contains(address >>> FRAME_BITS));
  }

  /** GICD_CTLR: bit 0 on GICv2, bit 1 on GICv3 (MMIO-16). */
  private void control(Event e, VcpuState v, boolean v3) {
    VmState vm = v.vm;
    if (vm == null || (e.get(ADDR, 0) & 0xfff) != 0) {
      return;
    }
    if (e.getInt(ACCESS, READ) != USER && frames.size() < FRAMES_MAX) {
      frames.add(e.get(ADDR, 0) >>> FRAME_BITS);
    }
    boolean on = (e.get(VAL, 0) >>> (v3 ? 1 : 0) & 1) != 0;
    ServedWhileOff served = vm.servedWhileOff;
    vm.servedWhileOff = null;
    if (on && served != null) {
      served.report(reporter);
    }
    vm.distributor = VmState.Switch.UNKNOWN;
    vm.distributorNext = on ? VmState.Switch.ON : VmState.Switch.OFF;
    vm.distributorWriter = e.pid;
  }

  /** The writer of a control register went on, so the write has taken effect. */
  static void settle(Event e, VmState vm) {
    if (vm.distributorWriter == e.pid) {
      vm.distributor = vm.distributorNext;
      vm.distributorSince = e.ts;
      vm.distributorWriter = -1;
    }
  }

  /**
   * A guest sends SGIs through a system register (ICC_SGI1R_EL1, bits 27:24: INTID).
   *
   * @return the sender, null if unknown
   */
  @Nullable VcpuState sgiRegister(Event e) {
    VcpuState v = machine.vcpuAt(e.get(SGI_VCPU, 0));
    if (v == null) {
      v = machine.vcpuOfThread(e.pid);
    }
    if (v != null) {
      sent(v, (int) (e.get(SGI_REG, 0) >>> 24) & 0xf);
    }
    return v;
  }

  /** An SGI of that number may become pending on any vCPU of the sender's VM. */
  private void sent(VcpuState sender, int intid) {
    machine.showsSgis = true;
    for (VcpuState v : machine.vcpus()) {
      IrqState irq = v.vm == sender.vm ? v.privates[intid] : null;
      if (irq != null) {
        irq.belief.forget(IrqState.PENDING | Belief.SOURCE);
      }
    }
  }

  private void bank(Event e, VcpuState v, RegisterBank bank) {
    int first = bank.first(e);
    boolean upperHalf = bank == RegisterBank.ROUTER && (e.get(ADDR, 0) & 4) != 0;
    if (first < 0 || upperHalf) {
      // KVM ignores the upper half of a router register (Aff3).
      return;
    }
    boolean active = bank == RegisterBank.SET_ACTIVE || bank == RegisterBank.CLEAR_ACTIVE;
    if (active && first >= 32 && e.getInt(ACCESS, READ) != USER) {
      halt(e, v);
    }
    int count = bank.count(e);
    int bits = bank.bits();
    boolean hasValue = e.has(VAL);
    long value = e.get(VAL, 0);
    for (int i = 0; i < count; i++) {
      int shift = i * bits;
      int field =
          bits < Long.SIZE && shift < Long.SIZE
              ? (int) (value >>> shift) & (1 << Math.min(bits, 30)) - 1
              : 0;
      if (!bank.isOnesOnly() || !hasValue || field != 0) {
        IrqState irq = machine.known(first + i, v);
        if (irq != null) {
          write(e, v, irq, bank, hasValue ? bits < Long.SIZE ? field : value : -1);
        }
      }
    }
  }

  /** All other vCPUs leave the guest before active states of SPIs are written (MMIO-10). */
  private void halt(Event e, VcpuState writer) {
    for (VcpuState v : machine.vcpus()) {
      if (v != writer && v.vm == writer.vm && v.phase == VcpuState.Phase.GUEST && v.entryValid) {
        v.haltSeq = e.seq;
        v.haltSerial = v.imageSerial;
      }
    }
  }

  private void write(Event e, VcpuState v, IrqState irq, RegisterBank bank, long value) {
    boolean guest = e.getInt(ACCESS, READ) != USER;
    boolean pendingBank = bank == RegisterBank.SET_PENDING || bank == RegisterBank.CLEAR_PENDING;
    Belief belief = irq.belief;
    boolean alone = belief.writerPid == e.pid || !isBeingWritten(belief);
    if (guest && pendingBank && irq.isSgi() && machine.isV2Guest(v)) {
      // Banks for SGIs are read-only on a GICv2; they have registers of their own.
      belief.ignored = alone;
      belief.writerPid = e.pid;
      belief.writtenSeq = e.seq;
      machine.accesses.begin(e);
      return;
    }
    int fields = flagsOf(bank, irq);
    disturb(e, irq, fields, bank);
    belief.writing |= fields;
    belief.writerPid = e.pid;
    belief.writtenSeq = e.seq;
    if (alone && value >= 0) {
      effect(v, irq, bank, value, guest);
    } else {
      belief.doubtWrite();
    }
  }

  private boolean isBeingWritten(Belief belief) {
    return belief.writerPid != IrqState.NOBODY
        && machine.accesses.isOpen(belief.writerPid, belief.writtenSeq);
  }

  /** Notes what the write sets, where that is certain (MMIO-1 to MMIO-15). */
  private void effect(VcpuState v, IrqState irq, RegisterBank bank, long value, boolean guest) {
    Belief belief = irq.belief;
    boolean software = irq.isNot(IrqState.HW);
    boolean plain = software || irq.isSpi();
    switch (bank) {
      case SET_ENABLE -> flag(belief, IrqState.ENABLED, true);
      case CLEAR_ENABLE -> flag(belief, IrqState.ENABLED, false);
      case SET_PENDING -> {
        if (plain) {
          flag(belief, IrqState.PENDING, true);
        }
      }
      case CLEAR_PENDING -> {
        // From user space on GICv3 only as part of an exact write.
        if (plain) {
          flag(belief, IrqState.PENDING, false);
        }
      }
      case PENDING_EXACT -> {
        if (plain) {
          flag(belief, IrqState.PENDING, value != 0);
        }
      }
      case SET_ACTIVE, CLEAR_ACTIVE -> {
        if (software || guest && irq.isSpi()) {
          flag(belief, IrqState.ACTIVE, bank == RegisterBank.SET_ACTIVE);
        }
      }
      case GROUP -> {
        if (guest) {
          belief.written |= Belief.GROUP;
          belief.writtenGroup = (int) value;
        }
      }
      case PRIORITY -> {
        belief.written |= Belief.PRIORITY;
        belief.writtenPriority = (int) value & PRIORITY_MASK;
      }
      case CONFIG -> {
        if (irq.isSpi()) {
          flag(belief, IrqState.LEVEL_SENSITIVE, (value & 2) == 0);
        }
      }
      case ROUTER -> routed(v, irq, value);
      case TARGET, SGI_SET_PENDING, SGI_CLEAR_PENDING, LINE_LEVEL -> {
        // A target mask needs the number of vCPUs; the others wait for the next snapshot.
      }
    }
  }

  private static void flag(Belief belief, int flag, boolean value) {
    belief.written |= flag;
    belief.writtenBits = value ? belief.writtenBits | flag : belief.writtenBits & ~flag;
  }

  /**
   * An SPI is routed to the vCPU with that affinity: 16 vCPUs share an Aff1 (kvm_arch's
   * reset_mpidr), provided that the vCPU was seen.
   */
  private void routed(VcpuState v, IrqState irq, long affinity) {
    int number = (int) (affinity & 0xf | (affinity >>> 8 & 0xff) << 4);
    VcpuState target = v.vm == null ? null : machine.vcpuOfNumber(v.vm.pointer, number);
    if (irq.isSpi() && target != null && target.pointer != 0 && affinity >>> 16 == 0) {
      irq.belief.written |= Belief.TARGET;
      irq.belief.writtenTarget = target.pointer;
    }
  }

  private void disturb(Event e, IrqState irq, int fields, @Nullable RegisterBank bank) {
    irq.forget(fields & ~(Belief.PRIORITY | Belief.GROUP | Belief.TARGET | Belief.SOURCE));
    irq.belief.forget(fields);
    irq.changedTs = e.ts;
    machine.accesses.begin(irq, e);
    if ((fields & Belief.PRIORITY) != 0) {
      irq.priority = -1;
    }
    if ((fields & Belief.GROUP) != 0) {
      irq.group = -1;
    }
    if ((fields & Belief.TARGET) != 0) {
      irq.target = IrqState.POINTER_UNKNOWN;
    }
    if (bank != null && (fields & IrqState.PENDING) != 0) {
      irq.raised(e);
    }
  }

  private static int flagsOf(RegisterBank bank, IrqState irq) {
    return switch (bank) {
      // Enabling a mapped level interrupt samples its line (MMIO-2).
      case SET_ENABLE, CLEAR_ENABLE ->
          irq.isNot(IrqState.HW) ? IrqState.ENABLED : IrqState.ENABLED | IrqState.LEVEL;
      case SET_PENDING, CLEAR_PENDING, PENDING_EXACT, SGI_SET_PENDING, SGI_CLEAR_PENDING ->
          irq.isSgi() ? IrqState.PENDING | Belief.SOURCE : IrqState.PENDING;
      case SET_ACTIVE, CLEAR_ACTIVE -> IrqState.ACTIVE;
      case GROUP -> Belief.GROUP;
      case PRIORITY -> Belief.PRIORITY;
      case CONFIG -> IrqState.LEVEL_SENSITIVE;
      case TARGET, ROUTER -> Belief.TARGET;
      case LINE_LEVEL -> IrqState.LEVEL | IrqState.PENDING;
    };
  }

  /** Somebody injects an interrupt: its line or latch changes from now on. */
  void inject(Event e, @Nullable IrqState irq, int level) {
    if (irq == null || isIgnored(irq, level)) {
      return;
    }
    raise(e, irq, level);
    irq.forget(moved(irq));
    irq.changedTs = e.ts;
    irq.raised(e);
    if (irq.leaving != null) {
      irq.leaving.injectedTs = e.ts;
    }
  }

  /** An injection may change this interrupt. */
  static void raise(Event e, IrqState irq, int level) {
    if (isIgnored(irq, level)) {
      return;
    }
    Belief belief = irq.belief;
    belief.forget(moved(irq));
    // A snapshot in the writer's thread may now be one of the injection in between.
    belief.doubtWrite();
    boolean alone = belief.injectorPid == IrqState.NOBODY || belief.injectorPid == e.pid;
    belief.injectorPid = alone ? e.pid : IrqState.SEVERAL;
  }

  /** What an injection may change: of a level interrupt only the line (INJ-5). */
  private static int moved(IrqState irq) {
    int trigger = IrqState.LEVEL_SENSITIVE;
    boolean level = irq.is(trigger) && (irq.belief.known & irq.belief.bits & trigger) != 0;
    return level ? IrqState.LEVEL : IrqState.PENDING | IrqState.LEVEL;
  }

  /** Whether the injection changes nothing: the line has that level, or it ends an edge (INJ-4). */
  private static boolean isIgnored(IrqState irq, int level) {
    Belief belief = irq.belief;
    int trigger = IrqState.LEVEL_SENSITIVE;
    if ((belief.known & trigger) == 0 || belief.injectorPid != IrqState.NOBODY) {
      return false;
    }
    if ((belief.bits & trigger) == 0) {
      return level == 0;
    }
    boolean high = (belief.bits & IrqState.LEVEL) != 0;
    return (belief.known & IrqState.LEVEL) != 0 && level == (high ? 1 : 0);
  }

  /** A deactivation is done in software, or the state is reset. */
  void deactivate(Event e, @Nullable IrqState irq) {
    if (irq != null) {
      disturb(e, irq, IrqState.ACTIVE | IrqState.PENDING | IrqState.LEVEL, null);
      irq.belief.endWrite();
    }
  }

  /** The interrupt is tied to a physical one, untied, or reset. */
  void remap(Event e, @Nullable IrqState irq) {
    deactivate(e, irq);
    if (irq != null) {
      irq.belief.forget(IrqState.HW | Belief.HWINTID | IrqState.ENABLED);
    }
  }

  /**
   * The guest accesses some device and nothing says which: all state it could reach is uncertain.
   */
  void unknownAccess(Event e, VcpuState v) {
    if (v.vm == null) {
      return;
    }
    v.vm.generation++;
    int all = IrqState.ENABLED | IrqState.PENDING | IrqState.ACTIVE | IrqState.LEVEL;
    for (VcpuState each : machine.vcpus()) {
      if (each.vm == v.vm) {
        for (int i = 0; i < each.memberCount; i++) {
          IrqState irq = each.members[i];
          disturb(e, irq, all | Belief.PRIORITY | Belief.TARGET, null);
        }
      }
    }
  }
}

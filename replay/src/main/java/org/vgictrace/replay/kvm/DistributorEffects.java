package org.vgictrace.replay.kvm;

import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.rule.Observation;

/**
 * What accesses to the distributor and redistributors, injections and deactivations make uncertain.
 * An access is recorded before it takes effect; from then on the fields it can change are unknown
 * until the next snapshot of the interrupt.
 */
final class DistributorEffects {
  private static final int REG = Kind.GIC_MMIO.column("reg");
  private static final int ACCESS = Kind.GIC_MMIO.column("access");
  private static final int ADDR = Kind.GIC_MMIO.column("addr");
  private static final int LEN = Kind.GIC_MMIO.column("len");
  private static final int VAL = Kind.GIC_MMIO.column("val");
  private static final int INTID = Kind.GIC_MMIO.column("intid");
  private static final int VCPU = Kind.GIC_MMIO.column("vcpu");
  private static final int VCPU_ID = Kind.GIC_MMIO.column("vcpu_id");

  private static final int READ = label("access", "read");

  private static final int SENABLE = label("reg", "senable");
  private static final int CENABLE = label("reg", "cenable");
  private static final int SPENDING = label("reg", "spending");
  private static final int CPENDING = label("reg", "cpending");
  private static final int SACTIVE = label("reg", "sactive");
  private static final int CACTIVE = label("reg", "cactive");
  private static final int GROUP = label("reg", "group");
  private static final int PRIORITY = label("reg", "priority");
  private static final int CONFIG = label("reg", "config");
  private static final int TARGET = label("reg", "target");
  private static final int IROUTER = label("reg", "irouter");
  private static final int SGI_SPENDING = label("reg", "sgi_spending");
  private static final int SGI_CPENDING = label("reg", "sgi_cpending");
  private static final int DIST_V2 = label("reg", "dist_v2");
  private static final int DIST_V3 = label("reg", "dist_v3");
  private static final int LINE_LEVEL = label("reg", "line_level");

  private final Machine machine;

  DistributorEffects(Machine machine) {
    this.machine = machine;
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
    if (e.getInt(ACCESS, READ) == READ) {
      return;
    }
    VcpuState v = machine.vcpuAt(e.get(VCPU, 0));
    if (v == null) {
      v = machine.vcpuOfThread(e.pid);
    }
    if (v == null) {
      machine.widen(-1);
      return;
    }
    machine.tie(v, 0, e.getInt(VCPU_ID, -1));
    int reg = e.getInt(REG, -1);
    if (reg == DIST_V2 || reg == DIST_V3) {
      control(e, v, reg == DIST_V3);
    } else {
      bank(e, v, reg);
    }
  }

  /** GICD_CTLR: bit 0 on GICv2, bit 1 on GICv3 (MMIO-16). */
  private void control(Event e, VcpuState v, boolean v3) {
    VmState vm = v.vm;
    if (vm == null || (e.get(ADDR, 0) & 0xfff) != 0) {
      return;
    }
    boolean on = (e.get(VAL, 0) >>> (v3 ? 1 : 0) & 1) != 0;
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

  private void bank(Event e, VcpuState v, int reg) {
    int flags = flagsOf(reg);
    if (e.has(INTID)) {
      range(e, v, e.getInt(INTID, 0), 32, flags, reg);
      return;
    }
    int bits = bitsOf(reg);
    if (bits == 0) {
      return;
    }
    int offset = (int) e.get(ADDR, 0) & (reg == IROUTER ? 0x1fff : 0xfff);
    int first = (offset - baseOf(reg)) * 8 / bits;
    int count = Math.max(1, e.getInt(LEN, 4) * 8 / bits);
    if (first < 0 || first >= 1024) {
      return;
    }
    range(e, v, first, count, flags, reg);
  }

  private void range(Event e, VcpuState v, int first, int count, int flags, int reg) {
    // The registers that set and clear bits leave alone what is written as 0.
    boolean ones = isSetOrClear(reg) && e.has(VAL);
    long written = ones ? e.get(VAL, 0) : -1;
    for (int i = 0; i < count; i++) {
      if (!ones || i < Long.SIZE && (written >>> i & 1) != 0) {
        disturb(e, machine.known(first + i, v), flags, reg);
      }
    }
  }

  private static boolean isSetOrClear(int reg) {
    return reg == SENABLE
        || reg == CENABLE
        || reg == SPENDING
        || reg == CPENDING
        || reg == SACTIVE
        || reg == CACTIVE;
  }

  private void disturb(Event e, @Nullable IrqState irq, int flags, int reg) {
    if (irq == null) {
      return;
    }
    irq.forget(flags);
    irq.changedTs = e.ts;
    machine.written(irq, e);
    if (reg == PRIORITY) {
      irq.priority = -1;
    } else if (reg == GROUP) {
      irq.group = -1;
    } else if (reg == TARGET || reg == IROUTER) {
      irq.target = IrqState.POINTER_UNKNOWN;
    } else if ((flags & IrqState.PENDING) != 0) {
      irq.raisedSeq = e.seq;
      irq.raisedTs = e.ts;
    }
  }

  private static int flagsOf(int reg) {
    if (reg == SENABLE || reg == CENABLE) {
      // Enabling a mapped level interrupt samples its line (MMIO-2).
      return IrqState.ENABLED | IrqState.LEVEL;
    }
    if (reg == SPENDING || reg == CPENDING || reg == SGI_SPENDING || reg == SGI_CPENDING) {
      return IrqState.PENDING;
    }
    if (reg == SACTIVE || reg == CACTIVE) {
      return IrqState.ACTIVE;
    }
    if (reg == CONFIG) {
      return IrqState.LEVEL_SENSITIVE;
    }
    return reg == LINE_LEVEL ? IrqState.LEVEL | IrqState.PENDING : 0;
  }

  private static int bitsOf(int reg) {
    if (reg == IROUTER) {
      return 64;
    }
    if (reg == PRIORITY || reg == TARGET || reg == SGI_SPENDING || reg == SGI_CPENDING) {
      return 8;
    }
    if (reg == CONFIG) {
      return 2;
    }
    return flagsOf(reg) != 0 || reg == GROUP ? 1 : 0;
  }

  private static int baseOf(int reg) {
    if (reg == GROUP) {
      return 0x080;
    }
    if (reg == SENABLE) {
      return 0x100;
    }
    if (reg == CENABLE) {
      return 0x180;
    }
    if (reg == SPENDING) {
      return 0x200;
    }
    if (reg == CPENDING) {
      return 0x280;
    }
    if (reg == SACTIVE) {
      return 0x300;
    }
    if (reg == CACTIVE) {
      return 0x380;
    }
    if (reg == PRIORITY) {
      return 0x400;
    }
    if (reg == TARGET) {
      return 0x800;
    }
    if (reg == CONFIG) {
      return 0xc00;
    }
    if (reg == SGI_CPENDING) {
      return 0xf10;
    }
    return reg == SGI_SPENDING ? 0xf20 : 0;
  }

  /** Somebody injects an interrupt: its line or latch changes from now on. */
  void inject(Event e, @Nullable IrqState irq) {
    if (irq == null) {
      return;
    }
    irq.forget(IrqState.PENDING | IrqState.LEVEL);
    irq.changedTs = e.ts;
    irq.raisedSeq = e.seq;
    irq.raisedTs = e.ts;
  }

  /** A deactivation is done in software, or the state is reset. */
  void deactivate(Event e, @Nullable IrqState irq) {
    if (irq != null) {
      irq.forget(IrqState.ACTIVE | IrqState.PENDING | IrqState.LEVEL);
      irq.changedTs = e.ts;
      machine.written(irq, e);
    }
  }

  /**
   * The guest accesses some device and nothing says which: all state it could reach is uncertain.
   */
  void unknownAccess(Event e, VcpuState v) {
    if (v.vm == null) {
      return;
    }
    int all = IrqState.ENABLED | IrqState.PENDING | IrqState.ACTIVE | IrqState.LEVEL;
    for (VcpuState each : machine.vcpus()) {
      if (each.vm == v.vm) {
        for (int i = 0; i < each.memberCount; i++) {
          disturb(e, each.members[i], all, PRIORITY);
          each.members[i].target = IrqState.POINTER_UNKNOWN;
        }
      }
    }
  }
}

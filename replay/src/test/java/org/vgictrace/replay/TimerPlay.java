package org.vgictrace.replay;

import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.scenario.Irq;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.fixtures.scenario.Vcpu;

/**
 * What KVM's timer code does for vCPU 0 of a scenario, in the order of the kernel. With VHE both
 * timers are direct; without it the physical one is emulated.
 */
final class TimerPlay {
  static final int PHYSICAL = 0;
  static final int VIRTUAL = 1;
  static final int ENABLE = 1;
  static final int IMASK = 2;
  static final int ISTATUS = 4;

  /** Offset of the timer that wakes a sleeping vCPU, and of a soft timer, in struct kvm_vcpu. */
  private static final long BACKGROUND = 0x14c0;

  private static final long SOFT = 0x13e0;

  final ScenarioWriter vm;
  final Vcpu v;
  final Irq virtualIrq;
  final Irq physicalIrq;
  private final boolean vhe;
  private final boolean keepsOutput;
  private int lastFire;

  /** Registers of the virtual timer as they are saved next. */
  int ctl;

  long cval = 0x1000;

  private TimerPlay(ScenarioWriter vm, boolean vhe) {
    this.vm = vm;
    this.vhe = vhe;
    keepsOutput = vm.kernel() != Kernel.V7_2;
    v = vm.vcpu(0);
    virtualIrq = v.ppi(27).mapped(27, 12);
    physicalIrq = vhe ? v.ppi(30).mapped(30, 11) : v.ppi(30);
  }

  /** A vCPU on a host with VHE, loaded and put once. */
  static TimerPlay vhe(ScenarioWriter vm) {
    return new TimerPlay(vm, true).settled();
  }

  /** A vCPU on a host without VHE, loaded and put once. */
  static TimerPlay nvhe(ScenarioWriter vm) {
    return new TimerPlay(vm, false).settled();
  }

  private TimerPlay settled() {
    load(0);
    v.residency();
    userSpace();
    return put();
  }

  TimerPlay map() {
    if (vm.kernel() == Kernel.V6_1) {
      v.event(
          "kvm_get_timer_map",
          "vcpu_id",
          0,
          "direct_vtimer",
          VIRTUAL,
          "direct_ptimer",
          vhe ? PHYSICAL : -1,
          "emul_ptimer",
          vhe ? -1 : PHYSICAL);
    } else {
      v.event(
          "kvm_get_timer_map",
          "vcpu_id",
          0,
          "direct_vtimer",
          VIRTUAL,
          "direct_ptimer",
          vhe ? PHYSICAL : -1,
          "emul_vtimer",
          -1,
          "emul_ptimer",
          vhe ? -1 : PHYSICAL);
    }
    return this;
  }

  TimerPlay put() {
    v.event("timer_put", "vcpu", v.address(), "vcpu_id", 0);
    map();
    save(VIRTUAL, ctl, cval);
    if (vhe) {
      save(PHYSICAL, 0, 0);
    }
    return this;
  }

  /** The end of a put, which the sleep of a vCPU comes before. */
  TimerPlay putVgic() {
    v.put();
    return this;
  }

  /** The thread takes the vCPU again; the virtual timer's output is that. */
  TimerPlay load(int level) {
    v.put();
    if (keepsOutput) {
      v.load();
    }
    v.event("timer_load", "vcpu", v.address(), "vcpu_id", 0);
    map();
    v.timer(virtualIrq, level == 1);
    activate(12, level);
    if (vhe) {
      v.timer(physicalIrq, false);
      activate(11, 0);
    }
    restore(VIRTUAL, ctl, cval);
    if (vhe) {
      restore(PHYSICAL, 0, 0);
    } else {
      emulate(0);
    }
    if (!keepsOutput) {
      v.load();
    }
    return this;
  }

  private void activate(int hostIrq, int level) {
    v.event("chipstate", "irq", hostIrq, "which", 1, "val", level);
  }

  TimerPlay save(int timer, long control, long deadline) {
    v.event("kvm_timer_save_state", "ctl", control, "cval", deadline, "timer_idx", timer);
    return this;
  }

  TimerPlay restore(int timer, long control, long deadline) {
    v.event("kvm_timer_restore_state", "ctl", control, "cval", deadline, "timer_idx", timer);
    return this;
  }

  /** The physical timer is evaluated in software. */
  TimerPlay emulate(int fire) {
    v.event("kvm_timer_emulate", "timer_idx", PHYSICAL, "should_fire", fire);
    if (!keepsOutput || fire != lastFire) {
      v.timer(physicalIrq, fire == 1);
    }
    lastFire = fire;
    return this;
  }

  /** The soft timer of the physical timer is started. */
  TimerPlay arm() {
    startTimer(SOFT);
    return this;
  }

  /** The timer that wakes a sleeping vCPU is started. */
  TimerPlay armBackground() {
    startTimer(BACKGROUND);
    return this;
  }

  private void startTimer(long offset) {
    v.event(
        "hrtimer_start", "hrtimer", v.address() + offset, "expires", 1_000, "softexpires", 1_000);
  }

  /** The guest writes its physical timer's deadline, or its control register. */
  TimerPlay writePhysical(boolean control) {
    v.event(
        "kvm_sys_access",
        "vcpu_pc",
        0x4000L,
        "is_write",
        1,
        "Op0",
        3,
        "Op1",
        3,
        "CRn",
        14,
        "CRm",
        2,
        "Op2",
        control ? 1 : 2);
    return this;
  }

  TimerPlay userSpace() {
    v.event("kvm_userspace_exit", "reason", 6, "errno", 0);
    return this;
  }

  /** The host takes the interrupt of the virtual timer while the vCPU is loaded. */
  TimerPlay handler(int number) {
    v.inHandler("irq_handler_entry", "irq", 12, "name", "kvm guest vtimer");
    if (vm.kernel() == Kernel.V6_1) {
      v.inHandler(
          "kvm_get_timer_map",
          "vcpu_id",
          0,
          "direct_vtimer",
          VIRTUAL,
          "direct_ptimer",
          PHYSICAL,
          "emul_ptimer",
          -1);
    }
    v.inHandler("kvm_timer_update_irq", "vcpu_id", number, "irq", 27, "level", 1);
    v.inHandler("vgic_update_irq_pending", "vcpu_id", number, "irq", 27, "level", 1);
    v.inHandler("irq_handler_exit", "irq", 12, "ret", 1);
    return this;
  }
}

package org.vgictrace.replay.rule;

/** Something a rule may need to see in a recording, with what to record to see it. */
public enum Observation {
  VCPU_ENTRY("guest entries", "kvm:kvm_entry"),
  VCPU_EXIT("guest exits", "kvm:kvm_exit"),
  ENTRY_IMAGE("list register images before entry", "probe kvm_arch_vcpu_ctxflush_fp (vgic:enter)"),
  EXIT_IMAGE(
      "list register images after exit",
      "probe vgic_v3_fold_lr_state or vgic_v2_fold_lr_state (vgic:fold)"),
  POPULATION(
      "interrupt state at population",
      "probe vgic_v3_populate_lr or vgic_v2_populate_lr (vgic:populate_lr)"),
  FOLD_SNAPSHOT(
      "interrupt state after folding", "probe vgic_irq_handle_resampling (vgic:resample)"),
  PUT_SNAPSHOT("interrupt state when a reference is dropped", "probe vgic_put_irq (vgic:put_irq)"),
  QUEUE("queueing attempts", "probe vgic_queue_irq_unlock (vgic:queue_irq, vgic:queue_irq_ret)"),
  INJECTION("injections", "kvm:vgic_update_irq_pending"),
  UNDERFLOW(
      "underflow requests",
      "probe vgic_v3_set_underflow or vgic_v2_set_underflow (vgic:set_underflow)"),
  HCR_CONFIG(
      "HCR computation",
      "probe vgic_v3_configure_hcr or vgic_v2_configure_hcr (vgic:configure_hcr)"),
  ACK("end-of-interrupt notifications", "kvm:kvm_ack_irq"),
  PHYS_STATE("physical state writes", "probe vgic_irq_set_phys_active (vgic:set_phys_active)"),
  PHYS_LEVEL("physical level reads", "probe vgic_get_phys_line_level with its return value"),
  DISTRIBUTOR("distributor accesses", "kvm:kvm_mmio and the probes vgic:mmio_* and vgic:ua_*"),
  HOST_IRQ("host interrupts", "irq:irq_handler_entry"),
  KICK("kicks", "probe kvm_vcpu_kick (vgic:vcpu_kick)"),
  TIMER("virtual timer events", "kvm:kvm_timer_* and kvm:kvm_get_timer_map"),
  TIMER_STEP(
      "loading and putting of timers",
      "probes kvm_timer_vcpu_load and kvm_timer_vcpu_put (vgic:timer_load, vgic:timer_put)"),
  SOFT_TIMER("soft timers", "timer:hrtimer_start"),
  CHIP_STATE("writes to the host's interrupt controller", "probe irq_set_irqchip_state"),
  PMU_OVERFLOW("overflows of guest counters", "probe kvm_pmu_perf_overflow (vgic:pmu_overflow)"),
  SYSREG("trapped system registers", "kvm:kvm_sys_access"),
  FORWARDING("forwarding of device interrupts as virtual LPIs", ""),
  ACTIVE_PRIORITIES("active priority registers of the very moment", ""),
  NESTED_STATE("a guest hypervisor's list registers (hand-written probes vx:nload, vx:nsync)", ""),
  PPI_STATE("PPIs of a GICv5 guest (hand-written probes vx:v5flush, vx:v5fold)", ""),
  LAST_LR_IRQ("the per-CPU pointer to the interrupt in the last list register", ""),
  LOCKS(
      "locks taken and given back",
      "lock:lock_acquire and lock:lock_release, of a kernel built with lockdep"),
  VM_CREATION(
      "the creation of the VM", "start recording before the VM, with vgic:create and vgic:init"),
  ITS_COMMANDS(
      "ITS commands and what the ITS reads",
      "return probe kvm_read_guest (vgic:its_cmd) and probe vgic_its_process_commands"
          + " (vgic:its_commands)"),
  ITS_MESSAGES(
      "messages and their translation",
      "probes vgic_its_inject_cached_translation and vgic_its_resolve_lpi with their return values"
          + " (vgic:its_cached, vgic:its_resolve)"),
  LPI_SWITCH(
      "LPIs being switched on and off",
      "probes vgic_mmio_write_v3r_ctlr (vgic:mmio_v3r_ctlr) and vgic_flush_pending_lpis"
          + " (vgic:flush_lpis)"),
  VPE(
      "vPEs of a GICv4",
      "probes vgic_v4_load, vgic_v4_put, vgic_v4_commit (vgic:v4_load, ...) or"
          + " its_make_vpe_resident, its_make_vpe_non_resident"),
  VLPI(
      "LPIs that the hardware delivers",
      "probes kvm_vgic_v4_set_forwarding, its_map_vlpi, its_unmap_vlpi"),
  SAVED_TABLES(
      "pending tables being saved",
      "probe vgic_v3_save_pending_tables (vgic:save_pending) with its return"),
  HARDWARE("accesses to the virtual CPU interface (log of an emulated machine)", ""),
  XEN_STEPS("steps inside Xen's vGIC (instrumented hypervisor)", ""),
  XEN_LOCKS("locks taken inside Xen", "");

  private final String doc;
  private final String record;

  Observation(String doc, String record) {
    this.doc = doc;
    this.record = record;
  }

  /** What is seen. */
  public String doc() {
    return doc;
  }

  /** Whether anything can be recorded that shows it. */
  public boolean isRecordable() {
    return !record.isEmpty();
  }

  /** Whether any busy guest gives instances of it; not every guest has LPIs, let alone GICv4. */
  public boolean isCommon() {
    return switch (this) {
      case ITS_COMMANDS, ITS_MESSAGES, LPI_SWITCH, VPE, VLPI, SAVED_TABLES -> false;
      default -> true;
    };
  }

  /** What to record next time; empty if nothing shows it. */
  public String record() {
    return record;
  }
}

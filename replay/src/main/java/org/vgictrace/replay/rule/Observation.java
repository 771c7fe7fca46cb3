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
  SLEEP(
      "vCPUs that go to sleep and whether they slept",
      "probe kvm_arch_vcpu_blocking (vgic:vcpu_blocking) and kvm:kvm_vcpu_wakeup"),
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
  RUN_STATES("run states of a Xen host's vCPUs", "xentrace -e sched"),
  GUEST_CROSSINGS("entries and exits of HVM and PVH guests of Xen", "xentrace -e hvm"),
  XEN_CALLS("hypercalls of guests of Xen", "xentrace -e 0x20f000 (x86 only)"),

  // KVM's emulation of Xen on x86.
  XEN_SEND(
      "deliveries of event channels",
      "probe kvm_xen_set_evtchn_fast with its return value (kxe:fast, kxe:fast_ret)"),
  XEN_HYPERCALL("Xen hypercalls", "kvm:kvm_xen_hypercall"),
  XEN_UPCALL("looks at the upcall flag", "return probe __kvm_xen_has_interrupt (kxe:hasint)"),
  XEN_RUNSTATE("run states of vCPUs", "probe kvm_xen_update_runstate (kxen:update_runstate)"),
  XEN_TIMER("timers of Xen guests", "probes kvm_xen_start_timer and xen_timer_callback"),
  XEN_LINE(
      "interrupt lines that are event channels",
      "probes kvm_arch_set_irq_inatomic and kvm_set_irq (kxe:inatomic, kxe:setirq)"),
  X86_INJECT("injections", "kvm:kvm_inj_virq"),
  X86_ACCEPT("interrupts given to local APICs", "kvm:kvm_apic_accept_irq"),
  SWITCHES("switches of threads", "sched:sched_switch"),
  XEN_WORDS("bits of event channels in guest memory (a probe that reads them)", ""),
  APIC_STATE("whether a local APIC is on", ""),
  SEND_TABLE(
      "changes of the table of ports to send to",
      "probe kvm_xen_hvm_set_attr with its data (kxe:vmattr)"),
  RUNSTATE_COPY("the guest's copy of its run state", ""),
  HYPERCALL_RESULTS("results of hypercalls", ""),

  // Event channels, in Xen and in a Linux guest.
  GUEST_UPCALL("upcalls of a Linux guest", "probe xen_evtchn_do_upcall in the guest (gxe:upcall)"),
  GUEST_PORT(
      "what a Linux guest does to its event channels",
      "probes handle_irq_for_port, evtchn_fifo_* and evtchn_2l_* in the guest (gxe:port, ...)"),
  GUEST_EOI(
      "late ends of events in a Linux guest",
      "probes lateeoi_ack_dynirq and xen_irq_lateeoi in the guest (gxe:lateack, gxe:lateeoi)"),
  GUEST_BINDING(
      "what a Linux guest binds its ports to",
      "probes xen_irq_info_common_setup and bind_evtchn_to_cpu in the guest (gxe:bindport,"
          + " gxe:bindcpu)"),
  GUEST_IPI("IPIs of a Linux guest", "probe xen_send_IPI_one in the guest (gxe:ipi)"),
  XEN_PORTS("event channels in Xen (an instrumented hypervisor)", ""),
  XEN_RESULTS("results of event channel operations", ""),
  SHARED_MEMORY("what is in the memory a guest shares with its hypervisor", ""),

  // Xen on Arm.
  XEN_ACCESSES("accesses of Xen to the virtual CPU interface (log of an emulated machine)", ""),
  XEN_STEPS("steps inside Xen's vGIC (instrumented hypervisor)", ""),
  XEN_LOCKS("locks taken inside Xen", ""),
  XEN_DUMPS("what Xen prints of its vCPUs and event channels (debug keys q and e)", "");

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

  /** What it shows a part of. */
  public Subject subject() {
    return switch (this) {
      case VCPU_ENTRY,
          VCPU_EXIT,
          ACK,
          DISTRIBUTOR,
          HOST_IRQ,
          KICK,
          SOFT_TIMER,
          CHIP_STATE,
          LOCKS,
          X86_INJECT,
          X86_ACCEPT,
          SWITCHES ->
          Subject.COMMON;
      case HARDWARE -> Subject.VIRTUAL_INTERFACE;
      case RUN_STATES, GUEST_CROSSINGS, XEN_CALLS -> Subject.XEN_SCHEDULER;
      case XEN_SEND,
          XEN_HYPERCALL,
          XEN_UPCALL,
          XEN_RUNSTATE,
          XEN_TIMER,
          XEN_LINE,
          XEN_WORDS,
          APIC_STATE,
          SEND_TABLE,
          RUNSTATE_COPY,
          HYPERCALL_RESULTS ->
          Subject.KVM_XEN;
      case GUEST_UPCALL, GUEST_PORT, GUEST_EOI, GUEST_BINDING, GUEST_IPI, SHARED_MEMORY ->
          Subject.GUEST_EVENTS;
      case XEN_PORTS, XEN_RESULTS -> Subject.XEN_EVENTS;
      case XEN_ACCESSES -> Subject.XEN_VGIC;
      case XEN_STEPS, XEN_LOCKS, XEN_DUMPS -> Subject.XEN_INSIDE;
      default -> Subject.KVM_VGIC;
    };
  }

  /** Whether any busy guest gives instances of it; not every guest sleeps or has LPIs. */
  public boolean isCommon() {
    return switch (this) {
      case SLEEP, ITS_COMMANDS, ITS_MESSAGES, LPI_SWITCH, VPE, VLPI, SAVED_TABLES -> false;
      case XEN_SEND, XEN_HYPERCALL, XEN_UPCALL, XEN_RUNSTATE, XEN_TIMER, XEN_LINE -> false;
      case X86_INJECT, X86_ACCEPT, SWITCHES -> false;
      case GUEST_UPCALL, GUEST_PORT, GUEST_EOI, GUEST_BINDING, GUEST_IPI -> false;
      default -> true;
    };
  }

  /** What to record next time; empty if nothing shows it. */
  public String record() {
    return record;
  }
}

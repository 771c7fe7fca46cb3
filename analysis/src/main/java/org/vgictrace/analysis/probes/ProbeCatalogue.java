package org.vgictrace.analysis.probes;

import static org.vgictrace.analysis.probes.Level.FULL;
import static org.vgictrace.analysis.probes.Level.MINIMAL;

import java.util.ArrayList;
import java.util.List;

/**
 * All probes, declared once for all kernels. {@code v%} in functions and members stands for the
 * host's GIC. Functions and members are those of virt/kvm and arch/arm64/kvm/vgic in Linux 5.15 to
 * 7.2; where a release has renamed one, the others follow behind a bar.
 */
final class ProbeCatalogue {
  private static final String VCPU = "vcpu=vcpu:x64 vcpu_id=vcpu->vcpu_id:s32";
  private static final String KVM = "kvm=kvm:x64";
  private static final String VCPU_KVM = VCPU + " kvm=vcpu->kvm:x64";
  private static final String IRQ_POINTER = "irq=irq:x64";

  /** What decides whether an interrupt is pending, and where it goes. */
  private static final String IRQ_STATE =
      "!intid=irq->intid:u32 pending_latch=irq->pending_latch:u8 active=irq->active:u8"
          + " enabled=irq->enabled:u8 line_level=irq->line_level:u8 hw=irq->hw:u8"
          + " config=irq->config:u8 priority=irq->priority:u8 group=irq->group:u8";

  private static final String IRQ_ROUTE = "irq_vcpu=irq->vcpu:x64 target_vcpu=irq->target_vcpu:x64";

  private static final String IRQ_BRIEF = IRQ_STATE + " " + IRQ_ROUTE;

  /** All that the model knows of an interrupt. */
  private static final String IRQ =
      IRQ_STATE
          + " source=irq->source:x8 active_source=irq->active_source:u8 targets=irq->mpidr:x32"
          + " hwintid=irq->hwintid:u32 host_irq=irq->host_irq:u32 ?on_lr=irq->on_lr:u8 "
          + IRQ_ROUTE;

  private static final String ACCESS = "addr=addr:x64 len=len:u32";
  private static final String MMIO = VCPU + " " + ACCESS + " val=val:x64";

  private static final String COMMAND_WORDS =
      "dw0=its_cmd->@0:x64 dw1=its_cmd->@8:x64 dw2=its_cmd->@16:x64 dw3=its_cmd->@24:x64";

  private final ProbeOptions options;
  private final List<ProbeSpec> probes = new ArrayList<>();

  ProbeCatalogue(ProbeOptions options) {
    this.options = options;
    listRegisters();
    injection();
    interruptState();
    scheduling();
    lifecycle();
    guestAccesses();
    userAccesses();
    its();
    lpis();
    if (options.gic() == 3) {
      directInjection();
    }
    timersAndCounters();
  }

  /** All of them, in the order they are written. */
  List<ProbeSpec> probes() {
    return probes;
  }

  private void listRegisters() {
    entry(FULL, "populate_lr", "vgic_v%_populate_lr", VCPU, "lr=lr:s32", IRQ_POINTER, IRQ);
    entry(FULL, "clear_lr", "vgic_v%_clear_lr", VCPU, "lr=lr:s32");
    // The last function on the way into the guest that is not inlined and may be probed.
    entry(MINIMAL, "enter", "kvm_arch_vcpu_ctxflush_fp", VCPU_KVM, image());
    entry(MINIMAL, "fold", "vgic_v%_fold_lr_state", VCPU_KVM, image());
    entry(
        MINIMAL,
        "set_underflow",
        "vgic_v%_set_underflow",
        VCPU,
        "hcr=vcpu->arch.vgic_cpu.vgic_v%.vgic_hcr:x32");
    entry(
        MINIMAL,
        "configure_hcr",
        "vgic_v%_configure_hcr",
        VCPU,
        "nr_pend=als->nr_pend:u32 nr_act=als->nr_act:u32 ?nr_sgi=als->nr_sgi:u32");
    entry(FULL, "deactivate", "vgic_v%_deactivate", VCPU, "val=val:x64");
    entry(MINIMAL, "maintenance", "vgic_maintenance_handler", "irqno=irq:s32");
    look("flush", "kvm_vgic_flush_hwstate", VCPU);
    look("sync", "kvm_vgic_sync_hwstate", VCPU);
    entry(FULL, "prune", "vgic_prune_ap_list", VCPU);
    entry(MINIMAL, "load", "kvm_vgic_load", VCPU_KVM);
    entry(MINIMAL, "put", "kvm_vgic_put", VCPU);
  }

  /** The interface as it is saved in memory: control registers and list registers. */
  private String image() {
    String base = "vcpu->arch.vgic_cpu.vgic_v%.";
    StringBuilder image =
        new StringBuilder("!used_lrs=" + base + "used_lrs:u32")
            .append(" hcr=" + base + "vgic_hcr:x32 vmcr=" + base + "vgic_vmcr:x32");
    if (options.gic() == 3) {
      image
          .append(" sre=" + base + "vgic_sre:x32 ap0r0=" + base + "vgic_ap0r[0]:x32")
          .append(" ap1r0=" + base + "vgic_ap1r[0]:x32");
    } else {
      image.append(" apr=" + base + "vgic_apr:x32");
    }
    String type = options.gic() == 3 ? "x64" : "x32";
    if (options.array()) {
      image.append(" lr=" + base + "vgic_lr[0]:" + type + "[" + options.listRegisters() + "]+");
      return image.toString();
    }
    for (int i = 0; i < options.listRegisters(); i++) {
      image.append(" lr" + i + "=" + base + "vgic_lr[" + i + "]:" + type);
    }
    return image.toString();
  }

  private void injection() {
    // Where the compiler split it, callers in the same file go straight to the second part.
    String queue = "vgic_queue_irq_unlock.part.0|vgic_queue_irq_unlock";
    entry(FULL, "queue_irq", queue, "?kvm=kvm:x64", IRQ_POINTER, IRQ);
    lookAtReturn("queue_irq_ret", queue, "queued=$result:u8");
    entry(FULL, "put_irq", "vgic_put_irq", KVM, IRQ_POINTER, IRQ, "refs=irq->refcount:u32");
    entry(FULL, "put_irq_norelease", "vgic_put_irq_norelease", KVM, IRQ_POINTER, IRQ);
    look("get_irq", "vgic_get_irq", KVM, "?vcpu=vcpu:x64 intid=intid:u32");
    look("get_vcpu_irq", "vgic_get_vcpu_irq", VCPU, "intid=intid:u32");
    look("target_oracle", "vgic_target_oracle", IRQ_POINTER, IRQ_BRIEF);
    entry(
        FULL,
        "inject",
        "kvm_vgic_inject_irq",
        KVM,
        "?vcpu=vcpu:x64 ?cpuid=cpuid:s32 !intid=intid:u32 level=level:u8 owner=owner:x64");
    lookAtReturn("inject_ret", "kvm_vgic_inject_irq", "ret=$result:s32");
    entry(FULL, "irqfd_set", "vgic_irqfd_set_irq", KVM, "gsi=e->gsi:u32 level=level:s32");
    entry(
        FULL,
        "dispatch_sgi",
        "vgic_v3_dispatch_sgi",
        VCPU,
        "reg=reg:x64 allow_group1=allow_group1:u8");
  }

  private void interruptState() {
    entry(
        FULL, "map_phys", "kvm_vgic_map_phys_irq", VCPU, "host_irq=host_irq:u32 vintid=vintid:u32");
    entry(FULL, "unmap_phys", "kvm_vgic_unmap_phys_irq", VCPU, "vintid=vintid:u32");
    entry(FULL, "reset_mapped", "kvm_vgic_reset_mapped_irq", VCPU, "vintid=vintid:u32");
    entry(
        FULL,
        "set_phys_active",
        "vgic_irq_set_phys_active",
        IRQ_POINTER,
        "intid=irq->intid:u32 host_irq=irq->host_irq:u32 active=active:u8");
    entry(
        FULL,
        "set_phys_pending",
        "vgic_irq_set_phys_pending",
        IRQ_POINTER,
        "intid=irq->intid:u32 pending=pending:u8");
    entry(
        FULL,
        "resample",
        "vgic_irq_handle_resampling",
        IRQ_POINTER,
        "!intid=irq->intid:u32 lr_deactivated=lr_deactivated:u8 lr_pending=lr_pending:u8",
        "pending_latch=irq->pending_latch:u8 active=irq->active:u8 enabled=irq->enabled:u8",
        "line_level=irq->line_level:u8 hw=irq->hw:u8");
    entry(FULL, "notify_acked", "kvm_notify_acked_irq", KVM, "pin=pin:u32");
  }

  private void scheduling() {
    look("pending_irq", "kvm_vgic_vcpu_pending_irq", VCPU);
    lookAtReturn("pending_irq_ret", "kvm_vgic_vcpu_pending_irq", "ret=$result:s32");
    entry(FULL, "kick_vcpus", "vgic_kick_vcpus", KVM);
    entry(
        FULL,
        "vcpu_kick",
        "kvm_vcpu_kick|__kvm_vcpu_kick",
        VCPU,
        "cpu=vcpu->cpu:s32 mode=vcpu->mode:s32");
    entry(FULL, "vcpu_wake", "kvm_vcpu_wake_up", VCPU);
    entry(FULL, "vcpu_blocking", "kvm_arch_vcpu_blocking", VCPU);
    entry(FULL, "vcpu_unblocking", "kvm_arch_vcpu_unblocking", VCPU);
  }

  private void lifecycle() {
    entry(MINIMAL, "create", "kvm_vgic_create", KVM, "type=type:u32");
    entry(
        MINIMAL,
        "init",
        "vgic_init",
        KVM,
        "model=kvm->arch.vgic.vgic_model:u32 nr_spis=kvm->arch.vgic.nr_spis:u32");
    entry(MINIMAL, "vcpu_init", "kvm_vgic_vcpu_init", VCPU_KVM);
    entry(MINIMAL, "destroy", "kvm_vgic_destroy", KVM);
    entry(FULL, "flush_lpis", "vgic_flush_pending_lpis", VCPU);
    entry(FULL, "enable_cpuif", "vgic_v%_enable|vgic_v%_reset", VCPU);
    entry(FULL, "set_vmcr", "vgic_v%_set_vmcr", VCPU);
  }

  private void guestAccesses() {
    entry(
        FULL,
        "mmio_sgir",
        "vgic_mmio_write_sgir",
        "vcpu=source_vcpu:x64 vcpu_id=source_vcpu->vcpu_id:s32",
        ACCESS,
        "val=val:x64");
    for (String register :
        List.of(
            "group",
            "senable",
            "cenable",
            "spending",
            "cpending",
            "sactive",
            "cactive",
            "priority",
            "config",
            "irouter",
            "target",
            "sgipends",
            "sgipendc",
            "v3_misc",
            "v2_misc",
            "v3r_ctlr",
            "propbase",
            "pendbase",
            "invlpi",
            "invall",
            "vcpuif",
            "apr",
            "dir")) {
      entry(FULL, "mmio_" + register, "vgic_mmio_write_" + register, MMIO);
    }
    for (String register : List.of("pending", "active", "enable")) {
      entry(FULL, "mmio_read_" + register, "vgic_mmio_read_" + register, VCPU, ACCESS);
    }
  }

  private void userAccesses() {
    for (String register : List.of("senable", "cenable", "spending", "cpending")) {
      entry(FULL, "ua_" + register, "vgic_uaccess_write_" + register, MMIO);
    }
    for (String register : List.of("sactive", "cactive", "v3_misc", "v2_misc", "v2_group")) {
      entry(FULL, "ua_" + register, "vgic_mmio_uaccess_write_" + register, MMIO);
    }
    entry(FULL, "ua_v3_pending", "vgic_v3_uaccess_write_pending", MMIO);
    entry(
        FULL,
        "ua_line_level",
        "vgic_write_irq_line_level_info",
        VCPU,
        "intid=intid:u32 val=val:x64");
  }

  private void its() {
    entry(
        FULL,
        "its_msi",
        "vgic_its_inject_msi",
        KVM,
        "devid=msi->devid:u32 data=msi->data:u32 addr=msi->address_lo:x32");
    onReturn(FULL, "its_msi_ret", "vgic_its_inject_msi", "ret=$result:s32");
    String cached = "vgic_its_inject_cached_translation";
    entry(FULL, "its_cached", cached, KVM, "devid=msi->devid:u32 data=msi->data:u32");
    onReturn(FULL, "its_cached_ret", cached, "ret=$result:s32");
    String device = "devid=devid:u32 eventid=eventid:u32";
    entry(FULL, "its_trigger", "vgic_its_trigger_msi", KVM, device);
    entry(FULL, "its_resolve", "vgic_its_resolve_lpi", KVM, device);
    onReturn(FULL, "its_resolve_ret", "vgic_its_resolve_lpi", "ret=$result:s32");
    // Two neighbours of 32 bits, recorded in 64 each.
    entry(
        FULL,
        "its_commands",
        "vgic_its_process_commands",
        KVM,
        "creadr=its->creadr:x64+ cwriter=its->cwriter:x64+ cbaser=its->cbaser:x64");
    // All reads of guest memory; those of 32 bytes are commands.
    onReturn(
        FULL,
        "its_cmd",
        "kvm_read_guest",
        KVM,
        "gpa=gpa:x64 len=len:u32 dw0=data->@0:x64 dw1=data->@8:x64",
        "dw2=data->@16:x64 dw3=data->@24:x64");
    entry(FULL, "its_handle", "vgic_its_handle_command", KVM, COMMAND_WORDS);
    for (String command :
        List.of(
            "mapi", "movi", "movall", "inv", "invall", "int", "clear", "discard", "mapd", "mapc")) {
      String handler = "vgic_its_cmd_handle_" + command;
      entry(FULL, "its_cmd_" + command, handler, KVM, COMMAND_WORDS);
    }
    entry(FULL, "its_inv_lpi", "vgic_its_inv_lpi", KVM, IRQ_POINTER, IRQ_BRIEF);
    entry(FULL, "its_invall", "vgic_its_invall", VCPU);
    entry(FULL, "its_free_ite", "its_free_ite", KVM, "event_id=ite->event_id:u32 irq=ite->irq:x64");
    entry(FULL, "its_ctlr", "vgic_mmio_write_its_ctlr", KVM, "val=val:x64");
    entry(FULL, "its_cwriter", "vgic_mmio_write_its_cwriter", KVM, ACCESS, "val=val:x64");
    entry(FULL, "its_baser", "vgic_mmio_write_its_baser", KVM, "addr=addr:x64 val=val:x64");
    entry(FULL, "its_cbaser", "vgic_mmio_write_its_cbaser", KVM, "addr=addr:x64 val=val:x64");
    entry(FULL, "its_save", "vgic_its_save_tables_v0", "its=its:x64");
    entry(FULL, "its_restore", "vgic_its_restore_tables_v0", "its=its:x64");
    entry(FULL, "its_restore_ite", "vgic_its_restore_ite", "its=its:x64 event_id=event_id:u32");
    entry(FULL, "its_restore_dte", "vgic_its_restore_dte", "its=its:x64 id=id:u32");
  }

  private void lpis() {
    entry(FULL, "add_lpi", "vgic_add_lpi", KVM, "intid=intid:u32 vcpu=vcpu:x64");
    entry(FULL, "lpi_sync_pending", "vgic_v3_lpi_sync_pending_status", KVM, IRQ_POINTER, IRQ_BRIEF);
    entry(FULL, "enable_lpis", "vgic_enable_lpis", VCPU);
    entry(FULL, "save_pending", "vgic_v3_save_pending_tables", KVM);
  }

  /** Residency and doorbells of GICv4 virtual PEs. */
  private void directInjection() {
    entry(
        FULL,
        "v4_load",
        "vgic_v4_load",
        VCPU,
        "resident=vcpu->arch.vgic_cpu.vgic_v3.its_vpe.resident:u8");
    entry(FULL, "v4_put", "vgic_v4_put", VCPU);
    entry(FULL, "v4_commit", "vgic_v4_commit", VCPU);
    entry(FULL, "v4_doorbell", "vgic_v4_doorbell_handler", "irqno=irq:s32");
    entry(FULL, "v4_init", "vgic_v4_init", KVM);
    entry(FULL, "v4_teardown", "vgic_v4_teardown", KVM);
  }

  private void timersAndCounters() {
    entry(
        FULL,
        "timer_update",
        "kvm_timer_update_irq",
        VCPU,
        "new_level=new_level:u8 ?tintid=timer_ctx->irq.irq:u32");
    entry(FULL, "timer_handler", "kvm_arch_timer_handler", "irqno=irq:s32");
    entry(FULL, "timer_load", "kvm_timer_vcpu_load", VCPU);
    entry(FULL, "timer_put", "kvm_timer_vcpu_put", VCPU);
    entry(FULL, "timer_bg_expire", "kvm_bg_timer_expire", "hrt=hrt:x64");
    entry(FULL, "timer_hr_expire", "kvm_hrtimer_expire", "hrt=hrt:x64");
    entry(FULL, "pmu_overflow", "kvm_pmu_perf_overflow", "perf_event=perf_event:x64");
    entry(
        FULL,
        "pmu_update",
        "kvm_pmu_update_state",
        VCPU,
        "!irq_level=vcpu->arch.pmu.irq_level:u8 irq_num=vcpu->arch.pmu.irq_num:s32");
  }

  private void entry(Level level, String event, String functions, String... fields) {
    add(level, event, false, false, functions, fields);
  }

  private void onReturn(Level level, String event, String functions, String... fields) {
    add(level, event, false, true, functions, fields);
  }

  private void look(String event, String functions, String... fields) {
    add(FULL, event, true, false, functions, fields);
  }

  private void lookAtReturn(String event, String functions, String... fields) {
    add(FULL, event, true, true, functions, fields);
  }

  private void add(
      Level level,
      String event,
      boolean look,
      boolean onReturn,
      String functions,
      String... fields) {
    String text = String.join(" ", fields);
    probes.add(
        new ProbeSpec(
            event,
            level,
            look,
            onReturn,
            List.of(host(functions).split("\\|", -1)),
            FieldSpec.parseAll(host(text))));
  }

  private String host(String text) {
    return text.replace("v%", "v" + options.gic());
  }
}

package org.vgictrace.analysis.probes;

import static org.vgictrace.analysis.probes.Level.FULL;
import static org.vgictrace.analysis.probes.Level.MINIMAL;

import java.util.List;

/**
 * Probes for event channels, declared once for all kernels. Functions and members are those of
 * arch/x86/kvm/xen.c and drivers/xen/events in Linux 6.1 to 7.2; where a release has renamed one,
 * the others follow behind a bar.
 */
final class XenProbeCatalogue {
  private static final String VCPU = "vcpu=vcpu:x64 vcpu_id=vcpu->vcpu_id:s32";

  /** The same where the functions call it so. */
  private static final String V = "vcpu=v:x64 vcpu_id=v->vcpu_id:s32";

  /** The selector word that is kept until the guest's own can be written. */
  private static final String SHADOW = "shadow=v->arch.xen.evtchn_pending_sel:x64";

  private static final String EVENT =
      "!port=xe->port:u32 vcpu=xe->vcpu_id:u32 idx=xe->vcpu_idx:s32 prio=xe->priority:x32 xe=xe:x64";

  private static final String RESULT = "ret=$result:s32";
  private static final String PORT = "!port=port:u32";
  private static final String DATA_IRQ = "irq=data->irq:u32";

  /** Of the host whose KVM emulates Xen. */
  static final List<ProbeSpec> KVM =
      List.of(
          entry(MINIMAL, "fast", "kvm_xen_set_evtchn_fast", EVENT, "kvm=kvm:x64"),
          onReturn(MINIMAL, "fast_ret", "kvm_xen_set_evtchn_fast", RESULT),
          entry(FULL, "set_evtchn", "kvm_xen_set_evtchn", EVENT, "kvm=kvm:x64"),
          onReturn(FULL, "set_evtchn_ret", "kvm_xen_set_evtchn", RESULT),
          entry(
              FULL,
              "hvmsend",
              "kvm_xen_hvm_evtchn_send",
              "!port=uxe->port:u32 vcpu=uxe->vcpu:u32 kvm=kvm:x64"),
          onReturn(FULL, "hvm_evtchn_send_ret", "kvm_xen_hvm_evtchn_send", RESULT),
          entry(MINIMAL, "flush", "kvm_xen_inject_pending_events", V, SHADOW),
          onReturn(FULL, "flush_ret", "kvm_xen_inject_pending_events", V, SHADOW),
          entry(FULL, "vector", "kvm_xen_inject_vcpu_vector", V),
          onReturn(FULL, "hasint", "__kvm_xen_has_interrupt", RESULT, V),
          entry(FULL, "hypercall", "kvm_xen_hypercall", VCPU),
          entry(
              FULL,
              "route",
              "kvm_xen_setup_evtchn",
              "kvm=kvm:x64 gsi=ue->gsi:u32 !port=ue->u.xen_evtchn.port:u32"
                  + " vcpu=ue->u.xen_evtchn.vcpu:u32 prio=ue->u.xen_evtchn.priority:x32"),
          entry(
              MINIMAL,
              "vmattr",
              "kvm_xen_hvm_set_attr",
              "kvm=kvm:x64 !type=data->type:u16 a=data->@8:u32 b=data->@12:u32 c=data->@16:u32"
                  + " d=data->@20:u32 e=data->@24:u32"),
          entry(
              MINIMAL,
              "vcattr",
              "kvm_xen_vcpu_set_attr",
              VCPU,
              "!type=data->type:u16 a=data->@8:x64 b=data->@16:x64"),
          onReturn(MINIMAL, "vcattr_ret", "kvm_xen_vcpu_set_attr", RESULT),
          entry(FULL, "timer", "kvm_xen_start_timer", VCPU, "abs=guest_abs:u64"),
          entry(FULL, "timer_callback", "xen_timer_callback", "timer=timer:x64"),
          entry(FULL, "inject_timer_irqs", "kvm_xen_inject_timer_irqs", VCPU),
          entry(
              FULL,
              "inatomic",
              "kvm_arch_set_irq_inatomic",
              // The parameter has had both names.
              "?gsi=e->gsi:u32 ?type=e->type:u32 ?gsi=irq->gsi:u32 ?type=irq->type:u32"
                  + " level=level:s32"),
          entry(FULL, "setirq", "kvm_set_irq", "gsi=irq:u32 level=level:s32"),
          onReturn(FULL, "setirq_ret", "kvm_set_irq", RESULT),
          entry(FULL, "inject", "irqfd_inject", "work=work:x64"),
          entry(FULL, "update_runstate", "kvm_xen_update_runstate", V, "state=state:s32"),
          entry(FULL, "inval", "gfn_to_pfn_cache_invalidate_start", "start=start:x64 end=end:x64"));

  /** Of a guest, or of dom0. */
  static final List<ProbeSpec> GUEST =
      List.of(
          entry(MINIMAL, "upcall", "xen_evtchn_do_upcall|__xen_evtchn_do_upcall"),
          onReturn(MINIMAL, "upcall_ret", "xen_evtchn_do_upcall|__xen_evtchn_do_upcall", RESULT),
          entry(MINIMAL, "port", "handle_irq_for_port", PORT),
          entry(MINIMAL, "mask2l", "evtchn_2l_mask", PORT),
          entry(MINIMAL, "unmask2l", "evtchn_2l_unmask", PORT),
          entry(MINIMAL, "clear2l", "evtchn_2l_clear_pending", PORT),
          entry(FULL, "set2l", "evtchn_2l_set_pending", PORT),
          entry(MINIMAL, "maskff", "evtchn_fifo_mask", PORT),
          entry(MINIMAL, "unmaskff", "evtchn_fifo_unmask", PORT),
          entry(MINIMAL, "clearff", "evtchn_fifo_clear_pending", PORT),
          entry(FULL, "setff", "evtchn_fifo_set_pending", PORT),
          entry(
              MINIMAL,
              "bindport",
              "xen_irq_info_common_setup",
              "irq=info->irq:u32 !port=evtchn:u32 cpu=cpu:u32"),
          entry(
              MINIMAL,
              "bindcpu",
              "bind_evtchn_to_cpu",
              "?irq=info->irq:u32 ?port=info->evtchn:u32 ?port=evtchn:u32 cpu=cpu:u32"),
          entry(MINIMAL, "closeport", "xen_evtchn_close", PORT),
          entry(FULL, "lateack", "lateeoi_ack_dynirq", DATA_IRQ),
          entry(MINIMAL, "lateeoi", "xen_irq_lateeoi", "!irq=irq:u32 flags=eoi_flags:x32"),
          entry(FULL, "enable", "enable_dynirq", DATA_IRQ),
          entry(FULL, "disable", "disable_dynirq", DATA_IRQ),
          entry(FULL, "ipi", "xen_send_IPI_one", "!cpu=cpu:u32 vector=vector:u32"),
          entry(FULL, "notify", "notify_remote_via_irq", "!irq=irq:u32"));

  private XenProbeCatalogue() {}

  private static ProbeSpec entry(Level level, String event, String functions, String... fields) {
    return spec(level, event, false, functions, fields);
  }

  private static ProbeSpec onReturn(Level level, String event, String functions, String... fields) {
    return spec(level, event, true, functions, fields);
  }

  private static ProbeSpec spec(
      Level level, String event, boolean onReturn, String functions, String... fields) {
    List<FieldSpec> parsed =
        fields.length == 0 ? List.of() : FieldSpec.parseAll(String.join(" ", fields));
    return new ProbeSpec(
        event, level, false, onReturn, List.of(functions.split("\\|", -1)), parsed);
  }
}

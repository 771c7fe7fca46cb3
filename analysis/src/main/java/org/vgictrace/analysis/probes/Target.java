package org.vgictrace.analysis.probes;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be recorded. */
public enum Target {
  /** The vGIC of KVM on arm64. */
  VGIC(
      "vgic",
      "vgic",
      "vGIC",
      "mono_raw",
      null,
      "vgic_irq",
      "no struct vgic_irq: not an arm64 kernel with KVM built in",
      List.of(
          "kvm:kvm_entry",
          "kvm:kvm_exit",
          "kvm:vgic_update_irq_pending",
          "kvm:kvm_irq_line",
          "kvm:kvm_mmio",
          "irq:irq_handler_entry"),
      List.of("kvm", "irq:irq_handler_entry", "irq:irq_handler_exit")),

  /** KVM's emulation of Xen on x86: event channels, upcalls, timers. */
  KVM_XEN(
      "kvm-xen",
      "kxe",
      "Xen emulation",
      "x86-tsc",
      "kvm",
      "kvm_xen_evtchn",
      "no struct kvm_xen_evtchn: KVM is a module whose types were not given, or without"
          + " CONFIG_KVM_XEN",
      List.of("kvm:kvm_entry", "kvm:kvm_exit", "kvm:kvm_xen_hypercall", "kvm:kvm_inj_virq"),
      List.of("kvm", "irq:irq_handler_entry", "irq:irq_handler_exit", "sched:sched_switch")),

  /** The event channels of a Linux guest of Xen, or of Linux as Xen's dom0. */
  XEN_GUEST(
      "xen-guest",
      "gxe",
      "event channel",
      "x86-tsc",
      null,
      "evtchn_ops",
      "no struct evtchn_ops: a kernel that cannot be a guest of Xen",
      List.of("irq:irq_handler_entry", "irq:irq_handler_exit"),
      List.of("irq:irq_handler_entry", "irq:irq_handler_exit", "sched:sched_switch"));

  private final String label;
  private final String group;
  private final String doc;
  private final String x86Clock;
  private final @Nullable String module;
  private final String marker;
  private final String absence;
  private final List<String> minimal;
  private final List<String> full;

  Target(
      String label,
      String group,
      String doc,
      String x86Clock,
      @Nullable String module,
      String marker,
      String absence,
      List<String> minimal,
      List<String> full) {
    this.label = label;
    this.group = group;
    this.doc = doc;
    this.x86Clock = x86Clock;
    this.module = module;
    this.marker = marker;
    this.absence = absence;
    this.minimal = minimal;
    this.full = full;
  }

  /** Its name on a command line. */
  public String label() {
    return label;
  }

  /** The trace system of its probes, which the binding packs know. */
  public String group() {
    return group;
  }

  /** What is recorded, as an adjective. */
  String doc() {
    return doc;
  }

  /** The trace clock that goes with it: on x86 one that hosts and guests can share. */
  String clock(Registers registers) {
    return registers == Registers.X86_64 ? x86Clock : "mono_raw";
  }

  /** The module that may hold the functions, null if they are always part of the kernel. */
  public @Nullable String module() {
    return module;
  }

  /** A structure without which a kernel has nothing to record. */
  String marker() {
    return marker;
  }

  /** What it means if that structure is missing. */
  String absence() {
    return absence;
  }

  /** Tracepoints that belong to a level. */
  List<String> tracepoints(Level level) {
    return level == Level.MINIMAL ? minimal : full;
  }
}

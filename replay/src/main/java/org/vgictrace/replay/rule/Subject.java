package org.vgictrace.replay.rule;

/**
 * What a recording is of. Rules about a subject of which a capture shows nothing are no gap of that
 * capture: nobody records a list register on x86.
 */
public enum Subject {
  /** Events that recordings of any subject may hold, which therefore tell nothing. */
  COMMON,
  /** The vGIC that KVM gives guests on arm64, with its timers, PMU and ITS. */
  KVM_VGIC,
  /** The GIC's virtual CPU interface, as the log of an emulated machine shows it. */
  VIRTUAL_INTERFACE,
  /** The scheduler of a Xen host, as xentrace records it. */
  XEN_SCHEDULER
}

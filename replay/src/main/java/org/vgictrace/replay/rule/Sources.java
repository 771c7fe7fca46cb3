package org.vgictrace.replay.rule;

/**
 * Where the things that rules cite are found: the kernel files, named alike in 6.1, 6.12 and 7.2,
 * and the two architecture documents.
 *
 * <p>Arm IHI 0048 is the GICv2 specification (issue B.b), Arm IHI 0069 that of GICv3 and GICv4.
 * Registers are cited by name because section numbers differ between issues of the latter.
 */
final class Sources {
  private Sources() {}

  /** A function of the part common to all generations. */
  static String core(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic.c)";
  }

  /** A function that works on GICv2 list registers. */
  static String gicv2(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-v2.c)";
  }

  /** A function that works on GICv3 list registers. */
  static String gicv3(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-v3.c)";
  }

  /** A function that works on the shadow list registers of a guest hypervisor. */
  static String nested(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-v3-nested.c)";
  }

  /** A function of the emulated ITS. */
  static String its(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-its.c)";
  }

  /** A function that lets the hardware deliver LPIs. */
  static String gicv4(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-v4.c)";
  }

  /** A function that hands PPIs of a GICv5 guest to the hardware. */
  static String v5(String function) {
    return function + " (arch/arm64/kvm/vgic/vgic-v5.c)";
  }

  /** A function that runs at EL2 around the guest. */
  static String hyp(String function) {
    return function + " (arch/arm64/kvm/hyp/vgic-v3-sr.c)";
  }

  /** A function of the virtual timers. */
  static String timer(String function) {
    return function + " (arch/arm64/kvm/arch_timer.c)";
  }

  /** A function of the virtual performance monitors. */
  static String pmu(String function) {
    return function + " (arch/arm64/kvm/pmu-emul.c)";
  }

  /** A function of KVM's emulation of Xen on x86. */
  static String kvmXen(String function) {
    return function + " (arch/x86/kvm/xen.c)";
  }

  /** A register or state of the GICv2 architecture. */
  static String v2(String register) {
    return "Arm IHI 0048 " + register;
  }

  /** A register or state of the GICv3 architecture. */
  static String v3(String register) {
    return "Arm IHI 0069 " + register;
  }
}

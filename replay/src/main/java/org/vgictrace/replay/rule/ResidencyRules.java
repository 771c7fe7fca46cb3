package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ACTIVE_PRIORITIES;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.VCPU_ENTRY;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.hyp;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** What the hardware may do to the list registers while the guest runs. */
public final class ResidencyRules {
  public static final Rule HW_1 =
      rule("INV-HW-1", ERROR, "Impossible state change in the guest")
          .holds(
              "From entry to exit a used list register goes only from pending to pending, active"
                  + " or inactive; from active to active or inactive; from pending and active to"
                  + " any state; and stays inactive.")
          .why(
              "The guest can acknowledge (pending to active) and deactivate (active to inactive,"
                  + " pending and active to pending). Nothing makes an interrupt pending in a"
                  + " live register.")
          .catches(
              "The registers were not saved, were saved for another vCPU, were written by other"
                  + " code meanwhile, or an empty-register flag was misread.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_save_state"))
          .function(hyp("__vgic_v3_save_state"))
          .architecture(v2("5.3.8 GICH_LRn.State"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule HW_2 =
      rule("INV-HW-2", ERROR, "List register changed beyond its state")
          .holds("From entry to exit all bits of a used list register but its state stay the same.")
          .why(
              "Hardware writes the state field only. Where it flags a register as empty, KVM"
                  + " keeps the entry value and clears the state.")
          .catches("The saved value belongs to another vCPU or register, or was overwritten.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_save_state"))
          .function(hyp("__vgic_v3_save_state"))
          .architecture(v2("5.3.8 GICH_LRn, GICH_ELRSRn"))
          .architecture(v3("ICH_LR<n>_EL2, ICH_ELRSR_EL2"))
          .build();

  public static final Rule HW_3 =
      rule("INV-HW-3", ERROR, "Unused list register changed")
          .holds(
              "List registers from the used count up leave the guest as they entered, zero after"
                  + " a population, and the used count itself does not change.")
          .why("They are neither loaded nor saved, and hardware fills no register by itself.")
          .catches("The image was written outside a flush, or the used count changed in between.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_save_state"))
          .function(hyp("__vgic_v3_save_state"))
          .architecture(v2("5.3.8 GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule HW_4 =
      rule("INV-HW-4", ERROR, "List registers changed without running the guest")
          .holds(
              "If a flush is followed by a fold without a guest entry (a signal or request came"
                  + " up), every used list register reads back as populated and EOIcount is"
                  + " unchanged.")
          .why("Only the guest acknowledges and deactivates.")
          .catches("Code other than the flush writes the registers, or an entry left no trace.")
          .needs(VCPU_ENTRY, POPULATION, EXIT_IMAGE)
          .function(core("kvm_vgic_sync_hwstate"))
          .function("kvm_arch_vcpu_ioctl_run (arch/arm64/kvm/arm.c)")
          .absence()
          .build();

  public static final Rule HW_5 =
      rule("INV-HW-5", ERROR, "EOIcount without a request")
          .holds(
              "From 6.19 the EOIcount saved at exit is zero unless LRENPIE was set at entry."
                  + " Before 6.19 bits 31:27 of the HCR image are always zero.")
          .why(
              "From 6.19 KVM saves the count only when active interrupts were left outside the"
                  + " registers; earlier kernels never read it back.")
          .catches(
              "A stray count deactivates an interrupt that the guest is still handling (compare"
                  + " INV-FOLD-11).")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_save_state"))
          .function(hyp("__vgic_v3_save_state"))
          .architecture(v2("GICH_HCR.EOICount"))
          .architecture(v3("ICH_HCR_EL2.EOIcount"))
          .build();

  public static final Rule HW_6 =
      rule("INV-HW-6", WARNING, "Acknowledged in a disabled group")
          .holds(
              "A list register leaves pending only if VMCR had its group enabled. Judged from"
                  + " 6.19, when the enable is 0 at entry and at exit and the guest wrote it"
                  + " nowhere.")
          .why(
              "An interrupt of a disabled group is not signalled. Earlier kernels save VMCR only"
                  + " when the vCPU is put, so that its image is old. The guest may toggle the"
                  + " enable unseen, hence no more than a warning.")
          .catches("The registers of one vCPU ran with the VMCR of another.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_save_state"))
          .function(hyp("__vgic_v3_save_state"))
          .architecture(v2("GICH_VMCR.VMGrp0En, VMGrp1En"))
          .architecture(v3("ICH_VMCR_EL2.VENG0, VENG1"))
          .build();

  public static final Rule HW_7 =
      rule("INV-HW-7", WARNING, "Acknowledged out of priority order")
          .holds(
              "When the guest acknowledged something, no list register of an enabled group and of"
                  + " a smaller priority value, below the priority mask, is left pending.")
          .why(
              "The CPU interface offers the most urgent pending interrupt. Whether the guest was"
                  + " able to take it is not recorded (its masks, its running priority at that"
                  + " moment), so that the rule is never decided and serves as a statistic.")
          .catches("Priorities in the registers do not express what the guest configured.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE, ACTIVE_PRIORITIES)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("GICC_HPPIR, GICC_PMR"))
          .architecture(v3("ICV_HPPIR1_EL1, ICV_PMR_EL1"))
          .build();

  public static final Rule HW_8 =
      rule("INV-HW-8", ERROR, "Active interrupts without active priorities")
          .holds(
              "With EOImode 0 the active interrupts at exit, in list registers and outside, have"
                  + " as many active priority bits (interrupts that share a preemption level"
                  + " share one); with EOImode 1 the deactivations still due come on top.")
          .why(
              "An acknowledge sets the bit of its priority group and a priority drop clears it."
                  + " KVM saves these registers only when the vCPU is put, so that the value of"
                  + " an ordinary exit is unknown and the rule undecided there.")
          .catches("A lost priority drop: the CPU interface signals nothing below that priority.")
          .needs(EXIT_IMAGE, ACTIVE_PRIORITIES)
          .function(gicv2("vgic_v2_put"))
          .function(gicv3("vgic_v3_put"))
          .architecture(v2("GICH_APR"))
          .architecture(v3("ICH_AP0R<n>_EL2, ICH_AP1R<n>_EL2"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(HW_1, HW_2, HW_3, HW_4, HW_5, HW_6, HW_7, HW_8);

  private ResidencyRules() {}
}

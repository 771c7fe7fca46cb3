package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.hyp;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/**
 * What the virtual CPU interface itself does, judged from the accesses to it: rules of the
 * architecture that hold for every hypervisor. They need a log of the hardware, which only an
 * emulated machine gives.
 */
public final class HardwareRules {
  private static final String XEN_V3 = "gicv3_update_lr (xen/arch/arm/gic-v3.c)";
  private static final String XEN_V2 = "gicv2_update_lr (xen/arch/arm/gic-v2.c)";
  private static final String EMULATED_V3 = "gicv3_cpuif_virt_update (hw/intc/arm_gicv3_cpuif.c)";
  private static final String EMULATED_V2 = "gic_update_maintenance (hw/intc/arm_gic.c)";

  public static final Rule GIC_1 =
      rule("INV-GIC-1", ERROR, "Impossible contents written to a list register")
          .holds(
              "A list register is written with reserved bits clear, and if it is not inactive with"
                  + " a virtual interrupt number that exists; with HW=1 its physical number is"
                  + " that of a PPI or SPI, and it is not both pending and active.")
          .why(
              "The architecture reserves the other values: what the hardware makes of them is"
                  + " unpredictable. State of a hardware interrupt beside active is held by the"
                  + " physical distributor.")
          .catches(
              "Fields shifted into each other, a 32-bit image written to a 64-bit register, a"
                  + " hardware interrupt that fires twice.")
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_restore_state"))
          .function(gicv2("vgic_v2_restore_state"))
          .function(XEN_V3)
          .function(XEN_V2)
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule GIC_2 =
      rule("INV-GIC-2", ERROR, "One interrupt in two list registers")
          .holds(
              "While the guest uses its interface, no two list registers that are not inactive hold"
                  + " the same virtual interrupt; SGIs of GICv2 from different CPUs are different"
                  + " ones.")
          .why("The architecture calls the behaviour of such registers unpredictable.")
          .catches("A guest that gets one interrupt twice, or cannot end it.")
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_restore_state"))
          .function(gicv2("vgic_v2_restore_state"))
          .function(XEN_V3)
          .function(XEN_V2)
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule GIC_3 =
      rule("INV-GIC-3", ERROR, "List register reads back something else")
          .holds(
              "A list register is read as it was last written or read, but for what the guest did:"
                  + " an acknowledge makes pending active, a deactivation takes the active bit away."
                  + " No other bit changes.")
          .why("Nothing but the hypervisor and the guest's interface accesses changes it.")
          .catches("An access that reached another CPU's registers.")
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_save_state"))
          .function(gicv2("vgic_v2_save_state"))
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule GIC_4 =
      rule("INV-GIC-4", ERROR, "Acknowledge of the wrong interrupt")
          .holds(
              "The guest's acknowledge returns the pending list register of the highest priority"
                  + " among the groups that VMCR enables, if HCR.En is set and the priority passes"
                  + " the mask and preempts what is active; else none.")
          .why("That is what the virtual CPU interface is there for.")
          .catches(
              "Interrupts delivered out of order, delivered to a guest that masked them, or"
                  + " withheld from one that waits.")
          .needs(HARDWARE)
          .function("icv_iar_read (hw/intc/arm_gicv3_cpuif.c)")
          .function("gic_acknowledge_irq (hw/intc/arm_gic.c)")
          .architecture(v2("GICV_IAR, GICH_LRn, GICH_VMCR"))
          .architecture(v3("ICV_IAR1_EL1, ICH_LR<n>_EL2, ICH_VMCR_EL2"))
          .build();

  public static final Rule GIC_5 =
      rule("INV-GIC-5", ERROR, "Maintenance line at the wrong level")
          .holds(
              "The maintenance line of a CPU is high exactly while HCR.En is set and MISR, computed"
                  + " from HCR, VMCR and the list registers, is not 0. It follows each single"
                  + " register access.")
          .why("The line is the level of MISR; nothing latches it.")
          .catches("A hypervisor that is not told, or is told without end.")
          .needs(HARDWARE)
          .function(EMULATED_V3)
          .function(EMULATED_V2)
          .architecture(v2("GICH_MISR, GICH_HCR"))
          .architecture(v3("ICH_MISR_EL2, ICH_HCR_EL2"))
          .build();

  public static final Rule GIC_6 =
      rule("INV-GIC-6", ERROR, "Status register contradicts the list registers")
          .holds(
              "MISR, EISR and ELRSR are read as computed from HCR, VMCR and the list registers: a"
                  + " register is empty if it is inactive and does not ask for its end to be"
                  + " told, and it is in EISR if it is inactive and does.")
          .why("They have no state of their own.")
          .catches("A hypervisor that folds the wrong registers.")
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_save_state"))
          .function(gicv2("vgic_v2_save_state"))
          .architecture(v2("GICH_MISR, GICH_EISRn, GICH_ELRSRn"))
          .architecture(v3("ICH_MISR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2"))
          .build();

  public static final Rule GIC_7 =
      rule("INV-GIC-7", ERROR, "Wrong count of ends without list register")
          .holds(
              "HCR.EOIcount is read as last written plus one, modulo 32, for each deactivation by"
                  + " the guest that found no active list register. An end of interrupt without"
                  + " any active priority is not counted. Where implementations differ (the end of an"
                  + " LPI, or with EOImode 1) the count is undecided.")
          .why("The hypervisor has to deactivate as many interrupts that it left out.")
          .catches("Interrupts outside the list registers that stay active for ever.")
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_save_state"))
          .function(gicv2("vgic_v2_save_state"))
          .architecture(v2("GICH_HCR.EOICount"))
          .architecture(v3("ICH_HCR_EL2.EOIcount"))
          .build();

  public static final Rule GIC_8 =
      rule("INV-GIC-8", ERROR, "List register overwritten unread")
          .holds(
              "A list register that the guest changed and that is not inactive is read before the"
                  + " hypervisor writes something else to it.")
          .why("What the guest acknowledged is nowhere else.")
          .catches(
              "An interrupt that the guest has active is lost: its end goes to no register, or it"
                  + " is delivered again.")
          .absence()
          .needs(HARDWARE)
          .function(hyp("__vgic_v3_save_state"))
          .function(gicv2("vgic_v2_save_state"))
          .function(XEN_V3)
          .function(XEN_V2)
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(GIC_1, GIC_2, GIC_3, GIC_4, GIC_5, GIC_6, GIC_7, GIC_8);

  private HardwareRules() {}
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ACK;
import static org.vgictrace.replay.rule.Observation.DISTRIBUTOR;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.FOLD_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.PHYS_LEVEL;
import static org.vgictrace.replay.rule.Observation.PHYS_STATE;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** How the list registers that come back from the guest become the state of interrupts. */
public final class FoldRules {
  private static final String FOLD_V2 = gicv2("vgic_v2_fold_lr_state");
  private static final String FOLD_V3 = gicv3("vgic_v3_fold_lr_state");

  public static final Rule FOLD_1 =
      rule("INV-FOLD-1", ERROR, "List register not folded")
          .holds(
              "After an exit each used list register, in index order, updates its interrupt"
                  + " exactly once. Only an LPI that was unmapped meanwhile is skipped.")
          .why("The fold walks all used registers before anything else looks at the interrupts.")
          .catches(
              "What the guest did to that interrupt is forgotten: it is delivered again or stays"
                  + " active. Disabling LPIs of a running vCPU could discard its registers so.")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .absence()
          .build();

  public static final Rule FOLD_2 =
      rule("INV-FOLD-2", ERROR, "Active state differs from the list register")
          .holds(
              "After the fold the interrupt is active exactly if its register was; from 6.19 an"
                  + " LPI never is. A deactivation done in software (6.19 and later) leaves it not"
                  + " active.")
          .why("The register is the only place where the guest's acknowledge and EOI show.")
          .catches(
              "Phantom active: never delivered again. Lost active: delivered while still handled."
                  + " The first 6.19 kernels deactivated the wrong interrupt from EOIcount"
                  + " (6da5e537f5af).")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .architecture(v2("5.3.8 GICH_LRn.State"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule FOLD_3 =
      rule("INV-FOLD-3", ERROR, "Edge lost or invented at exit")
          .holds(
              "An edge interrupt whose register is still pending is pending after the fold. If"
                  + " the register is not, its latch is as before: clear, unless an injection"
                  + " arrived since population or a GICv2 SGI has sources left.")
          .why(
              "Population moves the latch into the register; what the guest did not take must"
                  + " return to the latch.")
          .catches("A lost edge (a device waits for ever) or a second delivery of one event.")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT, POPULATION, QUEUE)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .architecture(v2("5.3.8 GICH_LRn.State"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule FOLD_4 =
      rule("INV-FOLD-4", ERROR, "Software pending of a level interrupt wrong after exit")
          .holds(
              "A level interrupt whose register is inactive has its pending latch clear after the"
                  + " fold. In any other state the latch keeps its value, unless it was written"
                  + " (ISPENDR) meanwhile.")
          .why(
              "For a level interrupt the latch holds software's request only, and that is served"
                  + " once the guest has finished it; the line is kept apart.")
          .catches("The request is never used up: the interrupt storms. Or it is lost.")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT, POPULATION)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .architecture(v2("GICD_ISPENDRn"))
          .architecture(v3("GICD_ISPENDR<n>"))
          .build();

  public static final Rule FOLD_5 =
      rule("INV-FOLD-5", ERROR, "SGI source lost")
          .holds(
              "For an SGI of a GICv2 guest whose register is pending, the CPU in its source field"
                  + " is among the requesting CPUs after the fold; if the register is active,"
                  + " that CPU is the active source.")
          .why("Population took the source out of the set of requesters.")
          .catches(
              "The SGI becomes pending without a source (Q-SGI0), or is reloaded with another"
                  + " sender while active (fixed in Linux 4.17).")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .architecture(v2("5.3.8 GICH_LRn.PhysicalID, CPUID"))
          .build();

  public static final Rule FOLD_6 =
      rule("INV-FOLD-6", ERROR, "Fold left its traces")
          .holds(
              "After a fold the used count is zero; before 6.19 also HCR.UIE is clear in the"
                  + " image. Both show at the next flush.")
          .why("The next population starts from nothing and requests underflow only if it must.")
          .catches("The same registers are read back twice, or underflow exits never end.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .architecture(v2("GICH_HCR.UIE"))
          .architecture(v3("ICH_HCR_EL2.UIE"))
          .build();

  public static final Rule FOLD_7 =
      rule("INV-FOLD-7", ERROR, "Active interrupt forgotten")
          .holds(
              "An interrupt that leaves the guest active is in the next entry image of that vCPU"
                  + " with the active bit, unless something deactivated it between: a write to"
                  + " the active registers, a trapped DIR, a reset, a restore by user space."
                  + " From 6.19 also unless that entry overflows (UIE or LRENPIE) or it is an"
                  + " LPI.")
          .why(
              "An active interrupt never migrates and, before 6.19, is the first to get a"
                  + " register.")
          .catches(
              "The guest's end of interrupt hits nothing; a mapped physical interrupt stays"
                  + " active and is dead from then on.")
          .needs(EXIT_IMAGE, ENTRY_IMAGE, DISTRIBUTOR)
          .function(core("vgic_flush_lr_state"))
          .function(core("vgic_prune_ap_list"))
          .architecture(v2("GICD_ICACTIVERn"))
          .architecture(v3("GICD_ICACTIVER<n>, ICC_DIR_EL1"))
          .absence()
          .build();

  public static final Rule FOLD_8 =
      rule("INV-FOLD-8", ERROR, "Pending edge forgotten")
          .holds(
              "An edge interrupt that leaves the guest pending is pending again at that vCPU's"
                  + " next entry, or in the registers of its new target, unless a write disabled"
                  + " or cleared it or the registers were full.")
          .why("The edge is the only copy of the event; the fold returns it to the latch.")
          .catches("A device or CPU waits for an interrupt that never comes.")
          .needs(EXIT_IMAGE, ENTRY_IMAGE, DISTRIBUTOR)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("GICD_ICPENDRn, GICD_ICENABLERn"))
          .architecture(v3("GICD_ICPENDR<n>, GICD_ICENABLER<n>"))
          .absence()
          .build();

  public static final Rule FOLD_9 =
      rule("INV-FOLD-9", ERROR, "Mapped line not resampled")
          .holds(
              "For a level interrupt mapped to hardware whose register is still pending, or was"
                  + " deactivated while its line is high, the fold reads the physical level"
                  + " once: low clears the physical active state, high leaves the line high."
                  + " With software resampling the physical active state is cleared exactly if"
                  + " the interrupt is neither active nor pending.")
          .why(
              "KVM hears of rising edges only, because the host's interrupt stays active while"
                  + " the guest has it. The deactivation case came with Linux 5.15.")
          .catches(
              "A timer that fired again stays unseen after the vCPU moved (fixed by 3134cc8beb69"
                  + " in 5.15), or the physical line stays masked.")
          .needs(EXIT_IMAGE, FOLD_SNAPSHOT, PHYS_LEVEL, PHYS_STATE)
          .function(core("vgic_irq_handle_resampling"))
          .function(core("vgic_get_phys_line_level"))
          .absence()
          .build();

  public static final Rule FOLD_10 =
      rule("INV-FOLD-10", ERROR, "End of interrupt not notified, or twice")
          .holds(
              "Exactly one kvm_ack_irq, with pin INTID-32, follows for each list register that"
                  + " comes back inactive with EOI=1 and HW=0 and holds an SPI, in register"
                  + " order. On a GICv3 host from 6.19 only if the interrupt was active before"
                  + " the fold.")
          .why(
              "irqfd and VFIO unmask or re-evaluate a level line when told of the end of"
                  + " interrupt; EOI=1 was set for that.")
          .catches(
              "Missing: the device's interrupt stays masked. Twice: it is unmasked while handled."
                  + " For the gap that the GICv3 condition leaves see Q-ACK72.")
          .needs(EXIT_IMAGE, ACK)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .function("kvm_notify_acked_irq (virt/kvm/eventfd.c)")
          .architecture(v2("5.3.8 GICH_LRn.EOI, GICH_EISRn"))
          .architecture(v3("ICH_LR<n>_EL2.EOI, ICH_EISR_EL2"))
          .absence()
          .build();

  public static final Rule FOLD_11 =
      rule("INV-FOLD-11", ERROR, "EOIcount deactivated the wrong interrupts")
          .holds(
              "From 6.19, with all registers used, the EOIcount saved at exit deactivates as many"
                  + " active interrupts of the vCPU, the first ones behind the last register's"
                  + " interrupt in the ap_list, or all there are if fewer. With a register free"
                  + " it deactivates none.")
          .why(
              "The hardware counts deactivations that found no register. In EOImode 0 they come"
                  + " in priority order, which is the order of the list.")
          .catches(
              "An interrupt still handled is deactivated: the guest loses interrupts and may not"
                  + " boot (fixed by 6da5e537f5af in 7.0 and 6.19.x, again in 7.2.10).")
          .needs(ENTRY_IMAGE, EXIT_IMAGE, FOLD_SNAPSHOT, POPULATION, QUEUE)
          .function(FOLD_V2)
          .function(FOLD_V3)
          .function(gicv3("vgic_v3_fold_lr"))
          .architecture(v2("GICH_HCR.EOICount"))
          .architecture(v3("ICH_HCR_EL2.EOIcount"))
          .absence()
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          FOLD_1, FOLD_2, FOLD_3, FOLD_4, FOLD_5, FOLD_6, FOLD_7, FOLD_8, FOLD_9, FOLD_10, FOLD_11);

  private FoldRules() {}
}

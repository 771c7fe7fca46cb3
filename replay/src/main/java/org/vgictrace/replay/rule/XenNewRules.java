package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Observation.XEN_ACCESSES;
import static org.vgictrace.replay.rule.Observation.XEN_LOCKS;
import static org.vgictrace.replay.rule.Observation.XEN_STEPS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/**
 * The vGIC of {@code CONFIG_NEW_VGIC} of Xen on Arm, a port of KVM's: one list of active and
 * pending interrupts per virtual CPU, flushed to the list registers before and folded after each
 * guest run.
 */
public final class XenNewRules {
  public static final Rule NV_I01 =
      rule("NV-I01", ERROR, "List registers accessed between fold and flush")
          .holds(
              "List registers are accessed by the fold after an exit, by the flush"
                  + " before the guest runs, and by context switches, and by nothing in"
                  + " between: a flush fills each once.")
          .why(
              "What happens in the hypervisor changes the state of interrupts, not"
                  + " the list registers.")
          .catches("Interrupts lost when the flush overwrites them.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_flush_lr_state (xen/arch/arm/vgic/vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule NV_I02 =
      rule("NV-I02", ERROR, "List registers folded that were not filled")
          .holds(
              "The flush fills list registers from the first one upward without"
                  + " gaps; the fold reads and clears just those.")
          .why("Their number is all that is kept of them.")
          .catches(
              "Interrupts that stay in a list register and are delivered again, or"
                  + " to another virtual CPU.")
          .absence()
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_flush_lr_state (xen/arch/arm/vgic/vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule NV_I03 =
      rule("NV-I03", ERROR, "List and owner disagree")
          .holds(
              "An interrupt names a virtual CPU exactly while it is on its list."
                  + " Not visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("That is how it is found again.")
          .catches("Lists that lead into each other.")
          .needs(XEN_STEPS)
          .function("vgic_queue_irq_unlock (xen/arch/arm/vgic/vgic.c)")
          .function("vgic_prune_ap_list (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I04 =
      rule("NV-I04", ERROR, "Interrupt on two lists")
          .holds(
              "An interrupt is on at most one list. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("It has one set of list links.")
          .catches("A race between two moves.")
          .needs(XEN_STEPS)
          .function("vgic_prune_ap_list (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I05 =
      rule("NV-I05", ERROR, "Active interrupt moves")
          .holds(
              "An active interrupt stays with its virtual CPU. Not decided from the"
                  + " log of the hardware: empty list registers make virtual CPUs alike."
                  + " Not visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("The guest ends it there.")
          .catches("An end of interrupt that goes nowhere.")
          .needs(XEN_STEPS)
          .function("vgic_target_oracle (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I06 =
      rule("NV-I06", ERROR, "Interrupt left on the wrong list")
          .holds(
              "After a fold every interrupt on a list is due on that virtual CPU."
                  + " Not visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("The list is what the flush takes them from.")
          .catches("Interrupts delivered late or to the wrong virtual CPU.")
          .needs(XEN_STEPS)
          .function("vgic_prune_ap_list (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I07 =
      rule("NV-I07", ERROR, "Edge latched and delivered")
          .holds(
              "While an edge interrupt is pending in a list register its latch is"
                  + " clear unless it was raised again. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("The instance moved to the list register.")
          .catches("An interrupt delivered twice.")
          .needs(XEN_STEPS)
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .build();

  public static final Rule NV_I08 =
      rule("NV-I08", ERROR, "Mapped level still up")
          .holds(
              "While a mapped level interrupt is pending in a list register its"
                  + " line is noted as down. Not visible in the log of the hardware: it"
                  + " needs records of the hypervisor itself.")
          .why("The fold samples the physical line again.")
          .catches("An interrupt that is never delivered again.")
          .needs(XEN_STEPS)
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .build();

  public static final Rule NV_I09 =
      rule("NV-I09", ERROR, "End of a level interrupt not told")
          .holds(
              "A PPI without hardware is given to the guest with the EOI bit. The"
                  + " trigger of SPIs is not visible.")
          .why(
              "PPIs are level interrupts: their line is sampled when the guest has"
                  + " ended them.")
          .catches("A level that is still up is not delivered again.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .build();

  public static final Rule NV_I10 =
      rule("NV-I10", ERROR, "Interface enabled in the hypervisor, or off in the guest")
          .holds(
              "HCR.En is cleared by the fold, and set while the guest runs with"
                  + " list registers in use.")
          .why("The new vGIC switches the interface off while it holds nothing.")
          .catches(
              "Interrupts that are not delivered, or maintenance interrupts in the"
                  + " hypervisor.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_flush_lr_state (xen/arch/arm/vgic/vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_HCR"))
          .build();

  public static final Rule NV_I11 =
      rule("NV-I11", ERROR, "Wrong interrupts in the list registers")
          .holds(
              "If more are listed than fit all active ones are in list registers,"
                  + " then the most urgent. Not visible in the log of the hardware: it"
                  + " needs records of the hypervisor itself.")
          .why("The list is sorted for that.")
          .catches("Urgent interrupts that wait for others.")
          .needs(XEN_STEPS)
          .function("vgic_sort_ap_list (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I12 =
      rule("NV-I12", ERROR, "Underflow asked for with list registers free")
          .holds(
              "UIE is set exactly if the flush stopped before the end of the list,"
                  + " which takes all list registers. That it is set needlessly for"
                  + " interrupts at the end that are not due is no error.")
          .why("Otherwise everything that is due is in a list register.")
          .catches("Needless exits, or a storm of them.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_flush_lr_state (xen/arch/arm/vgic/vgic.c)")
          .architecture(v2("GICH_HCR"))
          .build();

  public static final Rule NV_I13 =
      rule("NV-I13", ERROR, "Empty list with list registers in use")
          .holds(
              "With an empty list no list register is in use. Not visible in the"
                  + " log of the hardware: it needs records of the hypervisor itself.")
          .why("The fold would not be done.")
          .catches("Interrupts delivered that are over.")
          .needs(XEN_STEPS)
          .function("vgic_sync_from_lrs (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I14 =
      rule("NV-I14", ERROR, "Interrupt and descriptor mismatch")
          .holds(
              "The descriptor of a mapped interrupt is that of its physical number."
                  + " Not visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("The fold deactivates through it.")
          .catches("Another guest deprived of its interrupt.")
          .needs(XEN_STEPS)
          .function("vgic_connect_hw_irq (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I15 =
      rule("NV-I15", ERROR, "Descriptor lock under an interrupt lock")
          .holds(
              "The lock of an interrupt is taken last: list, LPIs and descriptor before"
                  + " it. Only an instrumented hypervisor records its locks.")
          .why("do_IRQ holds the descriptor lock when it injects.")
          .catches("CPUs that wait for each other for ever.")
          .needs(XEN_LOCKS)
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .function("vgic_queue_irq_unlock (xen/arch/arm/vgic/vgic.c)")
          .build();

  public static final Rule NV_I16 =
      rule("NV-I16", WARNING, "Interrupt in progress forgotten")
          .holds(
              "The descriptor of a physical interrupt is in progress until the fold"
                  + " that finds its list register inactive. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("It decides whether the interrupt is deactivated when the domain" + " dies.")
          .catches("Descriptors that stay in progress; XV-K01 is a known race.")
          .needs(XEN_STEPS)
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .build();

  public static final Rule NV_I17 =
      rule("NV-I17", ERROR, "SGI pending without a source")
          .holds(
              "A pending SGI has a source. Not visible in the log of the hardware:"
                  + " it needs records of the hypervisor itself.")
          .why("Each way to make one pending names the sender.")
          .catches("A crash: Xen checks it.")
          .needs(XEN_STEPS)
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .build();

  public static final Rule NV_I18 =
      rule("NV-I18", ERROR, "SGI to a virtual CPU that does not exist")
          .holds(
              "A write to GICD_SGIR reaches existing virtual CPUs only. Not visible"
                  + " in the log of the hardware: it needs records of the hypervisor"
                  + " itself.")
          .why("The list of targets comes from the guest.")
          .catches(
              "Accesses out of bounds (Fix out-of-bounds accesses in"
                  + " vgic_mmio_write_sgir(), 2025).")
          .needs(XEN_STEPS)
          .function("vgic_mmio_write_sgir (xen/arch/arm/vgic/vgic-mmio-v2.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          NV_I01, NV_I02, NV_I03, NV_I04, NV_I05, NV_I06, NV_I07, NV_I08, NV_I09, NV_I10, NV_I11,
          NV_I12, NV_I13, NV_I14, NV_I15, NV_I16, NV_I17, NV_I18);

  private XenNewRules() {}
}

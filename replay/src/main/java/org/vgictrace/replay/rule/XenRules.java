package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Observation.XEN_ACCESSES;
import static org.vgictrace.replay.rule.Observation.XEN_LOCKS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/**
 * What holds for list registers under both vGICs of Xen on Arm. Most of it is judged from the log
 * of an emulated machine; what happens inside the hypervisor needs one that records it.
 */
public final class XenRules {
  public static final Rule XV_I01 =
      rule("XV-I01", ERROR, "One interrupt in two list registers of a virtual CPU")
          .holds(
              "At most one list register that is not inactive holds an interrupt of"
                  + " a virtual CPU; SGIs of GICv2 from different CPUs are different ones.")
          .why(
              "The architecture calls two of them unpredictable, and Xen keeps one"
                  + " list register number per interrupt.")
          .catches(
              "An interrupt that is enabled again while it is in a list register"
                  + " (do not add a second irq to the LRs if one is already present,"
                  + " 2013), or an LPI that is mapped again.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I02 =
      rule("XV-I02", ERROR, "Active interrupt overwritten")
          .holds(
              "A list register whose interrupt is active is given no other"
                  + " interrupt and is not cleared, but by the fold of the new vGIC, which"
                  + " reads it first, and by a context switch.")
          .why("That an interrupt is active is nowhere else until it is folded.")
          .catches(
              "The end of the interrupt goes to no register: it stays active for"
                  + " ever, or is delivered twice.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I03 =
      rule("XV-I03", ERROR, "Hardware bit on what is no SPI")
          .holds("A list register with HW=1 holds an SPI and names a physical SPI.")
          .why(
              "Xen hands no other physical interrupt to guests: the timers of"
                  + " guests are injected in software.")
          .catches("A guest that deactivates an interrupt of Xen or of another guest.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I04 =
      rule("XV-I04", ERROR, "Pending and active with the hardware bit")
          .holds("A list register with HW=1 is never both pending and active.")
          .why("The physical distributor holds what comes while the interrupt is" + " active.")
          .catches("A hardware interrupt that fires twice.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I05 =
      rule("XV-I05", ERROR, "Physical interrupt in two list registers")
          .holds(
              "A physical interrupt is in at most one list register that is not"
                  + " inactive, over all virtual CPUs, running or not.")
          .why("It has one active state, which one guest ends.")
          .catches(
              "Interrupts moved between virtual CPUs while in flight (inflight irqs"
                  + " during migration, 2014).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I06 =
      rule("XV-I06", ERROR, "Hardware interrupt given without having fired")
          .holds(
              "A list register with HW=1 becomes pending only after a physical"
                  + " acknowledge of that interrupt that no deactivation has followed."
                  + " Interrupts that the log never shows acknowledged are undecided.")
          .why("The guest ends the physical interrupt with the virtual one.")
          .catches(
              "A guest that deactivates an interrupt it never had, while Xen still"
                  + " believes it in progress.")
          .absence()
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_interrupt (xen/arch/arm/gic.c)")
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I07 =
      rule("XV-I07", ERROR, "List register in the wrong group")
          .holds(
              "The group bit of a list register in use is 1 exactly for guests with"
                  + " a GICv3. On GICv3 the guest has shown that by using system"
                  + " registers.")
          .why(
              "Xen signals group 0 as FIQ to GICv3 guests, which do not expect it,"
                  + " and GICv2 guests have one group.")
          .catches("A guest that takes its interrupts as FIQs, or not at all.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gicv3_update_lr (xen/arch/arm/gic-v3.c)")
          .function("gicv2_update_lr (xen/arch/arm/gic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I08 =
      rule("XV-I08", ERROR, "List registers restored that nobody had")
          .holds(
              "The list registers a context switch restores are those last saved"
                  + " for some virtual CPU that is not loaded, or all clear for one that"
                  + " never ran. Undecided while the registers of some virtual CPU are not"
                  + " known.")
          .why("Nothing else holds the interrupts of a virtual CPU that is not" + " running.")
          .catches(
              "Interrupts lost or given to another guest in a context switch (do"
                  + " not use is_running to decide whether we can write directly to the LR"
                  + " registers, 2013).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gicv2_save_state (xen/arch/arm/gic-v2.c)")
          .function("gicv2_restore_state (xen/arch/arm/gic-v2.c)")
          .function("gicv3_save_state (xen/arch/arm/gic-v3.c)")
          .function("gicv3_restore_state (xen/arch/arm/gic-v3.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I09 =
      rule("XV-I09", ERROR, "Priorities or VMCR restored that nobody had")
          .holds(
              "Active priorities and VMCR are restored as they were saved with"
                  + " those list registers.")
          .why("They are the CPU interface the guest has set up.")
          .catches(
              "A guest with the priority mask of another (Save/restore GICH_VMCR on"
                  + " domain context switch, 2014; Save/Restore GICH_APR register, 2013).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gicv2_save_state (xen/arch/arm/gic-v2.c)")
          .function("gicv2_restore_state (xen/arch/arm/gic-v2.c)")
          .function("gicv3_save_state (xen/arch/arm/gic-v3.c)")
          .function("gicv3_restore_state (xen/arch/arm/gic-v3.c)")
          .architecture(v2("GICH_APR, GICH_VMCR"))
          .architecture(v3("ICH_AP1R<n>_EL2, ICH_VMCR_EL2"))
          .build();

  public static final Rule XV_I10 =
      rule("XV-I10", ERROR, "Underflow asked for at the wrong time")
          .holds(
              "HCR.UIE is set only with every list register in use, and cleared on"
                  + " the way into the hypervisor before any list register is written."
                  + " That interrupts wait is not visible.")
          .why(
              "The maintenance interrupt stays high as long as at most one list"
                  + " register is in use and UIE is set.")
          .catches(
              "A storm of maintenance interrupts (clear UIE on hypervisor entry,"
                  + " 2014; Correct the expression for lr_all_full(), 2024).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_sync_from_lrs (xen/arch/arm/gic-vgic.c)")
          .function("vgic_sync_to_lrs (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_HCR"))
          .architecture(v3("ICH_HCR_EL2"))
          .build();

  public static final Rule XV_I11 =
      rule("XV-I11", ERROR, "Storm of maintenance interrupts")
          .holds(
              "The maintenance line of a CPU rises less than 100 times without an"
                  + " access of its guest to the interface in between.")
          .why(
              "Each rise makes the guest leave; if the guest does not get on"
                  + " either, nothing will.")
          .catches("A livelock (clear UIE on hypervisor entry, 2014).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_sync_from_lrs (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_fold_lr_state (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_MISR"))
          .architecture(v3("ICH_MISR_EL2"))
          .build();

  public static final Rule XV_I12 =
      rule("XV-I12", ERROR, "Acknowledge of an interrupt nobody gave")
          .holds(
              "The guest acknowledges interrupts that are pending in a list"
                  + " register of the virtual CPU that is loaded.")
          .why("The interface has them from nowhere else.")
          .catches("List registers of one virtual CPU used by another.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICV_IAR"))
          .architecture(v3("ICV_IAR1_EL1"))
          .build();

  public static final Rule XV_I13 =
      rule("XV-I13", ERROR, "List registers written with nobody loaded")
          .holds(
              "Between the save of a virtual CPU and the restore of the next the"
                  + " list registers are not written.")
          .why("The idle virtual CPU has no interrupts: what is written is lost.")
          .catches(
              "Context saved or restored for the idle virtual CPU, or an interrupt"
                  + " taken in the middle of a switch (Don't save/restore context for idle"
                  + " VCPU, 2014).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gicv2_save_state (xen/arch/arm/gic-v2.c)")
          .function("gicv3_save_state (xen/arch/arm/gic-v3.c)")
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule XV_I14 =
      rule("XV-I14", WARNING, "Priority changed in the list register")
          .holds(
              "On GICv2 an interrupt of the old vGIC keeps the priority it was"
                  + " given as long as it is in its list register.")
          .why("The priority is latched when the interrupt is injected.")
          .catches("Fields shifted when a list register is written back.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .build();

  public static final Rule XV_I15 =
      rule("XV-I15", ERROR, "Locks of the vGIC in the wrong order")
          .holds(
              "No path takes the lock of an interrupt descriptor while it holds the"
                  + " lock of a vGIC (old) or of an interrupt (new), nor a rank lock under"
                  + " the vGIC lock. Only an instrumented hypervisor records its locks.")
          .why("do_IRQ holds the descriptor lock when it injects.")
          .catches(
              "Deadlocks (Fix deadlock in gic_set_guest_irq(), 2014; read/write"
                  + " rank->vcpu atomically, 2017).")
          .needs(XEN_LOCKS)
          .function("vgic_inject_irq (xen/arch/arm/vgic.c)")
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          XV_I01, XV_I02, XV_I03, XV_I04, XV_I05, XV_I06, XV_I07, XV_I08, XV_I09, XV_I10, XV_I11,
          XV_I12, XV_I13, XV_I14, XV_I15);

  private XenRules() {}

  /** Whether a rule holds for one of the two vGICs. */
  public static boolean isOf(Rule rule, boolean newVgic) {
    List<Rule> own = newVgic ? XenNewRules.ALL : XenOldRules.ALL;
    return ALL.contains(rule) || own.contains(rule) || XenLimitRules.ALL.contains(rule);
  }
}

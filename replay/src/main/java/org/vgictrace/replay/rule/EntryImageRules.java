package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.DISTRIBUTOR;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** What the list registers hold when a vCPU enters the guest. */
public final class EntryImageRules {
  public static final Rule LRE_1 =
      rule("INV-LRE-1", ERROR, "Interrupt in two list registers")
          .holds(
              "No two used list registers with a state other than inactive hold the same INTID:"
                  + " 10 bits are compared for a GICv2 guest, 32 for a GICv3 guest. An SGI of a"
                  + " GICv2 guest counts once, whatever its sources (before Linux 4.16: once per"
                  + " source).")
          .why(
              "The architecture makes the behaviour unpredictable when two list registers name"
                  + " one interrupt. An interrupt is on one ap_list once, and population takes"
                  + " each element once.")
          .catches(
              "The CPU interface may deliver, deactivate or drop either copy. Before Linux 4.16"
                  + " an SGI with two sources took two list registers (fixed by 16ca6a607d84).")
          .needs(ENTRY_IMAGE)
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("5.3.8 GICH_LRn.VirtualID"))
          .architecture(v3("ICH_LR<n>_EL2.vINTID"))
          .build();

  public static final Rule LRE_2 =
      rule("INV-LRE-2", ERROR, "More list registers used than exist")
          .holds(
              "The used count is at most the number of implemented list registers (VTR.ListRegs +"
                  + " 1: up to 64 for GICv2, up to 16 for GICv3).")
          .why("Population stops at the last register; the image array has no element for more.")
          .catches("The kernel writes past the image and touches registers that are not there.")
          .needs(ENTRY_IMAGE)
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("GICH_VTR.ListRegs"))
          .architecture(v3("ICH_VTR_EL2.ListRegs"))
          .build();

  public static final Rule LRE_3 =
      rule("INV-LRE-3", ERROR, "Used list register without a state")
          .holds("Every used list register is pending, active, or pending and active.")
          .why(
              "Only an interrupt that is active, or pending and enabled, is deliverable and gets"
                  + " a list register, and either fact sets a state bit.")
          .catches(
              "A list register is spent on nothing and its interrupt is not delivered. A GICv2"
                  + " SGI that is pending without a source ends so (see Q-SGI0); until Linux 5.3"
                  + " a guest made one by writing GICD_ISPENDR0.")
          .needs(ENTRY_IMAGE)
          .function(core("vgic_flush_lr_state"))
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.State"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule LRE_4 =
      rule("INV-LRE-4", ERROR, "Stale list register beyond the used ones")
          .holds(
              "Implemented list registers from the used count up are zero in the image after a"
                  + " population. Before 6.19 a vCPU with an empty ap_list skips population and"
                  + " keeps old values, to which the rule does not apply.")
          .why("A flush clears the image of every register that it does not fill.")
          .catches(
              "An interrupt that was handled long ago is in the image again: delivered a second"
                  + " time as soon as the register counts as used.")
          .needs(ENTRY_IMAGE)
          .function(core("vgic_flush_lr_state"))
          .function(gicv2("vgic_v2_clear_lr"))
          .function(gicv3("vgic_v3_clear_lr"))
          .build();

  public static final Rule LRE_5 =
      rule("INV-LRE-5", ERROR, "Hardware interrupt pending and active")
          .holds("A list register with HW=1 is never pending and active (since Linux 4.11).")
          .why(
              "The physical distributor holds the second instance of a hardware interrupt: while"
                  + " it is active there, it cannot be signalled again. The architecture"
                  + " reserves pending-and-active for interrupts that software makes.")
          .catches(
              "The guest's first deactivation also deactivates the physical interrupt, while the"
                  + " second instance still runs: lost or repeated interrupts. Kernels before"
                  + " 4.11 did this.")
          .needs(ENTRY_IMAGE)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.State"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule LRE_6 =
      rule("INV-LRE-6", ERROR, "Level interrupt pending and active")
          .holds(
              "A list register that is pending and active has HW=0 and EOI=0: only an edge"
                  + " interrupt without a physical one behind it is written so (since Linux"
                  + " 4.16).")
          .why(
              "For a level interrupt the pending bit is withheld while it is active, so that each"
                  + " deactivation leaves the register inactive and raises the maintenance"
                  + " interrupt that EOI=1 asks for.")
          .catches(
              "VFIO and irqfd never learn of the end of interrupt, the line stays masked or"
                  + " storms. Kernels before 4.16 did this (fixed by 67b5b673ad4d).")
          .needs(ENTRY_IMAGE)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.State, GICH_LRn.EOI"))
          .architecture(v3("ICH_LR<n>_EL2.State, ICH_LR<n>_EL2.EOI"))
          .build();

  public static final Rule LRE_7 =
      rule("INV-LRE-7", ERROR, "Impossible physical interrupt")
          .holds(
              "With HW=1 the physical INTID is a PPI or SPI: 16 to 1019, on GICv3 also 1056 to"
                  + " 1119 and 4096 to 5119. The virtual INTID is neither an SGI nor an LPI.")
          .why(
              "Only PPIs and SPIs are mapped to physical interrupts through list registers. Bit"
                  + " 41 (GICv3) or 19 (GICv2) belongs to the physical INTID when HW=1 and is"
                  + " not EOI.")
          .catches(
              "The guest's deactivation goes to a foreign physical interrupt, and its own stays"
                  + " active for ever.")
          .needs(ENTRY_IMAGE)
          .function(core("kvm_vgic_map_phys_irq"))
          .architecture(v2("5.3.8 GICH_LRn.PhysicalID"))
          .architecture(v3("ICH_LR<n>_EL2.pINTID"))
          .build();

  public static final Rule LRE_8 =
      rule("INV-LRE-8", ERROR, "Wrong EOI bit")
          .holds(
              "EOI=1 exactly if HW=0 and the interrupt is level-triggered, or is a GICv2 SGI of"
                  + " which a further instance waits. From the image alone: an LPI and an SGI of"
                  + " a GICv3 guest have EOI=0; a PPI or SPI with HW=0 and EOI=0 is not a level"
                  + " one.")
          .why(
              "KVM needs the maintenance interrupt at deactivation to lower or re-evaluate a"
                  + " level line, and to offer the next source of an SGI; for all others it is a"
                  + " wasted exit.")
          .catches(
              "Missing: the device behind a level interrupt is never told of its end. Spurious:"
                  + " one exit more for every interrupt.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.EOI"))
          .architecture(v3("ICH_LR<n>_EL2.EOI"))
          .build();

  public static final Rule LRE_9 =
      rule("INV-LRE-9", ERROR, "Wrong group")
          .holds("The group bit equals the interrupt's group.")
          .why("It selects the virtual signal: group 0 becomes a virtual FIQ, group 1 an IRQ.")
          .catches(
              "The guest takes the interrupt as FIQ instead of IRQ, or not at all because the"
                  + " other group is disabled.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.Grp1"))
          .architecture(v3("ICH_LR<n>_EL2.Group"))
          .build();

  public static final Rule LRE_10 =
      rule("INV-LRE-10", ERROR, "Wrong priority")
          .holds(
              "The priority field equals the interrupt's priority (GICv3: 8 bits; GICv2: its"
                  + " upper 5). From a GICv3 image alone: its lower 3 bits are zero, for an LPI"
                  + " the lower 2.")
          .why(
              "KVM keeps 5 priority bits of distributor writes and 6 of the LPI configuration"
                  + " table.")
          .catches(
              "The guest's interrupts are masked by, or pre-empt, the wrong ones. After a write"
                  + " to GICD_IPRIORITYR the old priority may stay until the next population.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.Priority"))
          .architecture(v3("ICH_LR<n>_EL2.Priority"))
          .build();

  public static final Rule LRE_11 =
      rule("INV-LRE-11", ERROR, "Wrong physical interrupt")
          .holds(
              "HW=1 exactly if the interrupt is mapped to a physical one and its device does not"
                  + " ask for resampling in software; the physical INTID is then the mapped one.")
          .why(
              "The mapping is fixed while the interrupt is listed. Software resampling serves"
                  + " hosts whose GIC cannot deactivate from a list register.")
          .catches(
              "The mapped physical interrupt, mostly the guest's timer, is never deactivated and"
                  + " fires no more, or a foreign one is.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .function(core("kvm_vgic_map_phys_irq"))
          .architecture(v2("5.3.8 GICH_LRn.HW"))
          .architecture(v3("ICH_LR<n>_EL2.HW"))
          .build();

  public static final Rule LRE_12 =
      rule("INV-LRE-12", ERROR, "Reserved bits set")
          .holds(
              "Reserved bits are zero. GICv2: 22:20, and with HW=0 also 18:10, of which SGIs use"
                  + " 12:10. GICv3: 59:56 (KVM never makes an NMI) and 47:45, and with HW=0 also"
                  + " 44:42 and 40:32. In a GICv2 guest on a GICv3 host also 31:13 of the"
                  + " vINTID, and 12:10 unless it is an SGI.")
          .why("Every field is masked or bounded before it is merged into the register.")
          .catches("A field has overflowed into its neighbour, or the image was overwritten.")
          .needs(ENTRY_IMAGE)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule LRE_13 =
      rule("INV-LRE-13", ERROR, "Impossible interrupt number")
          .holds(
              "The INTID is below 1020; for a GICv3 guest an LPI from 8192 to 65535 is possible"
                  + " too. An SPI is one the distributor has.")
          .why("1020 to 1023 are special, and KVM offers no extended PPIs or SPIs and 16-bit LPIs.")
          .catches("The interrupt's structure was freed or overwritten while it was listed.")
          .needs(ENTRY_IMAGE)
          .function(core("vgic_get_irq"))
          .architecture(v2("5.3.8 GICH_LRn.VirtualID"))
          .architecture(v3("ICH_LR<n>_EL2.vINTID"))
          .build();

  public static final Rule LRE_14 =
      rule("INV-LRE-14", ERROR, "Active LPI")
          .holds(
              "An LPI in a list register is pending and nothing else (6.19 and later). Before"
                  + " 6.19 it may also be active if it was active when last read back.")
          .why(
              "LPIs have no active state. Before 6.19 KVM stored the active bit of the list"
                  + " register anyway; later kernels drop it when they read the register back.")
          .catches("An LPI blocks itself: it stays active and is not signalled again.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv3("vgic_v3_fold_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v3("interrupt handling state machine, LPIs"))
          .build();

  public static final Rule LRE_15 =
      rule("INV-LRE-15", ERROR, "List register does not encode its interrupt")
          .holds(
              "A list register is bit for bit the encoding of the interrupt's state at"
                  + " population: the active bit is the active state, the pending bit the"
                  + " pending state unless it is withheld because the interrupt is active and is"
                  + " hardware-mapped, level or an SGI with several instances.")
          .why(
              "The interrupt's lock is held from reading its state to writing the register, so"
                  + " nothing can come between.")
          .catches(
              "Any mistake in building the register. A broken field that has a rule of its own is"
                  + " reported by that one (INV-LRE-5 to INV-LRE-11 and INV-LRE-17).")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .function(gicv3("vgic_v3_compute_lr"))
          .architecture(v2("5.3.8 GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule LRE_16 =
      rule("INV-LRE-16", ERROR, "Disabled or foreign interrupt delivered")
          .holds(
              "A list register that is pending and not active belongs to an enabled interrupt"
                  + " that targets this vCPU, and the distributor is enabled.")
          .why(
              "These are the conditions of delivery. An active interrupt stays listed where it is"
                  + " active, even disabled or with a new target.")
          .catches(
              "The guest gets an interrupt that it disabled or sent to another CPU. A change"
                  + " while the register is live is legal until the next exit.")
          .needs(ENTRY_IMAGE, POPULATION, DISTRIBUTOR)
          .function(core("vgic_target_oracle"))
          .architecture(v2("GICD_ISENABLERn, GICD_ITARGETSRn, GICD_CTLR"))
          .architecture(v3("GICD_ISENABLER<n>, GICD_IROUTER<n>, GICD_CTLR"))
          .build();

  public static final Rule LRE_17 =
      rule("INV-LRE-17", ERROR, "SGI with the wrong source")
          .holds(
              "The source field of an SGI of a GICv2 guest names the lowest-numbered CPU that"
                  + " requested it if the pending bit is set, else the source of its active"
                  + " instance.")
          .why(
              "A GICv2 SGI is pending per requesting CPU and acknowledged with that CPU's number,"
                  + " which the guest repeats at the end of interrupt.")
          .catches(
              "The guest sees the wrong sender, or its end of interrupt matches nothing and the"
                  + " SGI stays active. Fixed for active SGIs in Linux 4.17.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("5.3.8 GICH_LRn.PhysicalID, CPUID"))
          .architecture(v2("GICC_IAR.CPUID"))
          .build();

  public static final Rule LRE_18 =
      rule("INV-LRE-18", ERROR, "Private interrupt of another vCPU")
          .holds("An SGI or PPI in a vCPU's list registers is one of that vCPU's own.")
          .why("Each vCPU has its own 32 private interrupts, whose target never changes.")
          .catches(
              "A timer or inter-processor interrupt goes to the wrong vCPU and is missing at the"
                  + " right one.")
          .needs(POPULATION)
          .function(core("vgic_get_irq"))
          .architecture(v2("banked interrupts"))
          .architecture(v3("interrupt types, SGI and PPI"))
          .build();

  public static final Rule LRE_19 =
      rule("INV-LRE-19", ERROR, "Interrupt on two vCPUs")
          .holds(
              "At most one vCPU of a VM has a given SPI or LPI in its list registers at a time."
                  + " From 6.19 the interrupt's on_lr is clear when it is populated and set"
                  + " until it is read back.")
          .why(
              "A shared interrupt is on one ap_list, and moves to another only after its register"
                  + " was read back.")
          .catches("Two CPUs handle one event, and the two end states overwrite each other.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(core("vgic_flush_lr_state"))
          .function(core("vgic_prune_ap_list"))
          .architecture(v2("1-N model"))
          .architecture(v3("GICD_IROUTER<n>"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          LRE_1, LRE_2, LRE_3, LRE_4, LRE_5, LRE_6, LRE_7, LRE_8, LRE_9, LRE_10, LRE_11, LRE_12,
          LRE_13, LRE_14, LRE_15, LRE_16, LRE_17, LRE_18, LRE_19);

  private EntryImageRules() {}
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.HCR_CONFIG;
import static org.vgictrace.replay.rule.Observation.LAST_LR_IRQ;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.UNDERFLOW;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** Which interrupts get a list register, in which order, and what HCR asks for when not all do. */
public final class OverflowRules {
  public static final Rule ORD_1 =
      rule("INV-ORD-1", ERROR, "Interrupt withheld although there was room")
          .holds(
              "If all fit, every deliverable interrupt of the vCPU is in a list register. Before"
                  + " 6.19: the depth of the ap_list, in which an SGI counts once per source and"
                  + " once more if active, is at most the number of registers and no interrupt"
                  + " counts twice. 6.19 and later: the deliverable pending and active ones are"
                  + " at most that many.")
          .why("Population walks the whole ap_list and stops only when the registers are full.")
          .catches("An interrupt waits for an unrelated exit, or for ever if the guest is idle.")
          .needs(ENTRY_IMAGE, POPULATION, QUEUE)
          .function(core("vgic_flush_lr_state"))
          .function(core("vgic_target_oracle"))
          .absence()
          .build();

  public static final Rule ORD_2 =
      rule("INV-ORD-2", ERROR, "Overflow order broken (before 6.19)")
          .holds(
              "Before 6.19, once the ap_list was sorted (depth above the number of registers, or"
                  + " an SGI with several instances): list registers go from active, through"
                  + " pending and enabled by rising priority value, to the rest, and nothing"
                  + " deliverable outside belongs strictly before something inside, the cut of"
                  + " INV-ORD-5 apart.")
          .why(
              "When registers are short, active interrupts need one most, because their"
                  + " deactivation can be seen nowhere else; then priority decides.")
          .catches("A low-priority interrupt keeps out a higher one: priority inversion, latency.")
          .needs(ENTRY_IMAGE, POPULATION, QUEUE)
          .function(core("vgic_sort_ap_list"))
          .function(core("vgic_irq_cmp"))
          .build();

  public static final Rule ORD_3 =
      rule("INV-ORD-3", ERROR, "Overflow order broken (6.19 and later)")
          .holds(
              "From 6.19, when more are deliverable than there are registers, these go first: of"
                  + " an enabled group (by the VMCR image) before of a disabled one; pending and"
                  + " not active before others; smaller priority value; hardware-mapped. Nothing"
                  + " deliverable outside belongs strictly before something inside.")
          .why(
              "These kernels can deactivate outside the registers (EOIcount, trapped DIR), so"
                  + " that what can be delivered takes precedence over what is active.")
          .catches("A deliverable interrupt waits behind one the guest cannot take now.")
          .needs(ENTRY_IMAGE, POPULATION, QUEUE)
          .function(core("vgic_sort_ap_list"))
          .function(core("vgic_irq_cmp"))
          .build();

  public static final Rule ORD_4 =
      rule("INV-ORD-4", ERROR, "Active interrupt pushed out")
          .holds(
              "Before 6.19 an active interrupt of the vCPU is outside the list registers only if"
                  + " all registers hold active ones.")
          .why(
              "These kernels see a deactivation only in the register itself: EOIcount is not used"
                  + " and the active ones are sorted first.")
          .catches(
              "The guest's end of interrupt hits no register: the interrupt stays active for"
                  + " ever, and with it the physical one behind it.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(core("vgic_irq_cmp"))
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("GICH_HCR.EOICount"))
          .architecture(v3("ICH_HCR_EL2.EOIcount"))
          .build();

  public static final Rule ORD_5 =
      rule("INV-ORD-5", ERROR, "Multi-source SGI overtaken")
          .holds(
              "Before 6.19, after a list register whose GICv2 SGI has further sources waiting, no"
                  + " interrupt with a larger priority value is populated.")
          .why(
              "Only one source fits at a time; the next must come before any less urgent"
                  + " interrupt, so the registers behind it stay empty. 6.19 and later have no"
                  + " such cut.")
          .catches("The instances of one SGI are handled out of priority order.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("GICD_SGIR, software generated interrupts"))
          .build();

  public static final Rule UF_1 =
      rule("INV-UF-1", ERROR, "Wrong underflow request (before 6.19)")
          .holds(
              "Before 6.19 HCR.UIE is set at entry exactly if the registers became full before"
                  + " the last element of the ap_list. From the image alone: UIE=1 only if every"
                  + " register is used.")
          .why(
              "The underflow interrupt brings the vCPU back when at most one register is still"
                  + " occupied, to load what did not fit.")
          .catches(
              "Missing: the interrupts left out wait for an unrelated exit. Needless: an exit as"
                  + " soon as the guest has handled its interrupts, at worst a storm.")
          .needs(ENTRY_IMAGE, UNDERFLOW)
          .function(core("vgic_flush_lr_state"))
          .function(gicv2("vgic_v2_set_underflow"))
          .function(gicv3("vgic_v3_set_underflow"))
          .architecture(v2("GICH_HCR.UIE, GICH_MISR.U"))
          .architecture(v3("ICH_HCR_EL2.UIE, ICH_MISR_EL2.U"))
          .build();

  public static final Rule UF_2 =
      rule("INV-UF-2", ERROR, "Wrong overflow requests (6.19 and later)")
          .holds(
              "From 6.19, with P pending and A active deliverable interrupts and n registers:"
                  + " En=1; UIE iff P + A > n; NPIE iff P > n; LRENPIE iff A > 0 and P + A > n."
                  + " From the image alone: LRENPIE and NPIE only with UIE, and UIE only if"
                  + " every register is used.")
          .why(
              "HCR is computed anew at each flush. NPIE asks for more pending ones, LRENPIE for"
                  + " the deactivations that found no register.")
          .catches(
              "Interrupts left out are loaded late, or a deactivation outside the registers goes"
                  + " unnoticed. Reworked in 6.19 (3cfd59f81e0f for GICv3, 281c6c06e2a7 for"
                  + " GICv2).")
          .needs(ENTRY_IMAGE, HCR_CONFIG)
          .function(gicv2("vgic_v2_configure_hcr"))
          .function(gicv3("vgic_v3_configure_hcr"))
          .function(core("summarize_ap_list"))
          .architecture(v2("GICH_HCR"))
          .architecture(v3("ICH_HCR_EL2"))
          .build();

  public static final Rule UF_3 =
      rule("INV-UF-3", ERROR, "Wrong group or SGI bits in HCR (6.19 and later)")
          .holds(
              "From 6.19, for each group exactly one of its enable and disable requests is set:"
                  + " the disable request (VGrpnDIE) if VMCR has the group enabled, else the"
                  + " enable request (VGrpnEIE). On GICv3 vSGIEOICount is set iff no deliverable"
                  + " SGI is on the ap_list.")
          .why(
              "Which interrupts are loaded depends on the group enables, so that a change by the"
                  + " guest must bring the vCPU back.")
          .catches(
              "The guest enables a group and its interrupts wait for an unrelated exit; or a"
                  + " request that already holds fires at each entry.")
          .needs(ENTRY_IMAGE, HCR_CONFIG)
          .function(gicv2("vgic_v2_configure_hcr"))
          .function(gicv3("vgic_v3_configure_hcr"))
          .architecture(v2("GICH_HCR.VGrp0EIE to VGrp1DIE"))
          .architecture(v3("ICH_HCR_EL2.VGrp0EIE to VGrp1DIE, vSGIEOICount"))
          .build();

  public static final Rule UF_4 =
      rule("INV-UF-4", ERROR, "Wrong HCR bits (before 6.19)")
          .holds(
              "Before 6.19 HCR has bits 8:2 (LRENPIE, NPIE, group requests, vSGIEOICount) and"
                  + " 31:27 (EOIcount) zero at entry, and En set when a list register is in use.")
          .why(
              "These kernels set En, UIE and, on GICv3, trap bits only. The trap bits 12:10 also"
                  + " show up in the GICv2 image of some 6.12 kernels; they are reserved there,"
                  + " have no effect and are not judged.")
          .catches("Maintenance interrupts that no code expects or clears: an exit storm.")
          .needs(ENTRY_IMAGE)
          .function(gicv2("vgic_v2_enable"))
          .function(gicv3("vgic_v3_enable"))
          .architecture(v2("GICH_HCR"))
          .architecture(v3("ICH_HCR_EL2"))
          .build();

  public static final Rule UF_5 =
      rule("INV-UF-5", WARNING, "DIR trap missing")
          .holds(
              "From 6.19 on GICv3, HCR.TDIR is set if the host has no separate DIR trap, if"
                  + " LRENPIE is set, or if an SPI may be active anywhere in the VM. From the"
                  + " image alone: LRENPIE implies TDIR.")
          .why(
              "With EOImode 1 a deactivation of an interrupt outside the registers is visible"
                  + " only by trapping the write to ICC_DIR_EL1. The VM's count of active SPIs"
                  + " only errs upwards, so that a needless trap is not judged.")
          .catches("The guest deactivates an interrupt, nobody notices, and it stays active.")
          .needs(ENTRY_IMAGE)
          .function(gicv3("vgic_v3_configure_hcr"))
          .function(gicv3("vgic_v3_deactivate"))
          .architecture(v3("ICH_HCR_EL2.TDIR, ICC_DIR_EL1"))
          .build();

  public static final Rule UF_6 =
      rule("INV-UF-6", ERROR, "Wrong last list register interrupt")
          .holds(
              "In kernels that walk the ap_list for EOIcount, the per-CPU last_lr_irq is set"
                  + " exactly if the flush filled every list register, and names the interrupt"
                  + " of the last.")
          .why(
              "Interrupts without a register follow it in the ap_list. No probe reads the"
                  + " pointer: the rule is decidable only through INV-FOLD-11.")
          .catches(
              "EOIcount deactivates interrupts from a stale place in the list although nothing"
                  + " had overflowed (fixed in 7.2.10).")
          .needs(LAST_LR_IRQ)
          .function(core("vgic_flush_lr_state"))
          .function(gicv3("vgic_v3_fold_lr_state"))
          .function(gicv2("vgic_v2_fold_lr_state"))
          .architecture(v2("GICH_HCR.EOICount"))
          .architecture(v3("ICH_HCR_EL2.EOIcount"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(ORD_1, ORD_2, ORD_3, ORD_4, ORD_5, UF_1, UF_2, UF_3, UF_4, UF_5, UF_6);

  private OverflowRules() {}
}

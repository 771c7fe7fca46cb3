package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ITS_COMMANDS;
import static org.vgictrace.replay.rule.Observation.ITS_MESSAGES;
import static org.vgictrace.replay.rule.Observation.LPI_SWITCH;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.VM_CREATION;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.its;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** LPIs: references to their structures, and how they are enabled and configured. */
public final class LpiRules {
  public static final Rule REF_1 =
      rule("INV-REF-1", ERROR, "References and holders of an LPI differ")
          .holds(
              "When a reference to an LPI is dropped, the count covers that reference, one for"
                  + " each mapping of the ITS and one for the ap_list. It exceeds them by no more"
                  + " than one for each cached translation and the few look-ups in flight. The"
                  + " upper bound needs repetition, because other CPUs look LPIs up unseen."
                  + " References to other interrupts are not counted: what their structures show"
                  + " as the count never changes.")
          .why("Whoever keeps a pointer to an LPI takes a reference, and drops it once.")
          .catches(
              "Too few: the structure is freed in use, as when debugfs dropped references that it"
                  + " did not hold (fixed in 6.11 and 6.10.7), a cached one was dropped twice"
                  + " (13031fb6b835, CVE-2026-46316) or last_lr_irq held none (19bc5d79ece6,"
                  + " 7.2.10). Too many: a leak, as after a failing vgic_add_lpi before 5.7.")
          .needs(PUT_SNAPSHOT, ITS_COMMANDS, VM_CREATION)
          .function(core("vgic_put_irq"))
          .function(its("vgic_add_lpi"))
          .absence()
          .build();

  public static final Rule REF_2 =
      rule("INV-REF-2", ERROR, "LPI used without a reference")
          .holds(
              "The count of an LPI is never zero when a reference is dropped or the LPI is queued,"
                  + " and once it has reached zero the structure is not used again before it is"
                  + " mapped again.")
          .why("A look-up that finds a count of zero fails, so that nobody uses a dying LPI.")
          .catches(
              "Use after free: the translation cache before 6.8 (6.1.75, 6.6.14), look-ups that"
                  + " were not tested in MOVALL and pending table code (6.8, 6.1.80).")
          .needs(PUT_SNAPSHOT, QUEUE)
          .function(core("vgic_get_irq"))
          .function(core("vgic_put_irq"))
          .build();

  public static final Rule REF_3 =
      rule("INV-REF-3", ERROR, "Structure of a living LPI reused")
          .holds(
              "A structure keeps its LPI number until the last reference to it is dropped; as long"
                  + " as the LPI is mapped, no other LPI appears at its address. The structure of"
                  + " any other interrupt keeps its number as long as its VM lives.")
          .why("The memory is given back only when the count has reached zero.")
          .catches("The structure was freed too early and something else lives in it now.")
          .needs(PUT_SNAPSHOT, ITS_COMMANDS, VM_CREATION)
          .function(core("vgic_put_irq"))
          .build();

  public static final Rule REF_4 =
      rule("INV-REF-4", ERROR, "Listed LPI loses its last reference")
          .holds(
              "While an LPI is on an ap_list, the list has a reference: a reference that is"
                  + " dropped meanwhile is not the last one.")
          .why("Queueing takes the list's reference; unlisting clears the owner, then drops it.")
          .catches(
              "An ap_list leads to freed memory, as with LPIs that stayed listed on a destroyed"
                  + " vCPU before 5.7, or translations cached without a reference before 6.8.")
          .needs(PUT_SNAPSHOT)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_put_irq"))
          .build();

  public static final Rule REF_5 =
      rule("INV-REF-5", ERROR, "Two structures for one LPI")
          .holds(
              "One living structure stands for an LPI of a VM. After another one has appeared, the"
                  + " first is not used any more.")
          .why("vgic_add_lpi looks for an existing LPI while it holds the lock of the store.")
          .catches("Configuration and pending state are split over two structures.")
          .needs(PUT_SNAPSHOT, ITS_COMMANDS)
          .function(its("vgic_add_lpi"))
          .build();

  public static final Rule REF_6 =
      rule("INV-REF-6", ERROR, "LPI outlives its VM")
          .holds(
              "When a VM is destroyed, its LPIs leave the ap_lists with their vCPUs and the last"
                  + " reference of each is dropped.")
          .why("The vCPUs, the caches and the mappings that hold references go, one by one.")
          .catches(
              "Memory leaks with every VM, or a freed vCPU stays referenced: LPIs were not retired"
                  + " on vCPU destruction before 5.7, and a failed creation left a redistributor"
                  + " behind before 6.7 (6.1.70, 6.6.9).")
          .needs(PUT_SNAPSHOT, VM_CREATION)
          .function("kvm_vgic_vcpu_destroy (arch/arm64/kvm/vgic/vgic-init.c)")
          .function(its("vgic_its_destroy"))
          .absence()
          .build();

  public static final Rule LPI_1 =
      rule("INV-LPI-1", ERROR, "LPI without a target queued")
          .holds("An LPI whose collection is mapped to no vCPU is put on no ap_list.")
          .why("There is nobody to deliver it to, and an ap_list belongs to a vCPU.")
          .catches("A null pointer is used as a vCPU, or the interrupt goes to a wrong one.")
          .needs(QUEUE)
          .function(core("vgic_target_oracle"))
          .build();

  public static final Rule LPI_2 =
      rule("INV-LPI-2", ERROR, "Message delivered where LPIs are off")
          .holds(
              "A message that is looked up in the tables does not become pending while its ITS is"
                  + " switched off or LPIs are disabled at its target. A cached translation"
                  + " bypasses the test, but switching off empties the cache.")
          .why("vgic_its_resolve_lpi refuses both with EBUSY.")
          .catches("The guest gets interrupts in the middle of its setup, or after a kexec.")
          .needs(ITS_MESSAGES, LPI_SWITCH, QUEUE)
          .function(its("vgic_its_resolve_lpi"))
          .architecture(v3("GITS_CTLR.Enabled, GICR_CTLR.EnableLPIs"))
          .absence()
          .build();

  public static final Rule LPI_3 =
      rule("INV-LPI-3", ERROR, "LPI listed after LPIs were disabled")
          .holds(
              "When LPIs are disabled at a redistributor, those on its vCPU's ap_list leave it and"
                  + " come back only when queued anew. From 6.19 they are not pending any more"
                  + " either; before, see Q-LPI5.")
          .why("vgic_flush_pending_lpis unlists all of them under the list's lock.")
          .catches("A guest that starts again after a kexec gets interrupts of its former life.")
          .needs(LPI_SWITCH, PUT_SNAPSHOT, POPULATION, QUEUE)
          .function(gicv3("vgic_flush_pending_lpis"))
          .architecture(v3("GICR_CTLR.EnableLPIs"))
          .absence()
          .build();

  public static final Rule LPI_4 =
      rule("INV-LPI-4", ERROR, "LPI configuration not taken over")
          .holds(
              "After its byte of the configuration table was read (INV, INVALL, mapping) an LPI"
                  + " that KVM delivers has the byte's priority, without its two low bits, and is"
                  + " enabled exactly if bit 0 is set.")
          .why("update_lpi_config takes over both before the LPI is queued.")
          .catches(
              "A masked LPI is delivered or an unmasked one is not. For LPIs that the hardware"
                  + " delivers the effect is late (INVALL without synchronisation before 5.16);"
                  + " that does not show.")
          .needs(ITS_COMMANDS, QUEUE)
          .function(its("update_lpi_config"))
          .architecture(v3("LPI Configuration tables"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(REF_1, REF_2, REF_3, REF_4, REF_5, REF_6, LPI_1, LPI_2, LPI_3, LPI_4);

  private LpiRules() {}
}

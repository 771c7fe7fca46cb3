package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.DISTRIBUTOR;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.KICK;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;

import java.util.List;

/** Edges and levels from end to end: nothing pending is lost, nothing is delivered twice. */
public final class EdgeRules {
  private static final String MMIO = " (arch/arm64/kvm/vgic/vgic-mmio.c)";

  public static final Rule EDGE_1 =
      rule("INV-EDGE-1", ERROR, "Lost edge")
          .holds(
              "A pending latch, or a source of a GICv2 SGI, is cleared only by a population that"
                  + " takes it, a write that clears it (ICPENDR, CPENDSGIR, from user space too),"
                  + " ITS CLEAR, a reset, or its hand-over to the hardware. Whoever injects an edge"
                  + " or delivers a message sets it.")
          .why("The latch is the only memory of an edge: the device does not repeat it.")
          .catches(
              "An interrupt never arrives and the device waits forever. The pending state of a"
                  + " hardware SGI was lost in a restore until Linux 6.8 (\"vgic-v4: Restore"
                  + " pending state on host userspace write\").")
          .needs(QUEUE, POPULATION, DISTRIBUTOR)
          .function(core("vgic_queue_irq_unlock"))
          .function("vgic_mmio_write_cpending" + MMIO)
          .build();

  public static final Rule EDGE_2 =
      rule("INV-EDGE-2", ERROR, "Edge out of nowhere")
          .holds(
              "An edge-triggered interrupt becomes pending only through an injection, an SGI, an"
                  + " MSI or a write to a register that sets pending bits; a write of the guest to"
                  + " the pending bits of an SGI on a GICv2 has no effect.")
          .why("Each delivery of an edge uses one up.")
          .catches(
              "The guest handles an interrupt that did not happen. Until Linux 5.3 writes to"
                  + " GICD_ISPENDR0 made GICv2 SGIs pending without a source (\"vgic-v2: Handle SGI"
                  + " bits in GICD_I{S,C}PENDR0 as WI\").")
          .needs(QUEUE, ENTRY_IMAGE, INJECTION)
          .function(core("kvm_vgic_inject_irq"))
          .function("vgic_mmio_write_spending" + MMIO)
          .build();

  public static final Rule EDGE_3 =
      rule("INV-EDGE-3", ERROR, "Edge not delivered")
          .holds(
              "An edge that is pending, enabled and on the vCPU's list when a flush begins is in a"
                  + " list register afterwards, unless all of them are taken or it waits behind an"
                  + " active instance.")
          .why("The flush visits the whole list until the list registers are full.")
          .catches(
              "The interrupt is delayed until something unrelated happens. Injections between"
                  + " flush and entry were delayed until Linux 4.13 (\"arm/arm64: use vcpu requests"
                  + " for irq injection\").")
          .needs(QUEUE, ENTRY_IMAGE, DISTRIBUTOR)
          .function(core("vgic_flush_lr_state"))
          .absence()
          .build();

  public static final Rule EDGE_4 =
      rule("INV-EDGE-4", WARNING, "Missing kick")
          .holds(
              "Whoever queues an interrupt that its vCPU has to deliver kicks that vCPU, so that"
                  + " it flushes again; and so does a prune that moves one to another vCPU's"
                  + " list.")
          .why("A vCPU in the guest or asleep looks at its list only when it is made to.")
          .catches(
              "The interrupt waits for an unrelated exit, or the vCPU sleeps on. The kick got lost"
                  + " between flush and entry until Linux 4.13 (\"arm/arm64: use vcpu requests for"
                  + " irq injection\").")
          .needs(QUEUE, KICK)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_prune_ap_list"))
          .absence()
          .build();

  public static final Rule LVL_1 =
      rule("INV-LVL-1", ERROR, "Level interrupt out of nowhere")
          .holds(
              "A level interrupt that is not tied to a physical one is pending in a list register"
                  + " only if its line is high or its latch was set when it was populated.")
          .why("Its pending state is the line's, not remembered.")
          .catches("The guest handles an interrupt whose device has nothing to say.")
          .needs(ENTRY_IMAGE, QUEUE)
          .function(core("vgic_flush_lr_state"))
          .build();

  public static final Rule LVL_2 =
      rule("INV-LVL-2", ERROR, "Stale line level")
          .holds(
              "The recorded line of a level interrupt that is not tied to a physical one changes"
                  + " only by an injection, a restore from user space or a reset; its latch only by"
                  + " a register write or by the fold of a finished instance.")
          .why("Nothing else knows the device's line.")
          .catches(
              "The interrupt is repeated although the device is served, or is not raised although"
                  + " it is not.")
          .needs(QUEUE, INJECTION)
          .function(core("kvm_vgic_inject_irq"))
          .build();

  public static final Rule LVL_3 =
      rule("INV-LVL-3", WARNING, "Line high and never delivered")
          .holds(
              "A level interrupt whose line is high, that is enabled and on a vCPU's list, is in a"
                  + " list register within three residencies while one is free.")
          .why("Every flush asks for it again as long as the line is high.")
          .catches("A device that waits for its handler forever.")
          .needs(ENTRY_IMAGE, QUEUE, DISTRIBUTOR)
          .function(core("vgic_flush_lr_state"))
          .absence()
          .build();

  public static final Rule LVL_4 =
      rule("INV-LVL-4", ERROR, "Level injected twice")
          .holds(
              "Injections of a level interrupt that are accepted alternate: an injection of the"
                  + " level that the line has is ignored, and one that is accepted leaves its own"
                  + " level behind.")
          .why("Only a change can make the interrupt pending or end that.")
          .catches(
              "The validation of injections is broken, as when the PMU raised its line without"
                  + " lowering it (\"PMU: Fix overflow interrupt injection\", Linux 4.13).")
          .needs(INJECTION, QUEUE)
          .function(core("vgic_validate_injection"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(EDGE_1, EDGE_2, EDGE_3, EDGE_4, LVL_1, LVL_2, LVL_3, LVL_4);

  private EdgeRules() {}
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ACK;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.QUIRK;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** Known deviations of released kernels, told apart from unexplained ones. */
public final class QuirkRules {
  public static final Rule SGI0 =
      rule("Q-SGI0", QUIRK, "SGI pending without a source")
          .holds(
              "An SGI of a GICv2 guest that is pending has at least one requesting CPU when it is"
                  + " populated. Otherwise the kernel warns (No SGI source for INTID) and gives"
                  + " up: before 6.19 the register keeps its previous value, later it becomes"
                  + " zero, and it counts as used either way.")
          .why("Each way to make such an SGI pending names the sender. It affects all versions.")
          .catches(
              "Reached by a pending state without sources: guest writes to GICD_ISPENDR0 until"
                  + " Linux 5.3, or a restore by user space. One register is lost for that entry"
                  + " and, before 6.19, a stale interrupt is delivered.")
          .needs(ENTRY_IMAGE, POPULATION)
          .function(gicv2("vgic_v2_populate_lr"))
          .function(gicv3("vgic_v3_populate_lr"))
          .architecture(v2("GICD_SGIR, GICD_SPENDSGIRn"))
          .build();

  public static final Rule ACK72 =
      rule("Q-ACK72", QUIRK, "Level interrupt finished in one run not notified")
          .holds(
              "The end of a level SPI is notified (kvm_ack_irq) also if the guest acknowledged"
                  + " and deactivated it within one run. From 6.19 to at least 7.2.13 on a GICv3"
                  + " host it is not.")
          .why(
              "The fold of these kernels notifies only if the interrupt was active before, which"
                  + " an interrupt finished in one run never was. The GICv2 code has no such"
                  + " condition.")
          .catches(
              "irqfd with resampling and VFIO are not told, the line stays up and the interrupt"
                  + " fires again until an exit falls between acknowledge and deactivation:"
                  + " thousands of deliveries for one event.")
          .needs(EXIT_IMAGE, ACK)
          .function(gicv3("vgic_v3_fold_lr"))
          .function("kvm_notify_acked_irq (virt/kvm/eventfd.c)")
          .architecture(v3("ICH_LR<n>_EL2.EOI"))
          .build();

  public static final Rule PRUNE61 =
      rule("Q-PRUNE61", QUIRK, "Owner not checked again before a migration")
          .holds(
              "An interrupt that moves to another vCPU's list is still on the list of the vCPU"
                  + " that moves it. Kernels without the check of 2026 (6.1, 6.12 before"
                  + " 6.12.97) look at the new target only.")
          .why(
              "The prune drops its locks before the move, and another CPU may unlink it meanwhile.")
          .catches("An unlinked interrupt is added again: list corruption, at worst a crash.")
          .needs(QUEUE, PUT_SNAPSHOT, POPULATION)
          .function(core("vgic_prune_ap_list"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(SGI0, ACK72, PRUNE61);

  private QuirkRules() {}
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ACK;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.ITS_COMMANDS;
import static org.vgictrace.replay.rule.Observation.LPI_SWITCH;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.SOFT_TIMER;
import static org.vgictrace.replay.rule.Observation.TIMER;
import static org.vgictrace.replay.rule.Observation.VCPU_ENTRY;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.QUIRK;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.its;
import static org.vgictrace.replay.rule.Sources.timer;
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

  public static final Rule MOVALL =
      rule("Q-MOVALL", QUIRK, "MOVALL moves LPIs of other vCPUs")
          .holds(
              "MOVALL moves the LPIs that target the vCPU it names. From 6.10 to 7.2.9, and in the"
                  + " stable kernels made of them, it moves every LPI of the VM.")
          .why(
              "The walk over the LPIs lost its test of the target when their list became an"
                  + " xarray.")
          .catches(
              "LPIs of unrelated vCPUs arrive elsewhere until they are moved again (fixed by"
                  + " 751f4641560b in 7.2.10).")
          .needs(ITS_COMMANDS, QUEUE)
          .function(its("vgic_its_cmd_handle_movall"))
          .architecture(v3("ITS command MOVALL"))
          .build();

  public static final Rule LPI5 =
      rule("Q-LPI5", QUIRK, "LPI pending and unlisted after LPIs were disabled")
          .holds(
              "An LPI that leaves an ap_list because LPIs are disabled is not pending any more."
                  + " Before 6.19 it stays pending, on no list, until it is queued again.")
          .why("vgic_flush_pending_lpis of these kernels unlinks and does not clear the latch.")
          .catches("An interrupt of the time before shows up when the guest enables LPIs again.")
          .needs(LPI_SWITCH, PUT_SNAPSHOT)
          .function(gicv3("vgic_flush_pending_lpis"))
          .architecture(v3("GICR_CTLR.EnableLPIs"))
          .build();

  public static final Rule EMPTY =
      rule("Q-EMPTY", QUIRK, "LPIs of a running vCPU unlisted")
          .holds(
              "LPIs of a vCPU are taken off its list while it is out of the guest. Before 6.19"
                  + " another vCPU can do it at any time; if the list becomes empty, the next"
                  + " synchronisation returns early and what the list registers hold is lost.")
          .why("Nothing halts the vCPU whose redistributor another one writes to.")
          .catches(
              "Acknowledged and pending interrupts of the running vCPU vanish; later kernels stop"
                  + " the VM first.")
          .needs(LPI_SWITCH, VCPU_ENTRY)
          .function(gicv3("vgic_flush_pending_lpis"))
          .function(core("kvm_vgic_sync_hwstate"))
          .build();

  public static final Rule SOFT =
      rule("Q-SOFT", QUIRK, "Emulated timer not armed after a change")
          .holds(
              "The soft timer of an emulated timer is started also if its output has just been"
                  + " lowered (INV-TMR-6). In 6.1 and in 6.12 up to 6.12.13 it is not.")
          .why(
              "The evaluation returns early when the output changes; fixed in 6.14 and 6.12.14"
                  + " (KVM: arm64: timer: Always evaluate the need for a soft timer).")
          .catches(
              "The emulated timer fires only once something else makes KVM evaluate it: late, or"
                  + " never for a guest that sleeps.")
          .needs(TIMER, SOFT_TIMER)
          .function(timer("timer_emulate"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(SGI0, ACK72, PRUNE61, MOVALL, LPI5, EMPTY, SOFT);

  private QuirkRules() {}
}

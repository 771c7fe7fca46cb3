package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.DISTRIBUTOR;
import static org.vgictrace.replay.rule.Observation.KICK;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;

import java.util.List;

/** Who is on whose ap_list, the list of interrupts that a vCPU has to deliver. */
public final class ApListRules {
  public static final Rule AP_1 =
      rule("INV-AP-1", ERROR, "Interrupt on two lists")
          .holds(
              "An interrupt is on at most one ap_list: it is added only while its vcpu field is"
                  + " null, and not again before it was removed.")
          .why("It has one list node, and irq->vcpu names the vCPU whose list that node is on.")
          .catches(
              "Both lists are corrupted: endless walks or a crash. Possible until the owner was"
                  + " checked again before a migration (7.2 cycle, 6.12.97; see Q-PRUNE61).")
          .needs(QUEUE)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_prune_ap_list"))
          .build();

  public static final Rule AP_2 =
      rule("INV-AP-2", ERROR, "Foreign interrupt on the list")
          .holds(
              "Every interrupt that a vCPU's flush or prune visits has that vCPU in its vcpu"
                  + " field.")
          .why("Node and field change together, under the list's and the interrupt's locks.")
          .catches("The list is corrupted; the kernel stops with a BUG where it checks.")
          .needs(POPULATION)
          .function(core("vgic_flush_lr_state"))
          .function(core("vgic_prune_ap_list"))
          .build();

  public static final Rule AP_3 =
      rule("INV-AP-3", ERROR, "Prune removed or kept the wrong interrupt")
          .holds(
              "After a sync the ap_list holds exactly those of its interrupts that the vCPU still"
                  + " has to deliver: active ones, and pending ones that are enabled and target"
                  + " it with the distributor on.")
          .why("The prune at the end of each sync asks for every element where it belongs now.")
          .catches(
              "Removed too early: a pending interrupt is forgotten until it is queued again. Kept"
                  + " too long: it is delivered by the wrong vCPU.")
          .needs(QUEUE, PUT_SNAPSHOT, POPULATION)
          .function(core("vgic_prune_ap_list"))
          .function(core("vgic_target_oracle"))
          .absence()
          .build();

  public static final Rule AP_4 =
      rule("INV-AP-4", ERROR, "Pending interrupt not queued")
          .holds(
              "When an attempt to queue it ends, an interrupt that is not active, is pending,"
                  + " enabled and has a target is on an ap_list if the distributor is enabled,"
                  + " and stays there until a prune finds nothing to deliver. An active interrupt"
                  + " is on an ap_list, enabled or not. Not judged: a"
                  + " state written without an attempt to queue (distributor off, new target,"
                  + " ITS CLEAR, reset; LPIs disabled before 6.19).")
          .why("Only listed interrupts are delivered, so that whoever makes one pending queues it.")
          .catches("The interrupt never reaches the guest.")
          .needs(QUEUE, DISTRIBUTOR)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_target_oracle"))
          .build();

  public static final Rule AP_5 =
      rule("INV-AP-5", ERROR, "Private interrupt on a foreign list")
          .holds("An SGI or PPI is only ever on the ap_list of the vCPU that it belongs to.")
          .why(
              "The target of a private interrupt is set when the vCPU is created and never"
                  + " changes.")
          .catches("Timer and inter-processor interrupts reach the wrong vCPU.")
          .needs(QUEUE)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_prune_ap_list"))
          .build();

  public static final Rule AP_6 =
      rule("INV-AP-6", ERROR, "Illegal migration")
          .holds(
              "An interrupt moves from one vCPU's list to another's only if it is not active, was"
                  + " still on the first list at that moment and is to be delivered to the other"
                  + " vCPU; the other vCPU is then kicked.")
          .why(
              "The prune drops its locks to take both lists' locks in order and must look again."
                  + " 6.1 and older 6.12 kernels do not check the owner again (Q-PRUNE61).")
          .catches(
              "A stale node is added to a second list: corruption (fixed in the 7.2 cycle and"
                  + " 6.12.97). Without the kick the new vCPU delivers late (fixed in Linux"
                  + " 4.15).")
          .needs(QUEUE, PUT_SNAPSHOT, POPULATION, KICK)
          .function(core("vgic_prune_ap_list"))
          .absence()
          .build();

  public static final Rule AP_7 =
      rule("INV-AP-7", ERROR, "Population out of list order")
          .holds(
              "Two interrupts that stay on an ap_list keep their order: they are populated in the"
                  + " order in which they were added, as long as the list is not sorted (see"
                  + " INV-ORD-2 and INV-ORD-3).")
          .why("New elements go to the tail and population walks from the head.")
          .catches("The list was changed by code that does not hold its lock.")
          .needs(QUEUE, POPULATION)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_flush_lr_state"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(AP_1, AP_2, AP_3, AP_4, AP_5, AP_6, AP_7);

  private ApListRules() {}
}

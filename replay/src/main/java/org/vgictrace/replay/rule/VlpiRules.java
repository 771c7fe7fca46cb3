package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HOST_IRQ;
import static org.vgictrace.replay.rule.Observation.ITS_COMMANDS;
import static org.vgictrace.replay.rule.Observation.KICK;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.SAVED_TABLES;
import static org.vgictrace.replay.rule.Observation.VCPU_ENTRY;
import static org.vgictrace.replay.rule.Observation.VLPI;
import static org.vgictrace.replay.rule.Observation.VPE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.gicv4;
import static org.vgictrace.replay.rule.Sources.its;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** GICv4: LPIs that the hardware delivers, and how their pending state is saved. */
public final class VlpiRules {
  public static final Rule V4_1 =
      rule("INV-V4-1", ERROR, "Forwarded LPI delivered by software")
          .holds(
              "An LPI that the hardware delivers is put on no ap_list and is not populated as"
                  + " pending. While it is being forwarded, its pending state is on the move.")
          .why("Forwarding hands the pending state to the hardware and leaves none behind.")
          .catches("The guest gets one event twice, once from each side.")
          .needs(QUEUE, POPULATION)
          .function(gicv4("kvm_vgic_v4_set_forwarding"))
          .build();

  public static final Rule V4_2 =
      rule("INV-V4-2", ERROR, "Resident vPE in two places or too long")
          .holds(
              "A vPE becomes resident once per load, on the CPU that runs its vCPU, and ceases to"
                  + " be before another CPU makes it resident. It is not made resident after its"
                  + " interrupt was freed.")
          .why("The redistributor of one CPU can hold a vPE's tables at a time.")
          .catches(
              "Virtual LPIs go to the wrong CPU: affinity updates that were lost (before 6.8 and"
                  + " 6.1.79), invalidations sent to the old CPU (before 6.5), a vPE moved while"
                  + " it died (before 6.12).")
          .needs(VPE)
          .function(gicv4("vgic_v4_load"))
          .function("its_make_vpe_resident (drivers/irqchip/irq-gic-v4.c)")
          .architecture(v3("GICR_VPENDBASER.Valid"))
          .absence()
          .build();

  public static final Rule V4_3 =
      rule("INV-V4-3", ERROR, "Blocked vCPU without a doorbell")
          .holds(
              "When a vCPU blocks in WFI, its vPE was made non-resident with a doorbell. It is not"
                  + " decided the other way round, because vCPUs block without WFI as well (PSCI).")
          .why("Only the doorbell tells KVM of a virtual LPI for a vCPU that does not run.")
          .catches(
              "The vCPU sleeps on with an interrupt pending; VMs hung at boot when the thread was"
                  + " preempted on its way to sleep (fixed in 6.5, 6.1.47).")
          .needs(VPE)
          .function(gicv4("vgic_v4_put"))
          .function("kvm_vcpu_wfi (arch/arm64/kvm/arm.c)")
          .absence()
          .build();

  public static final Rule V4_4 =
      rule("INV-V4-4", ERROR, "Doorbell without a wake-up")
          .holds("The handler of a doorbell kicks the vCPU that the doorbell belongs to.")
          .why("The vCPU sleeps, and the doorbell will not ring again.")
          .catches(
              "A vCPU sleeps with a virtual LPI pending; with GICv4.1 a doorbell that raced with"
                  + " the vPE's departure was overwritten (before 5.8 and 5.7.9).")
          .needs(VPE, HOST_IRQ, KICK)
          .function(gicv4("vgic_v4_doorbell_handler"))
          .absence()
          .build();

  public static final Rule V4_5 =
      rule("INV-V4-5", ERROR, "Entry without commit of the vPE")
          .holds(
              "After its vPE was loaded, a vCPU commits it before it enters the guest, so that the"
                  + " pending table has been parsed.")
          .why("Before that the hardware may not know of interrupts that are pending.")
          .catches("The guest runs with interrupts missing until the table is parsed.")
          .needs(VPE, VCPU_ENTRY)
          .function(gicv4("vgic_v4_commit"))
          .architecture(v3("GICR_VPENDBASER.Dirty"))
          .absence()
          .build();

  public static final Rule V4_6 =
      rule("INV-V4-6", ERROR, "Virtual LPI mapped twice or not at all")
          .holds(
              "A device's interrupt is mapped to a virtual LPI once until it is unmapped, and is"
                  + " unmapped and has its properties changed only while mapped.")
          .why("KVM keeps the forwarded state with the interrupt and returns early otherwise.")
          .catches(
              "A stale mapping after the guest changed its ITS (before 05b9405f2fa1 in 6.16), a"
                  + " property update of an interrupt that is not mapped (before 6.10, 6.1.95).")
          .needs(VLPI)
          .function(gicv4("kvm_vgic_v4_set_forwarding"))
          .function(gicv4("kvm_vgic_v4_unset_forwarding"))
          .function("its_vlpi_prop_update (drivers/irqchip/irq-gic-v3-its.c)")
          .absence()
          .build();

  public static final Rule SAVE_1 =
      rule("INV-SAVE-1", ERROR, "Pending tables saved with vPEs mapped or left unmapped")
          .holds(
              "GICv4.1: a save of the pending tables frees the interrupts of all vPEs, then reads"
                  + " virtual LPIs, then requests as many interrupts again, on errors too."
                  + " Nothing is read outside of that window, and no doorbell rings in it.")
          .why("The table in memory is current only while the vPE is unmapped.")
          .catches(
              "A cached table is read and interrupts are lost, or every later virtual LPI is. A"
                  + " doorbell that fired meanwhile crashed the host (before ef3691683d7b in 6.2).")
          .needs(SAVED_TABLES, VPE)
          .function(gicv3("vgic_v3_save_pending_tables"))
          .function(gicv4("vgic_v4_get_vlpi_state"))
          .build();

  public static final Rule SAVE_2 =
      rule("INV-SAVE-2", ERROR, "Pending tables saved under a running vCPU")
          .holds("No vCPU of the VM is in the guest while its pending tables are saved.")
          .why("The save takes the lock of every vCPU first.")
          .catches("Interrupts that arrive in the window are in no table and are lost.")
          .needs(SAVED_TABLES, VCPU_ENTRY)
          .function(gicv3("vgic_v3_save_pending_tables"))
          .build();

  public static final Rule SAVE_3 =
      rule("INV-SAVE-3", ERROR, "Virtual LPI not read when tables are saved")
          .holds(
              "GICv4.1: a save reads the state of every LPI that the hardware delivers. What"
                  + " becomes pending in the window shows on the destination only and is not"
                  + " decided.")
          .why("The pending state of such an LPI is in the vPE's table, not in KVM.")
          .catches("Virtual LPIs are lost in a migration, as all were before 5.13 (f66b7b151e00).")
          .needs(SAVED_TABLES, VLPI)
          .function(gicv3("vgic_v3_save_pending_tables"))
          .absence()
          .build();

  public static final Rule SAVE_4 =
      rule("INV-SAVE-4", ERROR, "ITS saved though virtual LPIs cannot be")
          .holds(
              "Saving the tables of an ITS fails with EACCES if an LPI is delivered by the"
                  + " hardware and the GIC is not a GICv4.1; otherwise it never fails so.")
          .why("GICv4.0 has no way to read the pending state of a virtual LPI.")
          .catches("Virtual LPIs are lost silently; or a migration is refused without need.")
          .needs(SAVED_TABLES, VLPI)
          .function(its("vgic_its_save_itt"))
          .build();

  public static final Rule SAVE_5 =
      rule("INV-SAVE-5", ERROR, "Pending table and LPI differ")
          .holds(
              "When an LPI is mapped, its pending state becomes the bit of the pending table of"
                  + " the vCPU it targets. What a save writes to the guest's memory does not"
                  + " show.")
          .why("The table is where pending LPIs live while nothing else does.")
          .catches(
              "LPIs are lost or invented on restore: the table of another vCPU was read after a"
                  + " change of target (before 5.5 and 5.4.3).")
          .needs(ITS_COMMANDS, QUEUE)
          .function(gicv3("vgic_v3_lpi_sync_pending_status"))
          .function(gicv3("vgic_v3_save_pending_tables"))
          .architecture(v3("GICR_PENDBASER, LPI Pending tables"))
          .build();

  public static final Rule SAVE_6 =
      rule("INV-SAVE-6", ERROR, "Pending bit taken twice")
          .holds(
              "Within one restore of an ITS a pending bit that was read as set is clear when it"
                  + " is read again.")
          .why("The bit is cleared in the table as soon as the LPI has it.")
          .catches("An interrupt is delivered twice after a migration.")
          .needs(ITS_COMMANDS)
          .function(gicv3("vgic_v3_lpi_sync_pending_status"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(V4_1, V4_2, V4_3, V4_4, V4_5, V4_6, SAVE_1, SAVE_2, SAVE_3, SAVE_4, SAVE_5, SAVE_6);

  private VlpiRules() {}
}

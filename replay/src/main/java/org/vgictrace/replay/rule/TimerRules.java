package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.CHIP_STATE;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.HOST_IRQ;
import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.SOFT_TIMER;
import static org.vgictrace.replay.rule.Observation.TIMER;
import static org.vgictrace.replay.rule.Observation.TIMER_STEP;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.timer;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** INV-TMR: what a guest's timers put out, and how that becomes an interrupt. */
public final class TimerRules {
  public static final Rule TMR_1 =
      rule("INV-TMR-1", ERROR, "Timer output forwarded to the vGIC")
          .holds(
              "A timer output (kvm_timer_update_irq) is injected at once, by the same thread on"
                  + " the same CPU, with the same INTID and level. Not with an interrupt"
                  + " controller in user space, and not for the timers that a GICv5 injects"
                  + " itself. Only VMs that were seen to inject are judged.")
          .why("The function that changes the output ends with the injection.")
          .catches(
              "The guest's timer fires and its interrupt never reaches the vGIC: the guest loses"
                  + " ticks or hangs in its next sleep.")
          .needs(TIMER, INJECTION)
          .function(timer("kvm_timer_update_irq"))
          .function(core("kvm_vgic_inject_irq"))
          .absence()
          .build();

  public static final Rule TMR_2 =
      rule("INV-TMR-2", ERROR, "Output of an emulated timer forwarded")
          .holds(
              "When an emulated timer is evaluated (kvm_timer_emulate), its output is forwarded"
                  + " before anything else, with that level: before Linux 7.2 if and only if it"
                  + " differs from the output forwarded last, since then every time.")
          .why(
              "Up to 7.1 the timer keeps its last output and tells the vGIC of changes only; 7.2"
                  + " keeps none and leaves it to the vGIC to see that nothing changed.")
          .catches(
              "A guest that sleeps until its physical timer fires is never woken: the expiry"
                  + " while it was blocked was not forwarded at the next load (KVM: arm/arm64: Fix"
                  + " lost IRQs from emulated physcial timer when blocked, 4.19), or a kept output"
                  + " that is out of date hides a change.")
          .needs(TIMER)
          .function(timer("timer_emulate"))
          .function(timer("kvm_timer_update_irq"))
          .absence()
          .build();

  public static final Rule TMR_3 =
      rule("INV-TMR-3", ERROR, "Timer registers kept while the vCPU is away")
          .holds(
              "Saving and restoring a timer alternate, and a timer is restored with the values"
                  + " that were saved (the status bit apart), unless the guest's trapped access,"
                  + " user space or a reset wrote it in between.")
          .why("The timer's registers live either in hardware or in memory.")
          .catches(
              "A deadline changes or gets lost while the thread is scheduled away: the guest's"
                  + " timer fires late, early or never.")
          .needs(TIMER)
          .function(timer("timer_save_state"))
          .function(timer("timer_restore_state"))
          .absence()
          .build();

  public static final Rule TMR_4 =
      rule("INV-TMR-4", ERROR, "Output follows the registers of the timer")
          .holds(
              "The output that a load forwards for a timer that is not in hardware follows from"
                  + " its registers: high only with ENABLE and without IMASK; and high if it had"
                  + " fired already when it was saved (ISTATUS) and nobody wrote it since.")
          .why("The output is ENABLE and not IMASK and a deadline that has passed; time goes on.")
          .catches(
              "A phantom timer interrupt; or, the other way round, the interrupt of a timer that"
                  + " expired while the vCPU was scheduled away is lost.")
          .needs(TIMER)
          .function(timer("kvm_timer_should_fire"))
          .function(timer("kvm_timer_vcpu_load_gic"))
          .build();

  public static final Rule TMR_5 =
      rule("INV-TMR-5", ERROR, "Timers used as the map says")
          .holds(
              "Only the timers that the vCPU's latest map (kvm_get_timer_map) calls direct are"
                  + " saved and restored; only those it calls emulated are evaluated in software"
                  + " or have a soft timer that expires.")
          .why(
              "Each load, put and trapped access computes the map first. It depends on whether"
                  + " the host runs with VHE and, with nested virtualisation, on whether the guest"
                  + " hypervisor or its guest runs.")
          .catches("A nested switch that leaves the timers of the wrong level in hardware.")
          .needs(TIMER)
          .function(timer("get_timer_map"))
          .absence()
          .build();

  public static final Rule TMR_6 =
      rule("INV-TMR-6", ERROR, "Soft timer armed for an emulated timer")
          .holds(
              "An emulated timer that is evaluated to low and that is enabled and not masked has"
                  + " its soft timer started at once. It is known to be enabled if its output was"
                  + " high before and the guest wrote at most its deadline since.")
          .why("Nothing else would notice when the deadline passes.")
          .catches(
              "The guest's physical timer dies after its first interrupt (KVM: arm64: timer:"
                  + " Always evaluate the need for a soft timer, 6.14 and 6.12.14), or an expiry"
                  + " during the switch of vCPUs is lost (KVM: arm/arm64: Fix potential loss of"
                  + " ptimer interrupts, 4.19).")
          .needs(TIMER, SOFT_TIMER)
          .function(timer("timer_emulate"))
          .absence()
          .build();

  public static final Rule TMR_7 =
      rule("INV-TMR-7", ERROR, "Sleeping vCPU woken by its timer")
          .holds(
              "A vCPU that is scheduled away because its guest waits for an interrupt, with a"
                  + " timer enabled and not masked, has its background timer started.")
          .why("While the vCPU sleeps no timer of its own is in hardware.")
          .catches(
              "The guest sleeps until some other interrupt happens to wake it, at worst for ever"
                  + " (KVM: arm/arm64: Fix lost IRQs from emulated physcial timer when blocked,"
                  + " 4.19).")
          .needs(TIMER, TIMER_STEP)
          .function(timer("kvm_timer_blocking"))
          .function(timer("kvm_bg_timer_expire"))
          .absence()
          .build();

  public static final Rule TMR_8 =
      rule("INV-TMR-8", ERROR, "Physical timer interrupt active while delivered")
          .holds(
              "A load that forwards a high output makes the physical interrupt active; and once"
                  + " the host took the physical interrupt it does not take it again before the"
                  + " guest deactivated its own, or the timer was put.")
          .why(
              "The timer's line stays high until the guest handles it. Only the active state"
                  + " keeps the physical interrupt from being taken again and again.")
          .catches(
              "A storm of host timer interrupts: the guest crawls (KVM: arm/arm64: arch_timer:"
                  + " Preserve physical dist. active state on LR.active, 4.4).")
          .needs(TIMER, HOST_IRQ, CHIP_STATE)
          .function(timer("kvm_timer_vcpu_load_gic"))
          .function(timer("kvm_arch_timer_handler"))
          .architecture(v2("GICD_ISACTIVERn"))
          .architecture(v3("GICR_ISACTIVER0"))
          .absence()
          .build();

  public static final Rule TMR_9 =
      rule("INV-TMR-9", ERROR, "Timer pending again after deactivation")
          .holds(
              "If the guest deactivated its timer interrupt and the output is forwarded as high"
                  + " afterwards, the interrupt is pending in a list register at the next entry;"
                  + " unless the interrupt controller was written meanwhile or the list registers"
                  + " are full.")
          .why("A deactivated interrupt whose line is high is pending.")
          .catches(
              "Lost timer ticks, after a vCPU moved to another CPU or after the timer fired again"
                  + " at once (KVM: arm64: vgic: Resample HW pending state on deactivation, 5.15"
                  + " and 5.14.4).")
          .needs(TIMER, ENTRY_IMAGE, EXIT_IMAGE)
          .function(core("vgic_irq_handle_resampling"))
          .function(core("vgic_flush_lr_state"))
          .architecture(v2("GICH_LRn.HW"))
          .architecture(v3("ICH_LR<n>_EL2.HW"))
          .build();

  public static final Rule TMR_10 =
      rule("INV-TMR-10", ERROR, "Reset lowers the timers")
          .holds(
              "When a vCPU is reset, the output of a timer is low before the state of its mapped"
                  + " interrupt is cleared.")
          .why("The control registers are 0 after a reset, so no timer is enabled.")
          .catches("A rebooted guest is interrupted by a timer that it has not set.")
          .needs(TIMER)
          .function(timer("kvm_timer_vcpu_reset"))
          .function(core("kvm_vgic_reset_mapped_irq"))
          .build();

  public static final Rule TMR_11 =
      rule("INV-TMR-11", ERROR, "Order of timer load and vGIC load")
          .holds(
              "When a vCPU is loaded, up to Linux 6.12 the vGIC is loaded before the timers, since"
                  + " 6.19 after them. Between those versions it is not judged.")
          .why(
              "Loading the timers may change the mapped interrupts, which the load of a nested"
                  + " vGIC uses.")
          .catches("A nested guest whose deactivation goes through a mapping that is out of date.")
          .needs(TIMER_STEP)
          .function("kvm_arch_vcpu_load (arch/arm64/kvm/arm.c)")
          .absence()
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(TMR_1, TMR_2, TMR_3, TMR_4, TMR_5, TMR_6, TMR_7, TMR_8, TMR_9, TMR_10, TMR_11);

  private TimerRules() {}
}

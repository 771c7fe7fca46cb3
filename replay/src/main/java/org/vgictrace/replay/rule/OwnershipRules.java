package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.FORWARDING;
import static org.vgictrace.replay.rule.Observation.HOST_IRQ;
import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.KICK;
import static org.vgictrace.replay.rule.Observation.PMU_OVERFLOW;
import static org.vgictrace.replay.rule.Observation.SYSREG;
import static org.vgictrace.replay.rule.Observation.TIMER;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.pmu;
import static org.vgictrace.replay.rule.Sources.timer;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** INV-OWN: who owns a physical interrupt that the host and its guests share. */
public final class OwnershipRules {
  public static final Rule OWN_1 =
      rule("INV-OWN-1", ERROR, "Performance monitor interrupt never forwarded")
          .holds(
              "The interrupt of the guest's performance monitors is never mapped to a physical"
                  + " one: no list register has it with the HW bit, and nothing maps it.")
          .why(
              "The policy host-owned: the physical interrupt of a CPU's performance monitors"
                  + " belongs to the host's perf, which counts for the guests too.")
          .catches(
              "A guest that deactivates the host's interrupt, or a host that loses its profiling"
                  + " interrupts while a guest has one active.")
          .needs(ENTRY_IMAGE, INJECTION)
          .function(pmu("kvm_pmu_update_state"))
          .function(core("kvm_vgic_map_phys_irq"))
          .architecture(v2("GICH_LRn.HW"))
          .architecture(v3("ICH_LR<n>_EL2.HW"))
          .build();

  public static final Rule OWN_2 =
      rule("INV-OWN-2", ERROR, "Host's own counters do not reach a guest")
          .holds(
              "Scenario 1 of the policy host-owned, only the host profiles: the handler of the"
                  + " host's performance monitor interrupt, on a CPU that runs no vCPU's thread,"
                  + " injects nothing into a guest.")
          .why(
              "There is no mode in which the interrupt is forwarded, so the host's handler gets"
                  + " it whatever ran before on that CPU.")
          .catches(
              "Host profiling silently dead, or a guest without counters that is told of"
                  + " overflows.")
          .needs(HOST_IRQ, INJECTION)
          .function(pmu("kvm_pmu_perf_overflow"))
          .build();

  public static final Rule OWN_3 =
      rule("INV-OWN-3", ERROR, "Host overflow not delivered to the guest")
          .holds(
              "Scenario 2 of the policy host-owned, host and guest profile together: the guest's"
                  + " performance monitor line rises only after a counter of that vCPU"
                  + " overflowed (kvm_pmu_perf_overflow) or the guest or user space wrote a"
                  + " register of them. A host counter that overflows between the exit and the"
                  + " synchronisation does not raise it.")
          .why(
              "The line is computed from the overflow and enable registers of the guest as KVM"
                  + " keeps them, never from the physical interrupt.")
          .catches("Samples of the host's profiler show up as overflows in the guest's profiler.")
          .needs(PMU_OVERFLOW, SYSREG, INJECTION)
          .function(pmu("kvm_pmu_sync_hwstate"))
          .function(pmu("kvm_pmu_update_state"))
          .absence()
          .build();

  public static final Rule OWN_4 =
      rule("INV-OWN-4", ERROR, "Guest overflow not consumed by the host")
          .holds(
              "After a counter of a vCPU overflowed and KVM kicked the vCPU for it, its"
                  + " performance monitor line is high at the next entry; unless the guest or"
                  + " user space wrote a register of them in between. Whatever the line is"
                  + " computed to is injected if it changes.")
          .why("The kick is given because the line has to be raised at the next entry.")
          .catches(
              "A guest's profiler that stops after some samples (KVM: arm/arm64: PMU: Fix overflow"
                  + " interrupt injection, 4.13; KVM: arm64: PMU: Align chained counter"
                  + " implementation with architecture pseudocode, 6.3 and 6.1.24).")
          .needs(PMU_OVERFLOW, KICK, INJECTION)
          .function(pmu("kvm_pmu_perf_overflow"))
          .function(pmu("kvm_pmu_flush_hwstate"))
          .absence()
          .build();

  public static final Rule OWN_5 =
      rule("INV-OWN-5", ERROR, "Performance monitor line set by its vCPU")
          .holds(
              "The performance monitor line of a vCPU is set by its own thread, outside of"
                  + " interrupt handlers: at entry and after exit.")
          .why("What the line is computed from belongs to the thread that runs the vCPU.")
          .catches("An overflow of one vCPU that is delivered to another.")
          .needs(INJECTION)
          .function(pmu("kvm_pmu_flush_hwstate"))
          .function(pmu("kvm_pmu_sync_hwstate"))
          .build();

  public static final Rule OWN_6 =
      rule("INV-OWN-6", ERROR, "Timer interrupt goes to the loaded vCPU")
          .holds(
              "A timer output that is forwarded from an interrupt handler is that of the vCPU"
                  + " whose thread the interrupt was taken in, and that vCPU is loaded.")
          .why(
              "The host's timer interrupt belongs to whichever vCPU is loaded on that CPU. After"
                  + " its put a late interrupt is ignored.")
          .catches(
              "The timer interrupt of one VM delivered to another, or taken after the put (KVM:"
                  + " arm/arm64: Properly handle arch-timer IRQs after vtimer_save_state, 4.15).")
          .needs(TIMER)
          .function(timer("kvm_arch_timer_handler"))
          .build();

  public static final Rule OWN_7 =
      rule("INV-OWN-7", ERROR, "Physical interrupt behind one guest interrupt")
          .holds(
              "In one entry image no two list registers with the HW bit name the same physical"
                  + " interrupt; and a physical SPI stands behind one guest interrupt of one VM"
                  + " until it is unmapped.")
          .why("Its deactivation by the guest would end somebody else's interrupt.")
          .catches("Interrupts of an assigned device that get stuck or are lost.")
          .needs(ENTRY_IMAGE)
          .function(core("kvm_vgic_map_phys_irq"))
          .architecture(v2("GICH_LRn.PhysicalID"))
          .architecture(v3("ICH_LR<n>_EL2.pINTID"))
          .build();

  public static final Rule OWN_8 =
      rule("INV-OWN-8", WARNING, "Forwarded device interrupt not handled by the host")
          .holds(
              "While a device's interrupt is forwarded as a virtual LPI, the host's handler for"
                  + " it does not run. Not decided: no event ties the number of the host's"
                  + " interrupt to the time in which it is forwarded.")
          .why("The GIC delivers a forwarded LPI to the vCPU without the host.")
          .catches("An interrupt that is delivered twice.")
          .needs(FORWARDING, HOST_IRQ)
          .function("kvm_vgic_v4_set_forwarding (arch/arm64/kvm/vgic/vgic-v4.c)")
          .architecture(v3("ITS command VMAPTI"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(OWN_1, OWN_2, OWN_3, OWN_4, OWN_5, OWN_6, OWN_7, OWN_8);

  private OwnershipRules() {}
}

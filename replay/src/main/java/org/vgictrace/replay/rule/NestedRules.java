package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.NESTED_STATE;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PPI_STATE;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.nested;
import static org.vgictrace.replay.rule.Sources.v3;
import static org.vgictrace.replay.rule.Sources.v5;

import java.util.List;

/** INV-NV and INV-V5: guests that are hypervisors, and guests with a GICv5 (since 7.x). */
public final class NestedRules {
  public static final Rule NV_1 =
      rule("INV-NV-1", ERROR, "Nested guest's list registers not its hypervisor's")
          .holds(
              "While a guest hypervisor's own guest runs, the hardware has exactly those of its"
                  + " list registers that are pending or active, in order, from register 0 on;"
                  + " the hardware changes their states as it may change any; and what comes back"
                  + " changes the states of the same registers, and nothing else.")
          .why(
              "The registers of the guest hypervisor are memory. They are copied to the hardware"
                  + " at load, and a map of one bit per register says where each one came from.")
          .catches(
              "The state of one virtual interrupt lands in another's register: interrupts of the"
                  + " nested guest are lost or repeated. 6.16 fixed a write-back to the wrong"
                  + " register.")
          .needs(NESTED_STATE)
          .function(nested("vgic_v3_create_shadow_lr"))
          .function(nested("vgic_v3_sync_nested"))
          .architecture(v3("ICH_LR<n>_EL2.State"))
          .build();

  public static final Rule NV_2 =
      rule("INV-NV-2", ERROR, "Nested interrupt tied to a foreign physical one")
          .holds(
              "A list register of a nested guest has its HW bit only if the interrupt of the"
                  + " guest hypervisor that it names is itself tied to a physical one, and then"
                  + " it names that physical interrupt.")
          .why(
              "The number a guest hypervisor writes is one of its own interrupts. It means"
                  + " nothing to the hardware until it is translated.")
          .catches("The nested guest deactivates a physical interrupt of the host.")
          .needs(NESTED_STATE, POPULATION)
          .function(nested("translate_lr_pintid"))
          .architecture(v3("ICH_LR<n>_EL2.pINTID"))
          .build();

  public static final Rule NV_3 =
      rule("INV-NV-3", ERROR, "Hypervisor's own interrupts handled while its guest runs")
          .holds(
              "From the load of a nested guest's list registers to their put, no interrupt of the"
                  + " guest hypervisor itself is populated or folded on that vCPU.")
          .why("There is one set of hardware list registers, and it belongs to the nested guest.")
          .catches("The guest hypervisor's interrupts are overwritten with its guest's.")
          .needs(NESTED_STATE, POPULATION)
          .function("kvm_vgic_flush_hwstate (arch/arm64/kvm/vgic/vgic.c)")
          .function("kvm_vgic_sync_hwstate (arch/arm64/kvm/vgic/vgic.c)")
          .architecture(v3("ICH_LR<n>_EL2"))
          .absence()
          .build();

  public static final Rule V5_1 =
      rule("INV-V5-1", ERROR, "List registers or ap_list used for a GICv5 guest")
          .holds(
              "A VM with a GICv5 has no list registers, and no interrupt of it is on an ap_list.")
          .why(
              "Its PPIs are handed to the hardware as bits of registers. List registers are part"
                  + " of the older architecture.")
          .catches("An interrupt that waits on a list that nobody looks at is lost.")
          .needs(PPI_STATE, POPULATION, QUEUE)
          .function(v5("vgic_v5_ppi_queue_irq_unlock"))
          .function(v5("vgic_v5_flush_ppi_state"))
          .build();

  public static final Rule V5_2 =
      rule("INV-V5-2", ERROR, "Edge or active state of a GICv5 PPI lost")
          .holds(
              "After the fold a PPI is active exactly if its active bit was set at the exit, and"
                  + " an edge PPI is pending if it was before or its pending bit was set at the"
                  + " exit. The flush moves the pending state of an edge PPI to the hardware.")
          .why("The bits are the only copy: what the fold does not take over is gone.")
          .catches("An edge that the guest has not taken is dropped, or taken twice.")
          .needs(PPI_STATE, QUEUE)
          .function(v5("vgic_v5_fold_ppi_state"))
          .function(v5("vgic_v5_flush_ppi_state"))
          .build();

  public static final Rule V5_3 =
      rule("INV-V5-3", ERROR, "Direct timer of a GICv5 guest injected by software")
          .holds("A timer that has its hardware is not injected by software into a GICv5 guest.")
          .why("The hardware makes its PPI pending by itself (direct injection).")
          .catches("Each expiry is seen twice.")
          .needs(PPI_STATE, INJECTION)
          .function("kvm_timer_update_irq (arch/arm64/kvm/arch_timer.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(NV_1, NV_2, NV_3, V5_1, V5_2, V5_3);

  private NestedRules() {}
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.DISTRIBUTOR;
import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Observation.SLEEP;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;

import java.util.List;

/** What keeps a vCPU from going to sleep. */
public final class WakeRules {
  public static final Rule WFI_1 =
      rule("INV-WFI-1", ERROR, "Asleep beside an interrupt")
          .holds(
              "A vCPU does not sleep while an interrupt of its ap_list is pending, enabled, not"
                  + " active and of a higher priority than its mask lets through, with the"
                  + " distributor enabled.")
          .why(
              "Who goes to sleep tests its list first, and nobody kicks it for what was on the list"
                  + " before.")
          .catches(
              "A lost wake-up: the guest waits in WFI until something unrelated happens. Until"
                  + " Linux 4.19 a guest that slept on its emulated physical timer was not woken"
                  + " (\"Fix lost IRQs from emulated physcial timer when blocked\").")
          .needs(QUEUE, SLEEP, ENTRY_IMAGE, DISTRIBUTOR)
          .function(core("kvm_vgic_vcpu_pending_irq"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(WFI_1);

  private WakeRules() {}
}

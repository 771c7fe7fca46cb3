package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.QUEUE;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.core;

import java.util.List;

/** Which injections are accepted, and what follows from them. */
public final class InjectionRules {
  public static final Rule INJ_1 =
      rule("INV-INJ-1", ERROR, "Injection by a stranger")
          .holds(
              "Once an in-kernel device owns an interrupt (timer, PMU), injections by anybody else"
                  + " have no effect on it.")
          .why("The line belongs to one driver; user space must not spoof it.")
          .catches("User space raises or lowers a timer's or the PMU's interrupt.")
          .needs(INJECTION, QUEUE)
          .function(core("vgic_validate_injection"))
          .function(core("kvm_vgic_set_owner"))
          .build();

  public static final Rule INJ_2 =
      rule("INV-INJ-2", ERROR, "Injection without effect")
          .holds(
              "An injection by the interrupt's owner that changes something (a new level, or an"
                  + " edge) is followed in the same thread by the attempt to queue it, and leaves"
                  + " the line at its level. A message whose translation is cached is queued before"
                  + " the look-up returns. An SGI that a guest sends through ICC_SGI1R_EL1 becomes"
                  + " pending on the vCPUs that it names, and on no other.")
          .why("Pending interrupts are delivered from an ap_list only.")
          .catches(
              "The interrupt is pending and no vCPU looks at it, a level or an SGI never arrives, or"
                  + " another vCPU gets it.")
          .needs(INJECTION, QUEUE)
          .function(core("kvm_vgic_inject_irq"))
          .function(core("vgic_queue_irq_unlock"))
          .absence()
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(INJ_1, INJ_2);

  private InjectionRules() {}
}

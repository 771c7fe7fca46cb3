package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.ENTRY_IMAGE;
import static org.vgictrace.replay.rule.Observation.EXIT_IMAGE;
import static org.vgictrace.replay.rule.Observation.HOST_IRQ;
import static org.vgictrace.replay.rule.Observation.INJECTION;
import static org.vgictrace.replay.rule.Observation.NESTED_STATE;
import static org.vgictrace.replay.rule.Observation.VCPU_EXIT;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.INFO;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;
import static org.vgictrace.replay.rule.Sources.gicv2;
import static org.vgictrace.replay.rule.Sources.gicv3;
import static org.vgictrace.replay.rule.Sources.nested;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/** Maintenance interrupts and what explains them. */
public final class MaintenanceRules {
  private static final String HANDLER =
      "vgic_maintenance_handler (arch/arm64/kvm/vgic/vgic-init.c)";

  public static final Rule MAINT_1 =
      rule("INV-MAINT-1", WARNING, "Unexplained maintenance interrupt")
          .holds(
              "A maintenance interrupt on a CPU has a cause in that CPU's last residency: a"
                  + " register that came back inactive with EOI=1 and HW=0; UIE and at most one"
                  + " register not inactive; NPIE and no register pending (pending and active"
                  + " does not count); LRENPIE and EOIcount not zero; or a group request that"
                  + " VMCR satisfies.")
          .why(
              "The interrupt is the level of MISR. KVM turns HCR off when it saves the state,"
                  + " which mostly withdraws the interrupt before the host takes it: that none"
                  + " is seen means nothing (INV-MAINT-5).")
          .catches("Wrong request bits, an HCR left enabled in the host, or a foreign interrupt.")
          .needs(HOST_IRQ, ENTRY_IMAGE, EXIT_IMAGE)
          .function(HANDLER)
          .architecture(v2("GICH_MISR"))
          .architecture(v3("ICH_MISR_EL2"))
          .build();

  public static final Rule MAINT_2 =
      rule("INV-MAINT-2", ERROR, "Impossible cause of maintenance (before 6.19)")
          .holds(
              "Before 6.19 the images give only two causes of a maintenance interrupt: the end of"
                  + " an interrupt with EOI=1, and underflow.")
          .why("These kernels set no request bit in HCR but UIE; EOI is requested per register.")
          .catches("A request bit was set by mistake and never clears: an exit storm.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE)
          .function(gicv2("vgic_v2_set_underflow"))
          .function(gicv3("vgic_v3_set_underflow"))
          .architecture(v2("GICH_MISR"))
          .architecture(v3("ICH_MISR_EL2"))
          .build();

  public static final Rule MAINT_3 =
      rule("INV-MAINT-3", INFO, "Maintenance exits without effect")
          .holds(
              "Exits by a maintenance interrupt mostly find a list register changed; a high rate"
                  + " of exits that find all as at entry is reported.")
          .why("A request that still holds at the next entry fires again at once.")
          .catches("An underflow or group-enable storm: the guest runs, but slowly.")
          .needs(ENTRY_IMAGE, EXIT_IMAGE, VCPU_EXIT)
          .function(core("vgic_flush_lr_state"))
          .function(gicv3("vgic_v3_configure_hcr"))
          .architecture(v2("GICH_HCR, GICH_MISR"))
          .architecture(v3("ICH_HCR_EL2, ICH_MISR_EL2"))
          .build();

  public static final Rule MAINT_4 =
      rule("INV-MAINT-4", ERROR, "Wrong maintenance interrupt of a guest hypervisor")
          .holds(
              "With nested virtualisation the maintenance interrupt that KVM gives a guest"
                  + " hypervisor has the configured PPI, and its level is 1 exactly if that"
                  + " hypervisor's HCR.En is set and its MISR, computed from its own registers,"
                  + " is not zero.")
          .why(
              "It is emulated: KVM evaluates it when it leaves the nested guest and when the"
                  + " registers may have changed. Where a probe does not read them from memory the"
                  + " level is undecided and only the interrupt's number is judged.")
          .catches("The guest hypervisor misses its own guest's underflow or end of interrupt.")
          .needs(INJECTION, NESTED_STATE)
          .function(nested("vgic_v3_nested_update_mi"))
          .function(nested("vgic_v3_handle_nested_maint_irq"))
          .architecture(v3("ICH_MISR_EL2, ICH_HCR_EL2.En"))
          .build();

  public static final Rule MAINT_5 =
      rule("INV-MAINT-5", ERROR, "Absent maintenance interrupts prove nothing")
          .holds(
              "Always. That a maintenance interrupt was due by the images but its handler is not"
                  + " in the recording is never a violation.")
          .why(
              "The interrupt is level-sensitive and withdrawn when KVM saves the registers and"
                  + " turns HCR off, before the host enables interrupts: the exit shows, the"
                  + " handler seldom runs. Declared so that no other rule is built on it.")
          .catches("Nothing; it keeps a checker from reporting correct kernels.")
          .needs(HOST_IRQ)
          .function(HANDLER)
          .architecture(v2("GICH_HCR.En"))
          .architecture(v3("ICH_HCR_EL2.En"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(MAINT_1, MAINT_2, MAINT_3, MAINT_4, MAINT_5);

  private MaintenanceRules() {}
}

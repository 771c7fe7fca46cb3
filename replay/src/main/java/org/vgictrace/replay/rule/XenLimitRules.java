package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Observation.XEN_ACCESSES;
import static org.vgictrace.replay.rule.Observation.XEN_STEPS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.QUIRK;

import java.util.List;

/** Documented limits of the design of Xen's vGICs: what looks like a defect and is none. */
public final class XenLimitRules {
  public static final Rule OV_K01 =
      rule("OV-K01", QUIRK, "Retargeted SPI stays behind")
          .holds(
              "An SPI without a physical one that is given another target while in"
                  + " flight stays on the old virtual CPU.")
          .why("Only physical interrupts are moved. All versions of the old vGIC.")
          .catches(
              "Lists that disagree with the target, and a list register looked up"
                  + " on the wrong virtual CPU.")
          .needs(XEN_STEPS)
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_K02 =
      rule("OV-K02", QUIRK, "Second instance of a hardware interrupt dropped")
          .holds(
              "A hardware interrupt that is raised again while active is dropped"
                  + " with a warning.")
          .why("HW=1 does not allow pending and active.")
          .catches("An instance that only the device can repeat.")
          .needs(XEN_STEPS)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_K03 =
      rule("OV-K03", QUIRK, "Less urgent active interrupt keeps its list register")
          .holds(
              "The search for a victim passes over active interrupts and stops at"
                  + " an equal priority.")
          .why("Active interrupts cannot be taken out.")
          .catches("A more urgent interrupt that waits.")
          .needs(XEN_STEPS)
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_K04 =
      rule("OV-K04", QUIRK, "Queued mark outlives the list register")
          .holds(
              "A disabled or moving interrupt that leaves its list register keeps"
                  + " its queued mark; the instance is lost until it is raised again.")
          .why("It is only looked at when the interrupt is enabled and stays.")
          .catches("An instance that is never delivered.")
          .needs(XEN_STEPS)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_K05 =
      rule("OV-K05", QUIRK, "Level interrupt not delivered again")
          .holds(
              "A line that is still high after the end of the interrupt is not"
                  + " delivered again unless it is raised again.")
          .why("The old vGIC has no levels: it treats all interrupts as edges.")
          .catches("Devices must raise their line again.")
          .needs(XEN_STEPS)
          .function("vgic_inject_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_K06 =
      rule("OV-K06", QUIRK, "Writes without an effect")
          .holds(
              "Switching the distributor off, clearing pending state and priorities"
                  + " of interrupts in flight are ignored.")
          .why("The vGIC keeps no state that they could change.")
          .catches("Interrupts delivered that the guest withdrew.")
          .needs(XEN_STEPS)
          .function("vgic_v3_distr_mmio_write (xen/arch/arm/vgic-v3.c)")
          .build();

  public static final Rule OV_K07 =
      rule("OV-K07", QUIRK, "Stale marks after CPU_ON")
          .holds(
              "A virtual CPU that is switched on again has empty lists, but its"
                  + " interrupts keep their marks.")
          .why("Only the lists are reset.")
          .catches("Interrupts that seem to be in list registers.")
          .needs(XEN_STEPS)
          .function("vgic_clear_pending_irqs (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_K08 =
      rule("OV-K08", QUIRK, "LPIs in flight do not move")
          .holds(
              "MOVI leaves an LPI in flight where it is, and a new priority holds"
                  + " from the next time it is raised.")
          .why("The ITS emulation changes the tables only.")
          .catches("An LPI delivered to the old virtual CPU.")
          .needs(XEN_STEPS)
          .function("its_handle_movi (xen/arch/arm/vgic-v3-its.c)")
          .build();

  public static final Rule NV_K01 =
      rule("NV-K01", QUIRK, "Active state cannot be written")
          .holds(
              "Writes of active state are refused with a message, reads may be"
                  + " stale; there is no GICv3 and no ITS.")
          .why("The new vGIC was left incomplete.")
          .catches("Guests that save and restore their interrupt controller.")
          .needs(XEN_STEPS)
          .function("vgic_mmio_write_sactive (xen/arch/arm/vgic/vgic-mmio.c)")
          .build();

  public static final Rule XV_K01 =
      rule("XV-K01", QUIRK, "Hardware interrupt fires before its end is noticed")
          .holds(
              "A physical interrupt fires again on another CPU after the guest"
                  + " ended it and before the fold that would clear its mark of being in"
                  + " progress.")
          .why(
              "The mark is shared by both instances. Acknowledged in review when"
                  + " the GICv2 part of the new vGIC was added (2018); both vGICs have it.")
          .catches("It matters only when the domain dies: the interrupt may stay active.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(OV_K01, OV_K02, OV_K03, OV_K04, OV_K05, OV_K06, OV_K07, OV_K08, NV_K01, XV_K01);

  private XenLimitRules() {}
}

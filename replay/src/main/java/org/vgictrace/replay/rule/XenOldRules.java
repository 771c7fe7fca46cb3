package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.HARDWARE;
import static org.vgictrace.replay.rule.Observation.XEN_ACCESSES;
import static org.vgictrace.replay.rule.Observation.XEN_STEPS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.v2;
import static org.vgictrace.replay.rule.Sources.v3;

import java.util.List;

/**
 * The original vGIC of Xen on Arm, in the words of its state: per virtual CPU the interrupts in
 * flight and, of those, the ones that wait for a list register.
 */
public final class XenOldRules {
  public static final Rule OV_I01 =
      rule("OV-I01", ERROR, "Lists out of order")
          .holds(
              "The interrupts that wait are among those in flight; both lists are"
                  + " sorted by priority, first come first served. Not visible in the log"
                  + " of the hardware: it needs records of the hypervisor itself.")
          .why("List registers are filled in that order.")
          .catches(
              "A list that ends in itself, or the least urgent first (fix"
                  + " inflight_irqs list priority ordering, 2012; fix race in"
                  + " vgic_vcpu_inject_irq, 2013).")
          .needs(XEN_STEPS)
          .function("vgic_inject_irq (xen/arch/arm/vgic.c)")
          .function("gic_add_to_lr_pending (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I02 =
      rule("OV-I02", ERROR, "List register and its book-keeping disagree")
          .holds(
              "An interrupt is marked visible exactly while it is in a list"
                  + " register. In the log of the hardware: each list register in use is"
                  + " read after an exit, and one with a pending interrupt is not cleared,"
                  + " LPIs aside.")
          .why("The mask of list registers in use is all that tells Xen where to" + " look.")
          .catches(
              "Interrupts whose end is never noticed (correct use of find_next_bit,"
                  + " 2014), or another interrupt changed in their place (XSA-223, 2017).")
          .absence()
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_sync_from_lrs (xen/arch/arm/gic-vgic.c)")
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule OV_I03 =
      rule("OV-I03", ERROR, "Interrupt in a list register waits for another")
          .holds(
              "An interrupt that is in a list register does not wait for one: a"
                  + " list register is not given the interrupt that is pending in it.")
          .why("It was taken off the list when it was written.")
          .catches("The same interrupt delivered twice.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .function("gic_raise_guest_irq (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule OV_I04 =
      rule("OV-I04", ERROR, "Interrupt waits that should not")
          .holds(
              "An interrupt that waits is queued, enabled and not in a list"
                  + " register. Not visible in the log of the hardware: it needs records"
                  + " of the hypervisor itself.")
          .why("Anything else is never delivered, or delivered while it is disabled.")
          .catches("An interrupt disabled while it waits.")
          .needs(XEN_STEPS)
          .function("gic_raise_guest_irq (xen/arch/arm/gic-vgic.c)")
          .function("gic_remove_from_lr_pending (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I05 =
      rule("OV-I05", ERROR, "Interrupt on the lists of two virtual CPUs")
          .holds(
              "An interrupt is in flight on at most one virtual CPU. Not visible in"
                  + " the log of the hardware: it needs records of the hypervisor itself.")
          .why("It has one set of list links.")
          .catches("Corrupted lists after a move (OV-K01 is a known way there).")
          .needs(XEN_STEPS)
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I06 =
      rule("OV-I06", ERROR, "Private interrupt on a foreign list")
          .holds(
              "SGIs and PPIs are on the lists of their own virtual CPU only. Not"
                  + " visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("They exist once per virtual CPU.")
          .catches("An interrupt delivered to the wrong virtual CPU.")
          .needs(XEN_STEPS)
          .function("vgic_inject_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I07 =
      rule("OV-I07", ERROR, "Disabled interrupt delivered")
          .holds(
              "The injection of a disabled interrupt leads to no write of a list"
                  + " register until it is enabled.")
          .why("The guest does not expect it.")
          .catches(
              "Disabled interrupts delivered, and foreign list registers changed"
                  + " (XSA-223, 2017).")
          .needs(XEN_STEPS)
          .function("gic_raise_inflight_irq (xen/arch/arm/gic-vgic.c)")
          .function("vgic_inject_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I08 =
      rule("OV-I08", ERROR, "Injection without a list register")
          .holds(
              "An interrupt that is injected is queued or in a list register, and if"
                  + " it is enabled it has or waits for one. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("Nothing else would deliver it.")
          .catches("An interrupt that is never delivered.")
          .needs(XEN_STEPS)
          .function("gic_raise_guest_irq (xen/arch/arm/gic-vgic.c)")
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I09 =
      rule("OV-I09", ERROR, "Waiting interrupt, and no underflow asked for")
          .holds(
              "If interrupts wait on the way to the guest, all list registers are"
                  + " in use and UIE is set. In the log of the hardware that is known"
                  + " after an interrupt had to make room for another.")
          .why("Nothing else tells Xen that there is room again.")
          .catches(
              "Interrupts stalled until the next exit (set GICH_HCR_UIE if all the"
                  + " LRs are in use, 2014; lr_all_full(), 2024).")
          .absence()
          .needs(HARDWARE, XEN_ACCESSES)
          .function("vgic_sync_to_lrs (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_HCR"))
          .architecture(v3("ICH_HCR_EL2"))
          .build();

  public static final Rule OV_I10 =
      rule("OV-I10", WARNING, "Less urgent interrupt keeps the list register")
          .holds(
              "On the way to the guest no interrupt that waits is more urgent than"
                  + " a pending one in a list register, unless the search stopped at one"
                  + " of equal priority (OV-K03). Not visible in the log of the hardware:"
                  + " it needs records of the hypervisor itself.")
          .why("List registers go to the most urgent.")
          .catches("Interrupts delivered in the wrong order.")
          .needs(XEN_STEPS)
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I11 =
      rule("OV-I11", ERROR, "Less urgent interrupt takes the list register")
          .holds(
              "A list register with a pending interrupt is given another only if"
                  + " that is more urgent.")
          .why("Eviction exists to let the more urgent through.")
          .catches("Priority inversion (gic_events_need_delivery and irq priorities," + " 2014).")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_find_unused_lr (xen/arch/arm/gic-vgic.c)")
          .function("gic_restore_pending_irqs (xen/arch/arm/gic-vgic.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  public static final Rule OV_I12 =
      rule("OV-I12", ERROR, "Move outlives the list register")
          .holds(
              "An interrupt is marked as moving only while it is in a list register"
                  + " and belongs to a physical one. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("The mark is what delays the change of the physical target.")
          .catches(
              "A second move accepted while one is in progress (refuse irq"
                  + " migration when one is already in progress, 2017).")
          .needs(XEN_STEPS)
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I13 =
      rule("OV-I13", WARNING, "Physical interrupt goes to the wrong CPU")
          .holds(
              "After the end of an interrupt that moved the physical one targets"
                  + " the CPU of the new virtual CPU. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("Otherwise each instance costs an IPI.")
          .catches(
              "Wrong order of the two steps (remove irq from inflight, then change"
                  + " physical affinity, 2017).")
          .needs(XEN_STEPS)
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I14 =
      rule("OV-I14", WARNING, "Interrupt in progress forgotten")
          .holds(
              "The descriptor of a physical interrupt is in progress from its"
                  + " acknowledge to the fold that finds its list register inactive. Not"
                  + " visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("It decides whether the interrupt is deactivated when the domain" + " dies.")
          .catches("Descriptors that stay in progress; XV-K01 is a known race.")
          .needs(XEN_STEPS)
          .function("gic_interrupt (xen/arch/arm/gic.c)")
          .function("gic_update_one_lr (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I15 =
      rule("OV-I15", ERROR, "Upcall pending and no interrupt")
          .holds(
              "While an event upcall is pending and not being handled its PPI is in"
                  + " flight, or will be injected before the virtual CPU sleeps. Not"
                  + " visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("Nothing else wakes the guest.")
          .catches("Lost events (fix race between evtchn upcall and evtchnop_send," + " 2013).")
          .needs(XEN_STEPS)
          .function("vcpu_mark_events_pending (xen/arch/arm/vgic.c)")
          .function("vgic_evtchn_irq_pending (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I16 =
      rule("OV-I16", ERROR, "Blocked with an interrupt to deliver")
          .holds(
              "A virtual CPU that is blocked has no enabled interrupt in flight"
                  + " that its interface would deliver. Not visible in the log of the"
                  + " hardware: it needs records of the hypervisor itself.")
          .why("It would have been woken.")
          .catches("A guest that sleeps for ever.")
          .needs(XEN_STEPS)
          .function("vgic_vcpu_pending_irq (xen/arch/arm/gic-vgic.c)")
          .build();

  public static final Rule OV_I17 =
      rule("OV-I17", ERROR, "Fresh LPI in a list register")
          .holds(
              "Only an LPI that was never in a list register since it was mapped is"
                  + " marked pristine. Not visible in the log of the hardware: it needs"
                  + " records of the hypervisor itself.")
          .why("The mark tells left-overs of an earlier mapping apart.")
          .catches("Two LPIs of one number in list registers.")
          .needs(XEN_STEPS)
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .function("its_handle_mapti (xen/arch/arm/vgic-v3-its.c)")
          .build();

  public static final Rule OV_I18 =
      rule("OV-I18", ERROR, "Unmapped LPI on a list")
          .holds(
              "LPIs in flight belong to a mapped event. Not visible in the log of"
                  + " the hardware: it needs records of the hypervisor itself.")
          .why("Their state is freed with the mapping.")
          .catches("An LPI used after it was freed.")
          .needs(XEN_STEPS)
          .function("its_discard_event (xen/arch/arm/vgic-v3-its.c)")
          .build();

  public static final Rule OV_I19 =
      rule("OV-I19", ERROR, "Target changed by a refused move")
          .holds(
              "The target of an interrupt changes only if the move was accepted."
                  + " Not visible in the log of the hardware: it needs records of the"
                  + " hypervisor itself.")
          .why("A refused move leaves the interrupt where it is.")
          .catches(
              "An interrupt looked up under the wrong lock (refuse irq migration"
                  + " when one is already in progress, 2017).")
          .needs(XEN_STEPS)
          .function("vgic_store_itargetsr (xen/arch/arm/vgic-v2.c)")
          .function("vgic_migrate_irq (xen/arch/arm/vgic.c)")
          .build();

  public static final Rule OV_I20 =
      rule("OV-I20", ERROR, "Interrupt number that does not exist")
          .holds(
              "A list register in use holds an SGI, PPI or SPI below 1020, an"
                  + " extended SPI (4096 to 5119) or an LPI. The number of SPIs of a"
                  + " domain is not visible.")
          .why("The guest has no state for others.")
          .catches("Injection out of range.")
          .needs(HARDWARE, XEN_ACCESSES)
          .function("gic_set_lr (xen/arch/arm/gic-vgic.c)")
          .function("vgic_v2_populate_lr (xen/arch/arm/vgic/vgic-v2.c)")
          .architecture(v2("GICH_LRn"))
          .architecture(v3("ICH_LR<n>_EL2"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          OV_I01, OV_I02, OV_I03, OV_I04, OV_I05, OV_I06, OV_I07, OV_I08, OV_I09, OV_I10, OV_I11,
          OV_I12, OV_I13, OV_I14, OV_I15, OV_I16, OV_I17, OV_I18, OV_I19, OV_I20);

  private XenOldRules() {}
}

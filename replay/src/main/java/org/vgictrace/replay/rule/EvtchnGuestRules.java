package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.GUEST_BINDING;
import static org.vgictrace.replay.rule.Observation.GUEST_EOI;
import static org.vgictrace.replay.rule.Observation.GUEST_IPI;
import static org.vgictrace.replay.rule.Observation.GUEST_PORT;
import static org.vgictrace.replay.rule.Observation.GUEST_UPCALL;
import static org.vgictrace.replay.rule.Observation.HOST_IRQ;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.INFO;

import java.util.List;

/**
 * EV-70 to EV-76: how a Linux guest takes its events. They need probes in the guest; which
 * hypervisor raises the events does not matter.
 */
public final class EvtchnGuestRules {
  private static String linux(String function) {
    return function + " (drivers/xen/events/events_base.c)";
  }

  public static final Rule EV_70 =
      rule("EV-70", ERROR, "Event handled on the wrong CPU")
          .holds(
              "The handler of a CPU's own event, such as timer1 or resched0, runs on that"
                  + " CPU. Any other port is handled on the CPU it is bound to, or for one last"
                  + " event on the one before; what it is bound to shows in records of the"
                  + " binding only.")
          .why(
              "The hypervisor raises the event for the vCPU that the guest has bound the"
                  + " port to.")
          .catches(
              "Events of a port that was moved, or a virtual interrupt bound again, handled"
                  + " by a CPU that is no longer in charge (fix setting irq affinity, reset"
                  + " affinity of 2-level event when tearing it down; Update virq_to_irq on"
                  + " migration).")
          .needs(GUEST_PORT, HOST_IRQ)
          .function(linux("handle_irq_for_port"))
          .function(linux("xen_rebind_evtchn_to_cpu"))
          .build();

  public static final Rule EV_71 =
      rule("EV-71", ERROR, "Event handled before the last has ended")
          .holds(
              "Between the acknowledgement of an event whose chip ends it late and that"
                  + " end, the port is masked and no handler runs for it.")
          .why(
              "The program or backend behind the port has not dealt with the event yet:"
                  + " that the port stays masked keeps a malicious sender from storming it.")
          .catches("Storms of events that keep a CPU in its upcall (XSA-332, CVE-2020-27673).")
          .needs(GUEST_PORT, GUEST_EOI)
          .function(linux("lateeoi_ack_dynirq"))
          .function(linux("xen_irq_lateeoi"))
          .build();

  public static final Rule EV_72 =
      rule("EV-72", ERROR, "Event handled on two CPUs at once")
          .holds("The handler of an event does not run on two CPUs at the same time.")
          .why(
              "The port is marked active, and its interrupt in progress, until the handler"
                  + " has acknowledged or ended it.")
          .catches(
              "A driver whose handler races with itself (avoid handling the same event on"
                  + " two cpus at the same time).")
          .needs(GUEST_PORT, HOST_IRQ)
          .function(linux("handle_irq_for_port"))
          .build();

  public static final Rule EV_73 =
      rule("EV-73", ERROR, "Port unmasked too early")
          .holds(
              "A port is unmasked only when no reason to mask it is left: not while its"
                  + " interrupt is disabled, and not between an acknowledgement and its late end.")
          .why("Each reason is somebody who cannot take the event.")
          .catches(
              "Events for a driver that has not asked for them yet (don't unmask an event"
                  + " channel when an eoi is pending).")
          .needs(GUEST_PORT, GUEST_EOI)
          .absence()
          .function(linux("do_unmask"))
          .build();

  public static final Rule EV_74 =
      rule("EV-74", ERROR, "Event never handled")
          .holds(
              "An IPI that was sent runs its handler on the CPU it is for: at the latest in"
                  + " the second upcall of that CPU that began after it.")
          .why(
              "An upcall takes all events that are pending and not masked, and such ports"
                  + " never are masked.")
          .catches(
              "Events lost between unmasking and raising (fix race in evtchn_fifo_unmask(),"
                  + " add a proper barrier to 2-level uevent unmasking).")
          .needs(GUEST_UPCALL, GUEST_IPI, HOST_IRQ)
          .absence()
          .function("xen_smp_send_reschedule (arch/x86/xen/smp.c)")
          .function(linux("xen_evtchn_do_upcall"))
          .build();

  public static final Rule EV_75 =
      rule("EV-75", INFO, "Upcall lasts for very long")
          .holds("An upcall does not go on for more than 20 ms and 256 events.")
          .why(
              "Beyond two ticks Linux delays the ends of events, which slows down who sends"
                  + " so many.")
          .catches("A storm of events (XSA-391).")
          .needs(GUEST_UPCALL, GUEST_PORT)
          .function(linux("handle_irq_for_port"))
          .build();

  public static final Rule EV_76 =
      rule("EV-76", ERROR, "Port handled by an earlier interrupt")
          .holds(
              "A port is handled by the interrupt it was bound to last. Not decided where"
                  + " no binding is recorded.")
          .why("Closing a port waits until nobody uses what it was bound to.")
          .catches(
              "A handler that runs for a port of somebody else (XSA-331, CVE-2020-27675;"
                  + " XSA-441, CVE-2023-34324).")
          .needs(GUEST_PORT, GUEST_BINDING, HOST_IRQ)
          .function(linux("handle_irq_for_port"))
          .function(linux("unbind_from_irqhandler"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(EV_70, EV_71, EV_72, EV_73, EV_74, EV_75, EV_76);

  private EvtchnGuestRules() {}
}

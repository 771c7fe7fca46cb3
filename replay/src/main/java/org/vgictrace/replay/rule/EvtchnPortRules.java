package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.XEN_PORTS;
import static org.vgictrace.replay.rule.Observation.XEN_RESULTS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;

import java.util.List;

/**
 * EV-01 to EV-12: ports of event channels in Xen and what they are bound to. They need the records
 * of an instrumented hypervisor.
 */
public final class EvtchnPortRules {
  private static String core(String function) {
    return function + " (xen/common/event_channel.c)";
  }

  public static final Rule EV_01 =
      rule("EV-01", ERROR, "Impossible change of a port's state")
          .holds(
              "A port goes from free to unbound, interdomain, PIRQ, VIRQ or IPI, between"
                  + " unbound and interdomain, and from each of these back to free; the state it"
                  + " leaves is the one it was in. Port 0 stays reserved.")
          .why(
              "Every binding operation checks the state under the domain's event lock and"
                  + " the port's own.")
          .catches(
              "Operations on a port that is not set up yet (XSA-340), or whose ABI is being"
                  + " torn down (XSA-505).")
          .needs(XEN_PORTS)
          .function(core("evtchn_bind_interdomain"))
          .function(core("evtchn_close"))
          .build();

  public static final Rule EV_02 =
      rule("EV-02", ERROR, "Two ends of a channel disagree")
          .holds(
              "If port p of domain A is bound to port q of domain B, then q of B is bound"
                  + " to p of A.")
          .why(
              "Both ends are bound under the locks of both domains, and closing one unbinds"
                  + " the other.")
          .catches(
              "A port that is found invalid after a reset although its peer is bound to it"
                  + " (XSA-338).")
          .needs(XEN_PORTS)
          .function(core("evtchn_bind_interdomain"))
          .build();

  public static final Rule EV_03 =
      rule("EV-03", ERROR, "Virtual interrupt bound twice")
          .holds(
              "A virtual interrupt is bound to one port of a domain, those of vCPUs to one"
                  + " port of each vCPU.")
          .why("The table of virtual interrupts has one port for each.")
          .catches(
              "Events that are raised on a port that was closed long ago (evtchn: avoid"
                  + " access tearing for virq_to_evtchn accesses).")
          .needs(XEN_PORTS)
          .function(core("evtchn_bind_virq"))
          .build();

  public static final Rule EV_04 =
      rule("EV-04", ERROR, "Port of a vCPU moved to another")
          .holds(
              "The port of an IPI or of a vCPU's own virtual interrupt keeps its vCPU;"
                  + " other virtual interrupts are bound on vCPU 0.")
          .why("Such events are about that vCPU; nobody else can do what they ask for.")
          .catches("Timer events and IPIs that arrive on the wrong vCPU.")
          .needs(XEN_PORTS)
          .function(core("evtchn_bind_vcpu"))
          .function(core("evtchn_bind_virq"))
          .build();

  public static final Rule EV_05 =
      rule("EV-05", ERROR, "Port handed out that may not be")
          .holds(
              "A port that is handed out is free, is not 0, is below the ABI's limit and is"
                  + " not linked in a queue any more.")
          .why(
              "The word of a closed port may still be on a queue: only the guest takes it"
                  + " off.")
          .catches(
              "A port that was closed while linked and used again: its events become"
                  + " pending in a queue that nobody is told of (evtchn: don't reuse ports that"
                  + " are still busy, 4.7; XSA-342).")
          .needs(XEN_PORTS)
          .function(core("get_free_port"))
          .build();

  public static final Rule EV_06 =
      rule("EV-06", ERROR, "Event raised on a free port")
          .holds("No event is raised on a port that is free or reserved.")
          .why(
              "Raising checks that the port is usable, under the port's lock (since" + " XSA-343).")
          .catches(
              "A bit that is set for nobody and is taken for an event of the port's next"
                  + " owner.")
          .needs(XEN_PORTS)
          .function(core("evtchn_send"))
          .build();

  public static final Rule EV_07 =
      rule("EV-07", ERROR, "Guest operates on a port of Xen's own")
          .holds(
              "A guest that closes, sends on or moves a port whose other end is Xen itself"
                  + " is refused.")
          .why("Xen relies on the port as long as the domain lives.")
          .catches("Device models and monitors that stop getting their requests.")
          .needs(XEN_RESULTS)
          .function(core("evtchn_close"))
          .build();

  public static final Rule EV_08 =
      rule("EV-08", ERROR, "Peer of a closed channel still bound")
          .holds("When one end of an interdomain channel is closed the other becomes unbound.")
          .why("Closing does both under both locks.")
          .catches("A port bound to one that does not exist (XSA-338).")
          .needs(XEN_PORTS)
          .absence()
          .function(core("evtchn_close"))
          .build();

  public static final Rule EV_09 =
      rule("EV-09", ERROR, "Reset leaves ports open")
          .holds(
              "After a successful reset the domain has no open port but those of Xen, and"
                  + " the two-level ABI.")
          .why("A reset that finds ports opened meanwhile asks for another try.")
          .catches("Ports beyond the limit of the ABI after a reset (XSA-343).")
          .needs(XEN_RESULTS)
          .function(core("evtchn_reset"))
          .build();

  public static final Rule EV_10 =
      rule("EV-10", WARNING, "Count of ports differs from the ports")
          .holds("The domain's count of active ports is that of its ports that are not free.")
          .why("The count decides whether a reset is complete.")
          .catches("Resets that end too early (XSA-343).")
          .needs(XEN_RESULTS)
          .function(core("evtchn_reset"))
          .build();

  public static final Rule EV_11 =
      rule("EV-11", ERROR, "Global interrupt bound by another domain")
          .holds("From 4.21 a global virtual interrupt is bound by its handler domain only.")
          .why("It is delivered to no other domain.")
          .catches(
              "A binding that succeeds and never gets an event (xen/events: don't allow"
                  + " binding a global virq from any domain).")
          .needs(XEN_RESULTS)
          .function(core("evtchn_bind_virq"))
          .build();

  public static final Rule EV_12 =
      rule("EV-12", ERROR, "Result contradicts the preconditions")
          .holds(
              "Each operation returns the error that its preconditions ask for, and success"
                  + " otherwise.")
          .why("Guests and toolstacks decide by it what to do next.")
          .catches("A failed bind that destroys another domain's state (XSA-496).")
          .needs(XEN_RESULTS)
          .function(core("do_event_channel_op"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(EV_01, EV_02, EV_03, EV_04, EV_05, EV_06, EV_07, EV_08, EV_09, EV_10, EV_11, EV_12);

  private EvtchnPortRules() {}
}

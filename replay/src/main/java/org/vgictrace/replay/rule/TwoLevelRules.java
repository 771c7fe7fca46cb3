package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.XEN_WORDS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Sources.kvmXen;

import java.util.List;

/** Delivery of events through the two-level bitmap, as far as the bits themselves are recorded. */
public final class TwoLevelRules {
  public static final Rule EV_20 =
      rule("EV-20", ERROR, "Event lost: no selector bit")
          .holds(
              "While nothing is under way, a port that is pending and not masked has its word's bit"
                  + " set in the selector of its vCPU, or in KVM's shadow of it.")
          .why(
              "Whoever sets the pending bit sets the selector bit next, unless the port is masked.")
          .catches("A word the guest never looks at: the event waits for another of that word.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .function(kvmXen("kvm_xen_inject_pending_events"))
          .build();

  public static final Rule EV_21 =
      rule("EV-21", ERROR, "Selector set without an upcall")
          .holds(
              "While nothing is under way, a vCPU whose selector in guest memory is not zero has"
                  + " its upcall flag set.")
          .why("The flag is set right after the selector bit, and cleared before it is read.")
          .catches("A guest that is not told of its events until the next one comes.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .function(kvmXen("kvm_xen_inject_pending_events"))
          .build();

  public static final Rule EV_22 =
      rule("EV-22", ERROR, "Raise of a pending port notifies again")
          .holds("A delivery that finds its port pending changes nothing and notifies nobody.")
          .why("The pending bit is taken by a test-and-set: whoever set it does the rest.")
          .catches("Interrupts without events, and a guest that is interrupted for each raise.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_23 =
      rule("EV-23", ERROR, "Masked port delivered")
          .holds("A delivery to a masked port leaves selector and upcall flag alone.")
          .why("The mask is read after the pending bit was set and ends the delivery.")
          .catches("Handlers that run although their driver masked the event.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(EV_20, EV_21, EV_22, EV_23);

  private TwoLevelRules() {}

  /** All of them, in order. */
  public static List<Rule> rules() {
    return ALL;
  }
}

package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.SHARED_MEMORY;
import static org.vgictrace.replay.rule.Observation.XEN_PORTS;
import static org.vgictrace.replay.rule.Observation.XEN_RESULTS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.INFO;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.kvmXen;

import java.util.List;

/**
 * EV-20 to EV-45: how Xen delivers events, with the two-level and with the FIFO ABI. They need the
 * records of an instrumented hypervisor, which show what each raise did but nothing of what guests
 * do to the memory they share: that is known only where it follows.
 */
public final class EvtchnQueueRules {
  private static String core(String function) {
    return function + " (xen/common/event_channel.c)";
  }

  private static String twoLevel(String function) {
    return function + " (xen/common/event_2l.c)";
  }

  private static String fifo(String function) {
    return function + " (xen/common/event_fifo.c)";
  }

  private static String guest2l(String function) {
    return function + " (drivers/xen/events/events_2l.c)";
  }

  public static final Rule EV_20 =
      rule("EV-20", ERROR, "Event lost: no selector bit")
          .holds(
              "A raise of a port that was neither pending nor masked sets the selector bit"
                  + " of its word, or KVM's shadow of it, unless that is set. It is known to be"
                  + " clear once the vCPU has blocked.")
          .why("The guest looks at words whose selector bit is set, and at no others.")
          .catches("An event that waits until another one happens to be raised in the same word.")
          .needs(XEN_PORTS)
          .absence()
          .function(twoLevel("evtchn_2l_set_pending"))
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_21 =
      rule("EV-21", ERROR, "Selector set without an upcall")
          .holds(
              "A raise that sets a selector or ready bit leaves the vCPU's upcall flag set."
                  + " The guest clears the flag before it takes the selector, and a vCPU blocks"
                  + " only while the flag is clear.")
          .why("The guest looks for events only because of the flag.")
          .catches("Events that wait for the next upcall, on an idle vCPU for ever.")
          .needs(XEN_PORTS)
          .absence()
          .function(core("vcpu_mark_events_pending"))
          .function(kvmXen("kvm_xen_inject_pending_events"))
          .build();

  public static final Rule EV_22 =
      rule("EV-22", ERROR, "Raise of a pending port notifies again")
          .holds(
              "With the two-level ABI the raise of a port that is pending changes nothing"
                  + " else; with either ABI the upcall flag is newly set only if a selector or"
                  + " ready bit was.")
          .why("The events are one until the guest has cleared the bit.")
          .catches("Upcalls in which the guest finds nothing.")
          .needs(XEN_PORTS)
          .function(twoLevel("evtchn_2l_set_pending"))
          .function(core("vcpu_mark_events_pending"))
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_23 =
      rule("EV-23", ERROR, "Masked port delivered")
          .holds(
              "The raise of a masked port sets neither selector nor ready bit, links"
                  + " nothing and causes no upcall.")
          .why("The guest has masked it because it cannot take the event.")
          .catches("A handler that runs while its driver holds a lock or is half removed.")
          .needs(XEN_PORTS)
          .function(twoLevel("evtchn_2l_set_pending"))
          .function(fifo("evtchn_fifo_set_pending"))
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_24 =
      rule("EV-24", ERROR, "Unmasking does not deliver what waited")
          .holds(
              "Unmasking by hypercall a port that was masked and pending sets its selector"
                  + " bit, unless that is set. It is known to be clear once the vCPU has blocked.")
          .why("The raise set none because of the mask.")
          .catches(
              "An event pending on another vCPU's port that is lost at unmasking (Fix"
                  + " unmask_evtchn() when the port is bound to a different VCPU).")
          .needs(XEN_PORTS)
          .absence()
          .function(twoLevel("evtchn_2l_unmask"))
          .build();

  public static final Rule EV_25 =
      rule("EV-25", WARNING, "Guest unmasks a pending port by itself")
          .holds(
              "A guest with hardware virtualisation that clears the mask of a pending port"
                  + " masks it again and calls the hypervisor.")
          .why("It cannot set its own selector bit and upcall and have them noticed.")
          .catches("An event that is lost at unmasking.")
          .needs(SHARED_MEMORY)
          .function(guest2l("evtchn_2l_unmask"))
          .build();

  public static final Rule EV_26 =
      rule("EV-26", ERROR, "Event raised for the wrong vCPU")
          .holds("An event is raised for the vCPU that its port is bound to at that time.")
          .why("Binding and raising take the same lock.")
          .catches("An event that waits on a vCPU which does not handle the port.")
          .needs(XEN_PORTS)
          .function(core("evtchn_port_set_pending"))
          .function(core("evtchn_bind_vcpu"))
          .build();

  public static final Rule EV_27 =
      rule("EV-27", INFO, "Selector bit without an event")
          .holds("A selector bit is set where no pending, unmasked port is in its word.")
          .why("Allowed: the guest scans a word in vain.")
          .catches("Nothing wrong, only time spent.")
          .needs(SHARED_MEMORY)
          .function(twoLevel("evtchn_2l_set_pending"))
          .build();

  public static final Rule EV_28 =
      rule("EV-28", ERROR, "Polling vCPU not woken")
          .holds("A raise that makes a port pending wakes the vCPUs that poll it.")
          .why("A poll blocks until one of its ports is pending.")
          .catches("A guest that hangs in a spinlock (rework fifo queue locking, 4.15).")
          .needs(XEN_RESULTS)
          .function(core("evtchn_check_pollers"))
          .build();

  public static final Rule EV_29 =
      rule("EV-29", ERROR, "Poll of an unusable port blocks")
          .holds("A poll of a port that cannot become pending is refused.")
          .why("Nothing would end it.")
          .catches(
              "A vCPU blocked for good (evtchn/sched: reject poll requests for unusable"
                  + " ports).")
          .needs(XEN_RESULTS)
          .function("do_poll (xen/common/sched/core.c)")
          .build();

  public static final Rule EV_30 =
      rule("EV-30", ERROR, "Queue of events is no chain")
          .holds(
              "A port is linked behind the tail of its queue, which is the port that was"
                  + " linked there last; none if that one was raised again, moved to another"
                  + " queue, or none was. No port is linked behind itself.")
          .why(
              "The guest follows the links from the head: what is not on the chain is not"
                  + " found.")
          .catches(
              "An old tail that is linked again: the chain leads into another queue and the"
                  + " events behind it are lost (evtchn/fifo: don't corrupt queues if an old tail"
                  + " is linked).")
          .needs(XEN_PORTS)
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_31 =
      rule("EV-31", ERROR, "Pending event on no queue")
          .holds(
              "A port that is raised unmasked is on a queue afterwards: it is linked unless"
                  + " it still was. It is known not to be since it was bound, or since its vCPU"
                  + " has blocked.")
          .why("The guest finds ports by their queues only.")
          .catches(
              "A port that is never handled again, since every later raise finds it pending"
                  + " (don't lose pending state if FIFO event array page is missing; use stable"
                  + " fields).")
          .needs(XEN_PORTS)
          .absence()
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_32 =
      rule("EV-32", ERROR, "Ready bit does not fit the queue")
          .holds(
              "A port that becomes the head of its queue sets the queue's ready bit, unless"
                  + " that is set; one that is linked behind another sets none. It is known to be"
                  + " clear once the vCPU has blocked.")
          .why("A ready bit without a new head makes the guest follow a stale one.")
          .catches(
              "A guest that handles ports of another queue (evtchn/fifo: only set READY for"
                  + " new heads).")
          .needs(XEN_PORTS)
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_33 =
      rule("EV-33", ERROR, "Event pending on a vCPU without queues")
          .holds(
              "From 4.17 a port is not made pending for a vCPU that has no control block:"
                  + " none of its ports was ever linked, while ports of other vCPUs of the domain"
                  + " were.")
          .why("It could not be linked, and would be found pending by every later raise.")
          .catches(
              "A port that never works after the vCPU has been brought up (evtchn/fifo:"
                  + " Don't set PENDING bit if guest misbehaves).")
          .needs(XEN_PORTS)
          .absence()
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_34 =
      rule("EV-34", ERROR, "Word stays busy")
          .holds("The busy bit of a word is set for a moment only.")
          .why("The guest spins while it is set.")
          .catches("A guest that hangs in unmasking.")
          .needs(SHARED_MEMORY)
          .function(fifo("evtchn_fifo_set_link"))
          .build();

  public static final Rule EV_35 =
      rule("EV-35", ERROR, "Link to a port that cannot exist")
          .holds(
              "A port that is linked, and the one it is linked behind, are below 131072 and"
                  + " not 0.")
          .why("The link has 17 bits, and 0 ends the chain.")
          .catches("A queue that leads out of the event array.")
          .needs(XEN_PORTS)
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_36 =
      rule("EV-36", ERROR, "Events consumed in the wrong order")
          .holds(
              "Events of one queue are consumed in the order of their links, and those of a"
                  + " higher priority first.")
          .why("The guest takes the head of the first ready queue, each time anew.")
          .catches("A guest that starves urgent events.")
          .needs(SHARED_MEMORY)
          .function("consume_one_event (drivers/xen/events/events_fifo.c)")
          .build();

  public static final Rule EV_37 =
      rule("EV-37", ERROR, "New port with an old priority")
          .holds("A port that is bound has priority 7 until it is set.")
          .why("Priorities are per port and outlive it if nobody sets them.")
          .catches(
              "Reused ports that are consumed out of turn (evtchn/fifo: initialize priority"
                  + " when events are bound).")
          .needs(XEN_RESULTS)
          .function(fifo("evtchn_fifo_init"))
          .build();

  public static final Rule EV_38 =
      rule("EV-38", ERROR, "Event lost at a change of the ABI")
          .holds(
              "Events raised before the guest has given the words of their ports are raised"
                  + " when it does.")
          .why("The toolstack raises some before the guest starts.")
          .catches(
              "A console or a store that does not answer after boot (evtchn: don't lose"
                  + " pending state if FIFO event array page is missing).")
          .needs(XEN_RESULTS)
          .function(fifo("evtchn_fifo_expand_array"))
          .build();

  public static final Rule EV_39 =
      rule("EV-39", ERROR, "Event dropped by its queue")
          .holds(
              "Xen's log does not say that an event was lost after too many queue changes,"
                  + " or not linked.")
          .why("Then it gave up to put the event on a queue.")
          .catches("Events lost while a port's vCPU and priority are changed all the time.")
          .needs(XEN_RESULTS)
          .function(fifo("evtchn_fifo_set_pending"))
          .build();

  public static final Rule EV_40 =
      rule("EV-40", ERROR, "Upcall does not wake its vCPU")
          .holds(
              "A raise that newly sets the upcall flag of a blocked vCPU wakes it. The wake"
                  + " is recorded next to the raise.")
          .why("A vCPU that sleeps looks at nothing by itself.")
          .catches(
              "A vCPU that sleeps while events wait for it (x86/upcall: inject a spurious"
                  + " event after setting upcall vector).")
          .needs(XEN_PORTS)
          .absence()
          .function(core("vcpu_mark_events_pending"))
          .build();

  public static final Rule EV_43 =
      rule("EV-43", ERROR, "No upcall after registering vcpu_info")
          .holds(
              "A vCPU that registers its vcpu_info gets an upcall, with all selector bits"
                  + " set.")
          .why("Events may have been raised in the old place.")
          .catches("Events lost while a vCPU is brought up.")
          .needs(XEN_RESULTS)
          .function("map_vcpu_info (xen/common/domain.c)")
          .build();

  public static final Rule EV_45 =
      rule("EV-45", ERROR, "Callback line differs from the flag")
          .holds(
              "The line of a guest that takes its upcalls from a GSI or INTx is at the"
                  + " level of vCPU 0's upcall flag when that vCPU enters.")
          .why("The line is the flag as the guest's interrupt controller sees it.")
          .catches("A storm of interrupts, or none.")
          .needs(XEN_RESULTS)
          .function("hvm_maybe_deassert_evtchn_irq (xen/arch/x86/hvm/irq.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          EV_20, EV_21, EV_22, EV_23, EV_24, EV_25, EV_26, EV_27, EV_28, EV_29, EV_30, EV_31, EV_32,
          EV_33, EV_34, EV_35, EV_36, EV_37, EV_38, EV_39, EV_40, EV_43, EV_45);

  private EvtchnQueueRules() {}
}

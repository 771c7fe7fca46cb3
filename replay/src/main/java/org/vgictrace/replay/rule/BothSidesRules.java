package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.GUEST_IPI;
import static org.vgictrace.replay.rule.Observation.GUEST_UPCALL;
import static org.vgictrace.replay.rule.Observation.RUN_STATES;
import static org.vgictrace.replay.rule.Observation.XEN_CALLS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;

import java.util.List;

/**
 * EV-BOTH: what Xen recorded of a guest agrees with what the guest recorded of itself. Judged where
 * a trace of Xen and the capture of a guest or of dom0 are checked together and their clocks can be
 * aligned.
 */
public final class BothSidesRules {
  private static final String CHANGE = "vcpu_runstate_change (xen/common/sched/core.c)";
  private static final String SEND = "evtchn_send (xen/common/event_channel.c)";
  private static final String KICK = "vcpu_kick (xen/arch/x86/domain.c)";
  private static final String UNBLOCK = "vcpu_unblock (xen/common/sched/core.c)";

  public static final Rule BOTH_1 =
      rule("EV-BOTH-1", ERROR, "IPI of a guest that Xen does not get")
          .holds(
              "Between the record of an IPI in a guest and the next record of what sent it, Xen"
                  + " records a hypercall event_channel_op on the CPU that runs the vCPU.")
          .why("The IPI of a guest without an emulated interrupt controller is that hypercall.")
          .catches("A hypercall that is dropped, or dispatched to another handler.")
          .needs(RUN_STATES, XEN_CALLS, GUEST_IPI)
          .absence()
          .function("notify_remote_via_irq (drivers/xen/events/events_base.c)")
          .function("do_event_channel_op (xen/common/event_channel.c)")
          .build();

  public static final Rule BOTH_2 =
      rule("EV-BOTH-2", ERROR, "Upcall in a guest whose vCPU does not run")
          .holds("A guest takes an upcall only while Xen's run state of that vCPU is running.")
          .why(
              "The run state changes to running before the vCPU's context is loaded, and from it"
                  + " before it is saved.")
          .catches(
              "A vCPU that runs while it is accounted as something else, and time that is stolen"
                  + " from the wrong one.")
          .needs(RUN_STATES, GUEST_UPCALL)
          .function(CHANGE)
          .function("context_switch (xen/arch/x86/domain.c)")
          .build();

  public static final Rule BOTH_3 =
      rule("EV-BOTH-3", ERROR, "Event that does not wake a sleeping vCPU")
          .holds(
              "If the vCPU that an IPI is for sleeps in SCHEDOP_block when Xen gets the IPI, it"
                  + " leaves the state blocked before the sender goes on, or is woken by a CPU that"
                  + " may already have been at it.")
          .why(
              "vcpu_block looks for events after it has marked the vCPU as blocked, so one that"
                  + " sleeps has no upcall pending and its mask clear. The event then sets the"
                  + " upcall pending, and whoever does that unblocks the vCPU at once (runnable, or"
                  + " offline if the domain is paused). Only if another CPU has set the upcall or"
                  + " the bits of the same port just before, and is still about to unblock, the"
                  + " sender may go on first. So in Xen 4.17 and 4.20, with either ABI, for guests"
                  + " of type PV: the trace shows no command of the hypercalls of others.")
          .catches("A kick that is lost, or sent to another vCPU: the guest hangs until a timer.")
          .needs(RUN_STATES, XEN_CALLS, GUEST_IPI)
          .absence()
          .function("vcpu_block (xen/common/sched/core.c)")
          .function(SEND)
          .function("evtchn_2l_set_pending (xen/common/event_2l.c)")
          .function("evtchn_fifo_set_pending (xen/common/event_fifo.c)")
          .function("vcpu_mark_events_pending (xen/arch/x86/domain.c)")
          .function(KICK)
          .function(UNBLOCK)
          .build();

  public static final Rule BOTH_4 =
      rule("EV-BOTH-4", ERROR, "Guest goes on although its vCPU does not run")
          .holds(
              "Whatever a guest records on one of its CPUs it records while Xen's run state of that"
                  + " vCPU is running.")
          .why("A vCPU that does not run executes nothing.")
          .catches("A vCPU that runs while it is accounted as something else, or on two CPUs.")
          .needs(RUN_STATES, GUEST_UPCALL)
          .function(CHANGE)
          .build();

  public static final Rule BOTH_5 =
      rule("EV-BOTH-5", ERROR, "No upcall in a vCPU that is woken from its sleep")
          .holds(
              "The first that a guest records on a CPU that Xen woke from SCHEDOP_block is an"
                  + " upcall or what it does there, or in an NMI.")
          .why(
              "SCHEDOP_block clears the upcall mask, and a vCPU of type PV is unblocked only by"
                  + " vcpu_kick, for an upcall that is pending now or for an NMI or machine check;"
                  + " the way back into the guest (test_all_events in entry.S) delivers either"
                  + " before anything else. A poll that the vCPU has left can end its next sleep"
                  + " without an event, if the CPU that ends it is slow; that is not judged. So in"
                  + " Xen 4.17 and 4.20.")
          .catches("A wake without an event, and an upcall that is forgotten on the way back.")
          .needs(RUN_STATES, XEN_CALLS, GUEST_UPCALL)
          .absence()
          .function("vcpu_block_enable_events (xen/common/sched/core.c)")
          .function(UNBLOCK)
          .function(KICK)
          .function("evtchn_check_pollers (xen/common/event_channel.c)")
          .function("vcpu_mark_events_pending (xen/arch/x86/domain.c)")
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL = List.of(BOTH_1, BOTH_2, BOTH_3, BOTH_4, BOTH_5);

  private BothSidesRules() {}
}

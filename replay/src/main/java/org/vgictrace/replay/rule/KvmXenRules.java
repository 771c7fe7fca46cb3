package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.APIC_STATE;
import static org.vgictrace.replay.rule.Observation.HYPERCALL_RESULTS;
import static org.vgictrace.replay.rule.Observation.RUNSTATE_COPY;
import static org.vgictrace.replay.rule.Observation.SEND_TABLE;
import static org.vgictrace.replay.rule.Observation.SWITCHES;
import static org.vgictrace.replay.rule.Observation.X86_ACCEPT;
import static org.vgictrace.replay.rule.Observation.X86_INJECT;
import static org.vgictrace.replay.rule.Observation.XEN_HYPERCALL;
import static org.vgictrace.replay.rule.Observation.XEN_LINE;
import static org.vgictrace.replay.rule.Observation.XEN_RUNSTATE;
import static org.vgictrace.replay.rule.Observation.XEN_SEND;
import static org.vgictrace.replay.rule.Observation.XEN_TIMER;
import static org.vgictrace.replay.rule.Observation.XEN_UPCALL;
import static org.vgictrace.replay.rule.Observation.XEN_WORDS;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.kvmXen;

import java.util.List;

/**
 * EV-41 to EV-66: KVM's emulation of Xen's event channels on x86.
 *
 * <p>What a guest does to its bitmap, its selector and its upcall flag are plain stores that no
 * trace of the host shows. Rules about those bits are judged where probes read them.
 */
public final class KvmXenRules {
  public static final Rule EV_41 =
      rule("EV-41", ERROR, "Callback injected without an upcall due")
          .holds(
              "The callback vector is injected only if the upcall flag was found set when"
                  + " KVM last looked at it.")
          .why(
              "The vector stands for the flag and nothing else: it is taken from there each"
                  + " time.")
          .catches("An event channel callback that is left asserted, or asserted too often.")
          .needs(XEN_UPCALL, X86_INJECT)
          .absence()
          .function(kvmXen("kvm_xen_has_interrupt"))
          .function("kvm_cpu_get_extint (arch/x86/kvm/irq.c)")
          .build();

  public static final Rule EV_42 =
      rule("EV-42", WARNING, "Guest does not answer its callback")
          .holds(
              "The callback vector is not injected more than 16 times in a row without a"
                  + " new event or a cleared upcall flag.")
          .why("A guest clears the flag first thing in its handler.")
          .catches("A guest that lives in its callback because it never looks at its events.")
          .needs(XEN_SEND, X86_INJECT)
          .function(kvmXen("kvm_xen_has_interrupt"))
          .build();

  public static final Rule EV_44 =
      rule("EV-44", ERROR, "Upcall lost while the APIC was off")
          .holds(
              "An upcall that is due while the local APIC is off is sent once the guest"
                  + " switches it on.")
          .why(
              "KVM looks at the upcall flag when the guest writes the register that enables"
                  + " its APIC.")
          .catches("A vCPU without events from its start (fixed in 6.1.85 and 6.7.12).")
          .needs(XEN_WORDS, APIC_STATE)
          .absence()
          .function(kvmXen("kvm_xen_inject_vcpu_vector"))
          .build();

  public static final Rule EV_50 =
      rule("EV-50", ERROR, "Impossible result of a delivery")
          .holds(
              "A delivery ends in 1 (newly pending), 0 (pending before), -107 (masked), -11"
                  + " (memory out of reach) or -22 (refused), and in the one that fits the bits"
                  + " it found.")
          .why("Every way through the function ends in one of these.")
          .catches("A sender that takes a delivery for done or repeats one that is.")
          .needs(XEN_SEND)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_51 =
      rule("EV-51", ERROR, "Event dropped because memory was out of reach")
          .holds(
              "A delivery that ended in -11 is tried again for the same port and vCPU, by a"
                  + " worker if it could not sleep, or an error is returned.")
          .why("The pending bit was not set: nothing else remembers the event.")
          .catches("Lost interrupts after memory of the guest was remapped or swapped.")
          .needs(XEN_SEND)
          .absence()
          .function(kvmXen("kvm_xen_set_evtchn"))
          .function("kvm_arch_set_irq_inatomic (arch/x86/kvm/irq_comm.c)")
          .build();

  public static final Rule EV_52 =
      rule("EV-52", ERROR, "Guest entered with its shadow selector set")
          .holds(
              "Bits in KVM's shadow of a selector are moved to the guest before the vCPU"
                  + " runs on, but for one entry that may race with setting them.")
          .why("The run loop looks at the shadow whenever it is left.")
          .catches("Events that wait for others although their vCPU runs.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_inject_pending_events"))
          .build();

  public static final Rule EV_53 =
      rule("EV-53", ERROR, "Flush of the shadow loses bits")
          .holds(
              "What leaves the shadow in a flush is in the guest's selector at its end, and"
                  + " its upcall flag is set.")
          .why(
              "The bits are or-ed into guest memory first, only those are taken out of the"
                  + " shadow, and the flag is set in any case.")
          .catches(
              "A shadow that is cleared by a store of zero, or a flush without the upcall"
                  + " flag: lost events.")
          .needs(XEN_WORDS)
          .function(kvmXen("kvm_xen_inject_pending_events"))
          .build();

  public static final Rule EV_54 =
      rule("EV-54", ERROR, "Event delivered to another vCPU")
          .holds(
              "A delivery is for the port and the vCPU that its sender named: user space's request,"
                  + " the routing entry of a line (raised by an eventfd or set), the attribute of a"
                  + " timer, or for a hypercall an entry of the table of ports to send to. And a"
                  + " vCPU number belongs to one index and one index to one number.")
          .why(
              "Targets are numbers that user space gave to vCPUs; the index is looked up"
                  + " from them. Any setting that may have succeeded counts until a delivery has"
                  + " followed a later one.")
          .catches(
              "Confusing the number of a vCPU in KVM, its index and its number in Xen:"
                  + " events or timers of another vCPU.")
          .needs(XEN_SEND)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .function(kvmXen("kvm_xen_hvm_evtchn_send"))
          .function(kvmXen("kvm_xen_setup_evtchn"))
          .function(kvmXen("kvm_xen_hcall_evtchn_send"))
          .function(kvmXen("kvm_xen_inject_timer_irqs"))
          .build();

  public static final Rule EV_55 =
      rule("EV-55", ERROR, "Upcall vector of a vCPU not sent")
          .holds(
              "A delivery that newly sets a bit of an empty selector sends the vCPU's own"
                  + " upcall vector to its local APIC, and to no other's, before it returns.")
          .why("There is no later moment: the vector is an edge.")
          .catches("A vCPU that sleeps on although it has events.")
          .needs(XEN_SEND, X86_ACCEPT)
          .absence()
          .function(kvmXen("kvm_xen_inject_vcpu_vector"))
          .build();

  public static final Rule EV_56 =
      rule("EV-56", ERROR, "Callback not injected")
          .holds(
              "A halted vCPU that is given an event enters the guest with its callback"
                  + " vector injected; so does one that left to take an interrupt and has an"
                  + " upcall due.")
          .why(
              "A halted guest and one that opened its interrupt window can take an" + " interrupt.")
          .catches("A vCPU that is woken for an event and not told of it.")
          .needs(XEN_SEND, X86_INJECT)
          .absence()
          .function(kvmXen("kvm_xen_has_interrupt"))
          .function("kvm_cpu_get_extint (arch/x86/kvm/irq.c)")
          .build();

  public static final Rule EV_57 =
      rule("EV-57", ERROR, "Send both done and handed on")
          .holds(
              "A hypercall that sends an event does not go to user space if the kernel"
                  + " delivered the event, be it masked or pending before.")
          .why("Any result but a refusal counts as sent.")
          .catches("Events sent twice, and an exit for each send to a masked port.")
          .needs(XEN_HYPERCALL, XEN_SEND)
          .function(kvmXen("kvm_xen_hcall_evtchn_send"))
          .build();

  public static final Rule EV_58 =
      rule("EV-58", ERROR, "Kernel serves a hypercall from ring 3")
          .holds("A hypercall made outside ring 0 goes to user space.")
          .why("Only the guest's kernel may use them; user space decides what the others" + " get.")
          .catches("Programs in the guest that send events or set timers (fixed in 6.1).")
          .needs(XEN_HYPERCALL)
          .absence()
          .function(kvmXen("kvm_xen_hypercall"))
          .build();

  public static final Rule EV_59 =
      rule("EV-59", ERROR, "Delivery through a table entry that is gone")
          .holds(
              "After a port was taken out of the table of ports to send to, no hypercall"
                  + " delivers through its entry. Judged once the whole table was reset in the"
                  + " recording, so that no entry of before can be another's.")
          .why("The entry is freed once no reader can hold it.")
          .catches("Events of a port used anew (use after free in kvm_xen_eventfd_update).")
          .needs(SEND_TABLE, XEN_HYPERCALL, XEN_SEND)
          .absence()
          .function(kvmXen("kvm_xen_eventfd_deassign"))
          .build();

  public static final Rule EV_60 =
      rule("EV-60", ERROR, "Port beyond the bitmap")
          .holds(
              "A delivery that does anything is for a port below 4096, or 1024 of a 32-bit"
                  + " guest.")
          .why(
              "The bitmap of a 64-bit guest has 64 words of 64 bits, that of a 32-bit guest"
                  + " 32 of 32.")
          .catches("Memory beside the bitmap changed.")
          .needs(XEN_SEND)
          .function(kvmXen("kvm_xen_set_evtchn_fast"))
          .build();

  public static final Rule EV_61 =
      rule("EV-61", ERROR, "Impossible run state")
          .holds(
              "A vCPU becomes runnable when its thread was switched out, and running again"
                  + " before the next time; KVM never makes it blocked or offline by itself.")
          .why("The states follow the scheduler's notifications.")
          .catches("Times that a guest takes for stolen or used and that are not.")
          .needs(XEN_RUNSTATE, SWITCHES)
          .absence()
          .function(kvmXen("kvm_xen_update_runstate"))
          .build();

  public static final Rule EV_62 =
      rule("EV-62", ERROR, "Guest's copy of the run state left open")
          .holds(
              "The mark that says that the guest's copy is being written is set before and"
                  + " cleared after it.")
          .why("The guest waits for the mark to go.")
          .catches("A guest that spins on its run state.")
          .needs(RUNSTATE_COPY)
          .function(kvmXen("kvm_xen_update_runstate_guest"))
          .build();

  public static final Rule EV_63 =
      rule("EV-63", ERROR, "One-shot timer fires twice")
          .holds("A vCPU's timer delivers at most one event for each time it was set.")
          .why("It is disarmed when it has fired.")
          .catches("A timer that is initialised or moved to another port while armed.")
          .needs(XEN_TIMER, XEN_SEND)
          .absence()
          .function(kvmXen("xen_timer_callback"))
          .function(kvmXen("kvm_xen_start_timer"))
          .build();

  public static final Rule EV_64 =
      rule("EV-64", ERROR, "Poll returns for no reason")
          .holds(
              "A poll returns 0 only after a wake-up, its time or a pending port, and"
                  + " refuses ports beyond the bitmap.")
          .why("The ports are checked before they are looked at.")
          .catches("Reading beyond the bitmap.")
          .needs(HYPERCALL_RESULTS)
          .function(kvmXen("kvm_xen_schedop_poll"))
          .build();

  public static final Rule EV_65 =
      rule("EV-65", WARNING, "Delivered event reported as failure")
          .holds(
              "Raising a line that is an event's reports failure only if the port was"
                  + " masked or nothing was delivered.")
          .why("The result of the delivery is passed on.")
          .catches("A sender that repeats what was done.")
          .needs(XEN_LINE, XEN_SEND)
          .function("kvm_set_irq (virt/kvm/irqchip.c)")
          .build();

  public static final Rule EV_66 =
      rule("EV-66", WARNING, "Memory of the guest stays out of reach")
          .holds("A delivery is not tried more than 100 times in a row.")
          .why("The mapping is renewed between two tries.")
          .catches("A sender that spins in the kernel.")
          .needs(XEN_SEND)
          .function(kvmXen("kvm_xen_set_evtchn"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(
          EV_41, EV_42, EV_44, EV_50, EV_51, EV_52, EV_53, EV_54, EV_55, EV_56, EV_57, EV_58, EV_59,
          EV_60, EV_61, EV_62, EV_63, EV_64, EV_65, EV_66);

  private KvmXenRules() {}

  /** All of them, in order. */
  public static List<Rule> rules() {
    return ALL;
  }
}

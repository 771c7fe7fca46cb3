package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.hex64;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.i64;
import static org.vgictrace.parser.event.Column.text;
import static org.vgictrace.parser.event.Column.u32;
import static org.vgictrace.parser.event.Column.u8;

/**
 * The kinds that a Xen hypervisor records about itself: scheduling, hypercalls, guest entries and
 * exits, memory, hardware interrupts, and what an instrumented hypervisor adds about its vGIC and
 * its event channels. Everything in it is a declaration; {@link Kind} lists them among the others.
 *
 * <p>A vCPU is {@code domain} and {@code vcpu_id}. Where a record does not name one it is the vCPU
 * that ran on the CPU, as the scheduler's records tell; null before the first of them and after a
 * loss. {@code timed} is 0 where the record has no time stamp of its own: {@code ts} is then that
 * of the record before it on its CPU.
 */
final class XenKinds {
  private static final Column DOMAIN = u32("domain", "Domain; 32767 is the idle domain.");
  private static final Column VCPU = i32("vcpu_id", "vCPU number in its domain.");
  private static final Column TIMED =
      bool("timed", "0 if the time stamp is the previous record's.");

  static final KindSpec RUNSTATE =
      KindSpec.of(
          "xen_runstate",
          "A vCPU changes its run state, or goes on running because nothing else is to run.",
          DOMAIN,
          VCPU,
          choice("old", "State before.", "running", "runnable", "blocked", "offline"),
          choice("new", "State after.", "running", "runnable", "blocked", "offline"));

  static final KindSpec SCHED =
      KindSpec.of(
          "xen_sched",
          "Something happens to a domain or a vCPU that the scheduler has to know.",
          choice(
              "step",
              "What happens; a wake is recorded whether or not the vCPU slept, a block only if"
                  + " the vCPU really blocks.",
              "dom_add",
              "dom_rem",
              "sleep",
              "wake",
              "yield",
              "block",
              "shutdown",
              "ctl",
              "adjdom",
              "s_timer",
              "t_timer",
              "dom_timer",
              "shutdown_code"),
          DOMAIN,
          VCPU,
          u32("reason", "Reason of a shutdown."));

  static final KindSpec SWITCH =
      KindSpec.of(
          "xen_switch",
          "A CPU goes from one vCPU to another, or stays with the one it runs.",
          choice(
              "step",
              "The switch itself; figures of the vCPU that leaves, of the one that comes, or of"
                  + " the one that stays.",
              "switch",
              "prev",
              "next",
              "continue"),
          u32("prev_domain", "Domain that leaves."),
          i32("prev_vcpu", "Its vCPU (its scheduling unit with core scheduling)."),
          u32("next_domain", "Domain that comes or stays."),
          i32("next_vcpu", "Its vCPU (its scheduling unit with core scheduling)."),
          u32("run_ns", "Time it ran, nanoseconds modulo 2^32."),
          u32("wait_ns", "Time it was runnable, nanoseconds modulo 2^32."),
          i32("slice_ns", "Time it may run next, nanoseconds; not positive for no limit."));

  static final KindSpec SCHEDULER =
      KindSpec.of(
          "xen_scheduler",
          "A step inside one of the schedulers; a column is null in steps that have no such value.",
          choice("scheduler", "Which scheduler.", "credit", "credit2", "rtds", "null"),
          choice(
              "step",
              "What it does.",
              "sched_tasklet",
              "account_start",
              "account_stop",
              "stolen_unit",
              "picked_cpu",
              "tickle",
              "boost_start",
              "boost_end",
              "schedule",
              "ratelimit",
              "steal_check",
              "tick",
              "runq_pos",
              "credit_burn",
              "credit_add",
              "tickle_check",
              "credit_reset",
              "update_load",
              "runq_assign",
              "update_unit_load",
              "update_runq_load",
              "tickle_new",
              "runq_max_weight",
              "migrate",
              "load_check",
              "load_balance",
              "runq_candidate",
              "runq_cand_check",
              "runq_pick",
              "budget_burn",
              "budget_replenish",
              "assign",
              "deassign"),
          DOMAIN,
          i32("vcpu_id", "vCPU or scheduling unit, -1 for none."),
          i32("target_cpu", "CPU it is about, -1 for none."),
          i32("from_cpu", "CPU that is left."),
          u32("runqueue", "Run queue."),
          u32("to_runqueue", "Run queue that is compared or migrated to."),
          i32("position", "Place in the run queue."),
          i32("credit", "Credit; at a reset that before it."),
          i32("end_credit", "Credit after a reset."),
          u32("multiplier", "How many resets at once (Xen 4.8)."),
          i64("budget", "Budget; -2147483648 for no cap (credit2), nanoseconds (rtds)."),
          i32("delta", "Change, or difference of loads."),
          i32("score", "Score of a CPU as a target."),
          i64(
              "load",
              "Average load in the scheduler's fixed-point unit; that of the vCPU or queue."),
          i64("balanced_load", "Average load as balancing sees it."),
          i64("other_load", "That of the other run queue."),
          u32("queued", "Load of the run queue at this moment."),
          u32("shift", "Binary places of the loads."),
          u32("weight", "Largest weight in the queue."),
          u32("active", "Active vCPUs of the domain."),
          bool("checked", "Whether the other CPU was looked at."),
          u32("runtime_ns", "Time it ran, nanoseconds."),
          i64("deadline", "Deadline, nanoseconds of the system time."),
          i32("priority", "Priority level."),
          u32("extra_time", "Whether it may use spare time."),
          u8("tasklet", "Whether tasklets are to run."),
          u8("idle", "Whether the CPU was idle."),
          u8("smt_idle", "Whether the whole core was idle."),
          u8("tickled", "Whether the CPU had been tickled, or which was (credit2 before 4.9)."),
          u32("skipped", "Candidates passed over (Xen 4.8)."));

  static final KindSpec DOMAIN_LIFE =
      KindSpec.of(
          "xen_domain",
          "A domain is created or destroyed.",
          choice("op", "What happens.", "create", "destroy"),
          DOMAIN);

  static final KindSpec HVM_ENTRY =
      KindSpec.of(
          "xen_hvm_entry",
          "A vCPU with hardware virtualisation enters the guest.",
          DOMAIN,
          VCPU,
          bool("nested", "1 if it is a guest's guest."));

  static final KindSpec HVM_EXIT =
      KindSpec.of(
          "xen_hvm_exit",
          "A vCPU with hardware virtualisation has left the guest.",
          DOMAIN,
          VCPU,
          choice(
              "vendor",
              "Whose exit codes they are; null where the record is the same for both (Xen up to 4.18,"
                  + " and VMX later).",
              "vmx",
              "svm"),
          hex32("reason", "Exit code of the processor."),
          hex64("rip", "Guest program counter."),
          bool("nested", "1 if it was a guest's guest."));

  static final KindSpec INJECT =
      KindSpec.of(
          "xen_inject",
          "The hypervisor injects an interrupt or an exception. An event channel's upcall is the"
              + " interrupt with the guest's callback vector.",
          DOMAIN,
          VCPU,
          choice("what", "What is injected.", "interrupt", "exception", "page_fault", "again"),
          u32("vector", "Vector."),
          hex32("error", "Error code."),
          hex64("addr", "Faulting address."),
          u32("fake", "1 for an interrupt by other means than the hardware's."),
          TIMED);

  static final KindSpec WINDOW =
      KindSpec.of(
          "xen_intr_window",
          "An interrupt is pending and the guest does not take it yet.",
          DOMAIN,
          VCPU,
          u32("vector", "Vector."),
          choice(
              "source",
              "Where it comes from; vector is the event channels' callback.",
              "none",
              "pic",
              "lapic",
              "nmi",
              "mce",
              "vector"),
          i32("pending", "Vector about to be injected, -1 for none."),
          TIMED);

  static final KindSpec HYPERCALL =
      KindSpec.of(
          "xen_hypercall",
          "A guest calls the hypervisor. Of event_channel_op neither command nor port is recorded.",
          DOMAIN,
          VCPU,
          choice("via", "How.", "pv", "multicall", "hvm"),
          u32("op", "Hypercall number."),
          text("call", "Its name."),
          text("command", "Name of the command, where it is recorded and known."),
          hex64("rip", "Guest program counter (before Xen 4.3)."),
          hex64("arg0", "Arguments, as far as recorded."),
          hex64("arg1", "Second argument."),
          hex64("arg2", "Third argument."),
          hex64("arg3", "Fourth argument."),
          hex64("arg4", "Fifth argument."),
          hex64("arg5", "Sixth argument."),
          TIMED);

  static final KindSpec HVM_STEP =
      KindSpec.of(
          "xen_hvm_step",
          "What the hypervisor does about an exit of the guest.",
          DOMAIN,
          VCPU,
          choice(
              "step",
              "What it does.",
              "pf_xen",
              "io_read",
              "io_write",
              "cr_read",
              "cr_write",
              "dr_read",
              "dr_write",
              "msr_read",
              "msr_write",
              "cpuid",
              "intr",
              "nmi",
              "smi",
              "hlt",
              "invlpg",
              "mce",
              "ioport_read",
              "ioport_write",
              "iomem_read",
              "iomem_write",
              "clts",
              "lmsw",
              "rdtsc",
              "npf",
              "realmode_emulate",
              "trap",
              "trap_debug",
              "vlapic",
              "xcr_read",
              "xcr_write"),
          hex32("number", "Register, port, vector, or leaf of CPUID."),
          hex32("subleaf", "Sub-leaf of CPUID (4.13 and later)."),
          hex64("addr", "Virtual or guest physical address."),
          hex64("value", "Value read or written."),
          hex32("error", "Error code or qualification."),
          hex32("eax", "Result of CPUID or RDTSC."),
          hex32("ebx", "Result of CPUID."),
          hex32("ecx", "Result of CPUID."),
          hex32("edx", "Result of CPUID or RDTSC."),
          hex64("mfn", "Machine frame."),
          u32("p2m_type", "Type of the guest's page."),
          bool("runnable", "At HLT: 1 if something is pending, so that the vCPU does not sleep."),
          TIMED);

  static final KindSpec HVM_DEVICE =
      KindSpec.of(
          "xen_hvm_device",
          "A step of an emulated timer or interrupt controller.",
          DOMAIN,
          VCPU,
          choice(
              "step",
              "What happens.",
              "hpet_start",
              "pit_start",
              "rtc_start",
              "lapic_start",
              "hpet_stop",
              "pit_stop",
              "rtc_stop",
              "lapic_stop",
              "pit_callback",
              "lapic_callback",
              "pic_output",
              "pic_kick",
              "pic_acknowledge",
              "pic_rise",
              "pic_fall",
              "pic_pending_call",
              "lapic_pic_intr"),
          u32("timer", "Which timer of the HPET."),
          u32("irq", "Interrupt or vector."),
          i64("delta", "Time until it expires, nanoseconds or the device's ticks."),
          i64("period", "Its period, likewise."),
          u32("output", "Level of the output."),
          u32("master", "1 for the first of the two controllers."),
          u32("accept", "Whether it is accepted."),
          i32("target", "vCPU it goes to."));

  static final KindSpec MEMORY =
      KindSpec.of(
          "xen_memory",
          "Pages are granted, mapped or given back.",
          choice(
              "op",
              "What happens; a grant names the domain that grants.",
              "grant_map",
              "grant_unmap",
              "grant_transfer",
              "set_p2m_entry",
              "decrease_reservation",
              "pod_populate",
              "pod_zero_reclaim",
              "pod_superpage_splinter"),
          u32("domain", "Domain."),
          hex64("gfn", "Guest frame."),
          hex64("mfn", "Machine frame."),
          u32("order", "Binary logarithm of the number of pages."),
          u32("p2m_type", "Type of the guest's page."),
          TIMED);

  static final KindSpec PV =
      KindSpec.of(
          "xen_pv",
          "A paravirtualised guest traps.",
          DOMAIN,
          VCPU,
          choice(
              "step",
              "Why.",
              "trap",
              "page_fault",
              "forced_invalid_op",
              "emulate_privop",
              "emulate_4gb",
              "math_state_restore",
              "paging_fixup",
              "descriptor_mapping_fault",
              "ptwr_emulation",
              "ptwr_emulation_pae"),
          hex64("rip", "Guest program counter."),
          hex64("addr", "Address or offset."),
          hex32("error", "Error code."),
          u32("trap", "Number of the exception."),
          bool("has_error", "Whether the exception has an error code."),
          hex64("pte", "Page table entry to be written."));

  static final KindSpec SHADOW =
      KindSpec.of(
          "xen_shadow",
          "A step of shadow paging.",
          DOMAIN,
          VCPU,
          choice(
              "step",
              "What happens.",
              "not_shadow",
              "fast_propagate",
              "fast_mmio",
              "false_fast_path",
              "mmio",
              "fixup",
              "domf_dying",
              "emulate",
              "emulate_unshadow_user",
              "emulate_unshadow_evtinj",
              "emulate_unshadow_unhandled",
              "wrmap_bf",
              "prealloc_unpin",
              "resync_full",
              "resync_only"),
          u8("levels", "Levels of the guest's page tables."),
          hex64("gfn", "Guest frame."),
          hex64("addr", "Virtual address."),
          hex64("gl1e", "Guest's page table entry."),
          hex64("value", "Value written."),
          hex32("steps_done", "What was done, as bits."),
          u8("count", "Instructions emulated."),
          TIMED);

  static final KindSpec POWER =
      KindSpec.of(
          "xen_power",
          "A CPU changes its frequency, or enters or leaves an idle state.",
          choice("op", "What happens.", "frequency", "idle_entry", "idle_exit"),
          u32("old_mhz", "Frequency before."),
          u32("new_mhz", "Frequency after."),
          u32("state", "Idle state."),
          u32("tick", "Counter of the idle timer."),
          u32("expected_us", "Time until the next timer."),
          u32("predicted_us", "Predicted length of the sleep."),
          hex32("irq0", "Vectors pending at wake-up, 0 for none."),
          hex32("irq1", "Second of them."),
          hex32("irq2", "Third of them."),
          hex32("irq3", "Fourth of them."));

  static final KindSpec IRQ =
      KindSpec.of(
          "xen_irq",
          "A physical interrupt is handled, or its vector is assigned or moved.",
          choice(
              "op",
              "What happens.",
              "move_cleanup_delay",
              "move_cleanup",
              "bind_vector",
              "clear_vector",
              "move_finish",
              "assign_vector",
              "unmapped_vector",
              "handled"),
          u32("irq", "Xen's interrupt number."),
          u32("vector", "Vector."),
          i32("target_cpu", "CPU."),
          hex64("mask0", "CPUs 0 to 63, as bits."),
          hex64("mask1", "CPUs 64 to 127."),
          hex64("mask2", "CPUs 128 to 191."),
          u32("start", "Cycle counter when handling began, modulo 2^32."),
          u32("end", "The same when it ended."));

  static final KindSpec LR =
      KindSpec.of(
          "xen_lr",
          "A list register is written on the way to the guest or read after it"
              + " (instrumented hypervisor).",
          DOMAIN,
          VCPU,
          choice("op", "What happens.", "write", "read"),
          u32("lr", "Index of the list register."),
          u32("intid", "Interrupt number of the guest."),
          hex64("value", "Its value; the upper half is 0 on GICv2."),
          u32("serial", "Number of this record among those that are counted for the vCPU."));

  static final KindSpec VGIC =
      KindSpec.of(
          "xen_vgic",
          "A step of the hypervisor's vGIC (instrumented hypervisor).",
          DOMAIN,
          VCPU,
          choice(
              "step", "What happens.", "inject", "hcr", "maintenance", "migrate", "enable", "desc"),
          u32("intid", "Interrupt number of the guest."),
          u8("priority", "Its priority."),
          hex32("status", "Its status bits, or those of the physical interrupt's descriptor."),
          i32("host_irq", "Physical interrupt, -1 for none."),
          hex32("hcr", "GICH_HCR or ICH_HCR_EL2."),
          hex32("misr", "Maintenance status."),
          i32("to_vcpu", "vCPU it moves to."),
          choice("phase", "Phase of a move.", "request", "done", "refused"),
          bool("enabled", "1 if it is switched on, 0 if off."));

  static final KindSpec EVTCHN =
      KindSpec.of(
          "xen_evtchn",
          "A step of an event channel (instrumented hypervisor).",
          DOMAIN,
          VCPU,
          choice("step", "What happens.", "set_pending", "unmask", "state", "fifo_link"),
          u32("port", "Port."),
          bool("newly_pending", "It was not pending before."),
          bool("masked", "It is masked."),
          bool("selector", "The selector or queue was newly marked."),
          bool("upcall", "The upcall was newly raised."),
          u8(
              "old_state",
              "State before: 0 free, 1 reserved, 2 unbound, 3 interdomain, 4 PIRQ,"
                  + " 5 VIRQ, 6 IPI."),
          u8("new_state", "State after."),
          hex32("aux0", "Further data of the state."),
          hex32("aux1", "Further data of the state."),
          u32("tail", "Port that was the tail of the queue."),
          u8("priority", "Priority of the queue."),
          hex32("link_flags", "Flags of the linking."));

  private XenKinds() {}
}

package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.hex64;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.i64;
import static org.vgictrace.parser.event.Column.u32;
import static org.vgictrace.parser.event.Column.u8;

/**
 * What an x86 host records of a guest whose Xen interface KVM emulates (arch/x86/kvm/xen.c), and of
 * interrupts given to x86 guests at large. Everything in it is a declaration; {@link Kind} lists
 * them among the others.
 *
 * <p>A vCPU is {@code vcpu_id}, the number it was created with; neither its dense index nor the
 * number by which the guest knows it to Xen need be the same. Where a record names none, the thread
 * tells. A pointer of a vCPU stands in {@code vcpu}, that of its VM in {@code kvm}.
 */
final class KvmXenKinds {
  private static final Column VCPU_ID = i32("vcpu_id", "vCPU number.");
  private static final Column VCPU = hex64("vcpu", "vCPU pointer.");
  private static final Column KVM = hex64("kvm", "VM pointer.");
  private static final Column SELECTOR =
      hex64("selector", "Selector word of the target in guest memory, where the probe reads it.");
  private static final Column SHADOW =
      hex64("shadow", "KVM's shadow of that word, where the probe reads it.");
  private static final Column UPCALL =
      bool("upcall", "The target's upcall flag in guest memory, where the probe reads it.");

  static final KindSpec ENTRY =
      KindSpec.of(
          "x86_entry",
          "A vCPU enters the guest (x86).",
          VCPU_ID,
          hex64("pc", "Guest program counter."),
          bool("immediate_exit", "The entry is made to leave again at once."),
          hex32("intr_info", "Interrupt that is injected: vector in 7:0, 31 valid (7.2)."),
          hex32("error_code", "Error code of what is injected (7.2)."));

  static final KindSpec EXIT =
      KindSpec.of(
          "x86_exit",
          "A vCPU has left the guest (x86).",
          VCPU_ID,
          hex32("reason", "Exit code, of VMX or of SVM; null where text names one not known."),
          hex64("pc", "Guest program counter."),
          hex64("info1", "First word of details."),
          hex64("info2", "Second word of details."),
          hex32("intr_info", "Event whose delivery the exit interrupted."));

  static final KindSpec INJECT =
      KindSpec.of(
          "x86_inject",
          "An interrupt is put into the vCPU of this thread, for its next entry.",
          u32("vector", "Vector."),
          bool("soft", "A software interrupt."),
          bool("reinjected", "The same injection once more: the guest had not taken it."));

  static final KindSpec ACCEPT =
      KindSpec.of(
          "x86_accept",
          "A local APIC is given an interrupt; whether it takes it is not said.",
          VCPU_ID,
          u32("vector", "Vector."),
          u8("mode", "Delivery mode: 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 6 SIPI."),
          bool("level", "Level triggered."),
          bool("posted", "It went to the hardware's own structure."));

  static final KindSpec EOI =
      KindSpec.of(
          "x86_eoi",
          "The guest ends an interrupt at its local APIC.",
          VCPU_ID,
          i32("vector", "Vector, -1 if none was in service."));

  static final KindSpec APIC =
      KindSpec.of(
          "x86_apic",
          "The guest of this thread reads or writes a register of its local APIC.",
          bool("write", "A write."),
          hex32("reg", "Offset of the register; f0 is the one that enables the APIC."),
          hex64("value", "Value."));

  static final KindSpec HYPERCALL =
      KindSpec.of(
          "kvm_xen_hypercall",
          "The guest of this thread makes a Xen hypercall. Its last two arguments are left out:"
              + " kernels record other values in their place, and none that matters here has them.",
          u8("cpl", "Privilege level of the caller, where the kernel records it (6.12)."),
          hex64("nr", "Number: f set_timer_op, 18 vcpu_op, 1d sched_op, 20 event_channel_op."),
          hex64("a0", "First argument, the command of most."),
          hex64("a1", "Second argument."),
          hex64("a2", "Third argument."),
          hex64("a3", "Fourth argument."));

  static final KindSpec SEND =
      KindSpec.of(
          "kvm_xen_send",
          "A delivery of an event begins or returns. The state is that of the target at this point,"
              + " but what pending and masked say is what the call itself found.",
          choice(
              "step",
              "Which function: fast never sleeps, slow repeats it after making the memory"
                  + " reachable, ioctl is user space's request.",
              "fast",
              "fast_ret",
              "slow",
              "slow_ret",
              "ioctl",
              "ioctl_ret"),
          u32("port", "Port."),
          i32("vcpu_id", "Target vCPU number."),
          i32("vcpu_idx", "Index of the target, -1 before it was looked up."),
          hex32("priority", "Priority; ffffffff is the two-level interface."),
          i32(
              "ret",
              "1 newly pending, 0 pending before, -107 pending but masked, -11 memory out of reach,"
                  + " -22 refused."),
          KVM,
          bool("pending", "The port was pending before."),
          bool("masked", "The port is masked."),
          SELECTOR,
          SHADOW,
          UPCALL);

  static final KindSpec STEP =
      KindSpec.of(
          "kvm_xen_step",
          "A step of KVM's Xen emulation for one vCPU.",
          choice(
              "step",
              "hypercall: KVM looks at one; timer_expire: the timer's callback; timer_inject: its"
                  + " event is delivered by the vCPU itself; flush: the shadow is moved to guest"
                  + " memory; vector: the vCPU's own upcall vector is sent to its APIC.",
              "hypercall",
              "timer_expire",
              "timer_inject",
              "flush",
              "flush_ret",
              "vector"),
          VCPU_ID,
          VCPU,
          SELECTOR,
          SHADOW,
          UPCALL);

  static final KindSpec UPCALL_CHECK =
      KindSpec.of(
          "kvm_xen_upcall",
          "KVM looks whether the guest's callback vector is due.",
          choice("point", "Call or return.", "entry", "return"),
          VCPU_ID,
          i32("ret", "The upcall flag it found."));

  static final KindSpec RUNSTATE =
      KindSpec.of(
          "kvm_xen_runstate",
          "KVM accounts a change of a vCPU's run state.",
          VCPU_ID,
          VCPU,
          choice("state", "The state entered.", "running", "runnable", "blocked", "offline"));

  static final KindSpec TIMER =
      KindSpec.of(
          "kvm_xen_timer",
          "A vCPU's one-shot timer is set.",
          VCPU_ID,
          VCPU,
          i64("expires", "When it is to fire, nanoseconds of the guest's system time."),
          i64(
              "arg",
              "The third argument: nanoseconds from now, or, in newer kernels, whether the limits"
                  + " that Linux guests need apply."));

  static final KindSpec ATTRIBUTE =
      KindSpec.of(
          "kvm_xen_attr",
          "User space sets an attribute of the Xen emulation.",
          choice(
              "scope", "Of the VM, of a vCPU, or the return of the latter.", "vm", "vcpu", "ret"),
          VCPU_ID,
          VCPU,
          KVM,
          u32(
              "type",
              "VM: 0 64-bit guest, 1 and 6 shared page, 2 callback vector, 3 port a guest sends to,"
                  + " 4 version, 5 run state flag. vCPU: 0 and 9 its page, 1 time, 2 to 5 run state,"
                  + " 6 its number in Xen, 7 timer, 8 upcall vector."),
          hex64("a", "First word of the value: a port, a vector, an address."),
          hex64("b", "Second word."),
          hex64("c", "Third word."),
          hex64("d", "Fourth word."),
          hex64("e", "Fifth word."),
          i32("ret", "0 or a negative error number."));

  static final KindSpec ROUTE =
      KindSpec.of(
          "kvm_xen_route",
          "User space routes an interrupt line to a port.",
          KVM,
          u32("gsi", "Line."),
          u32("port", "Port."),
          i32("vcpu_id", "Target vCPU number."),
          hex32("priority", "Priority."));

  static final KindSpec LINE =
      KindSpec.of(
          "kvm_xen_line",
          "An interrupt line is raised from inside the kernel.",
          choice(
              "step",
              "inatomic: an eventfd was signalled; work: that is repeated where sleeping is"
                  + " allowed; set and set_ret: the line is set.",
              "inatomic",
              "work",
              "set",
              "set_ret"),
          u32("gsi", "Line."),
          u32("type", "Kind of the route; 5 is an event channel."),
          i32("level", "Level."),
          i32("ret", "Result, negative for any failure."));

  static final KindSpec UNMAP =
      KindSpec.of(
          "hva_unmap",
          "Pages of a VMM's memory go away; the kernel's shortcuts to guest memory in it with"
              + " them.",
          hex64("start", "First address."),
          hex64("end", "Address after the last."));

  static final KindSpec WORDS =
      KindSpec.of(
          "kvm_xen_words",
          "The state of one port and of the vCPU it is for, as they stand in memory.",
          u32("port", "Port."),
          VCPU_ID,
          bool("pending", "The port is pending."),
          bool("masked", "The port is masked."),
          hex64("selector", "Selector word of the vCPU in guest memory."),
          hex64("shadow", "KVM's shadow of that word."),
          bool("upcall", "Upcall flag of the vCPU in guest memory."),
          bool("at_rest", "1 if no delivery was under way and the vCPU in no upcall."));

  private KvmXenKinds() {}
}

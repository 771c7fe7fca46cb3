package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.hex64;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.text;
import static org.vgictrace.parser.event.Column.u32;

/**
 * The kinds that the debug keys {@code q} and {@code e} of Xen print on its console: what is, at
 * the moment it is printed. Nothing stands still meanwhile.
 */
final class XenDumpKinds {
  private static final Column DUMP = u32("dump", "Number of the dump in the log, from 1.");
  private static final Column DOMAIN = u32("domain", "Domain.");
  private static final Column VCPU = i32("vcpu_id", "vCPU number in its domain.");

  static final KindSpec DUMP_VCPU =
      KindSpec.of(
          "xen_dump_vcpu",
          "State of a vCPU (debug key q).",
          DUMP,
          DOMAIN,
          VCPU,
          i32("on_cpu", "CPU it runs on or ran on last."),
          bool("running", "It runs."),
          i32("poll", "Port it polls, 0 for none, -1 for several."),
          hex32("upcall_pending", "An event upcall is pending."),
          hex32("upcall_mask", "Upcalls are masked."),
          i32("pause_count", "How often it is paused."),
          hex64("pause_flags", "Why it does not run, as bits: 0 blocked, 1 offline."));

  static final KindSpec DUMP_LR =
      KindSpec.of(
          "xen_dump_lr",
          "A list register (debug key q on Arm).",
          DUMP,
          DOMAIN,
          VCPU,
          hex64("lr_mask", "List registers in use, as bits, as saved last."),
          bool("live", "Read from the hardware, not from what was saved."),
          u32("lr", "Index of the list register."),
          hex64("value", "Its value."));

  static final KindSpec DUMP_IRQ =
      KindSpec.of(
          "xen_dump_irq",
          "An interrupt on a list of a vCPU (debug key q on Arm).",
          DUMP,
          DOMAIN,
          VCPU,
          choice(
              "list",
              "Which list: in flight or waiting of the original vGIC, that of the new one.",
              "in_flight",
              "waiting",
              "listed"),
          u32("intid", "Interrupt number of the guest."),
          i32("lr", "List register it is in, 255 for none."),
          bool("hardware", "It is mapped to a physical interrupt."),
          bool("level", "It is level triggered."),
          bool("pending", "It is pending."),
          bool("active", "It is active."),
          bool("enabled", "It is enabled."));

  static final KindSpec DUMP_PORT =
      KindSpec.of(
          "xen_dump_port",
          "An event channel (debug key e).",
          DUMP,
          DOMAIN,
          u32("port", "Port."),
          bool("pending", "It is pending."),
          bool("masked", "It is masked."),
          text("extra", "Selector bit (2-level), or busy and link (FIFO)."),
          u32("state", "0 free, 1 reserved, 2 unbound, 3 interdomain, 4 PIRQ, 5 VIRQ, 6 IPI."),
          i32("vcpu_id", "vCPU it notifies."),
          i32("consumer", "Consumer in Xen, 0 for none."),
          i32("remote_domain", "Domain at the other end."),
          i32("remote_port", "Port at the other end."),
          i32("pirq", "PIRQ."),
          i32("irq", "Physical interrupt."),
          i32("virq", "Number of the VIRQ."));

  private XenDumpKinds() {}
}

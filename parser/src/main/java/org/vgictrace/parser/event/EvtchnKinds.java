package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.hex64;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.u32;

/**
 * The kinds that probes in a Linux guest record about the event channels it takes from Xen, or from
 * KVM in Xen's place. Everything in it is a declaration; {@link Kind} lists them among the others.
 *
 * <p>All columns are arguments or results of functions of the guest. What is in the memory it
 * shares with the hypervisor, pending and mask bits above all, no probe shows: it follows from the
 * order of the steps.
 */
final class EvtchnKinds {
  private static final Column PORT = u32("port", "Port.");
  private static final Column IRQ = i32("irq", "Linux interrupt number.");
  private static final Column ABI =
      choice("abi", "Which ABI's function it is; null for those of both.", "2l", "fifo");

  static final KindSpec UPCALL =
      KindSpec.of(
          "guest_upcall",
          "A Linux guest takes the upcall of its event channels.",
          choice(
              "step",
              "The upcall begins or ends, or the ABI's function looks for pending ports.",
              "enter",
              "leave",
              "scan"),
          ABI,
          i32("ret", "At the end: 1 if the upcall flag was set, else 0."));

  static final KindSpec PORT_STEP =
      KindSpec.of(
          "guest_port",
          "A Linux guest does something to one of its ports.",
          choice(
              "step",
              "handle: found pending and not masked, given to its interrupt; mask, unmask, clear,"
                  + " set: its bits are changed, or about to be; test: its pending bit is read;"
                  + " bind: it gets an interrupt; move: it is bound to a CPU; refcount: user space"
                  + " may end it; close: it is closed.",
              "handle",
              "mask",
              "unmask",
              "clear",
              "set",
              "test",
              "bind",
              "move",
              "refcount",
              "close"),
          ABI,
          PORT,
          IRQ,
          i32("target_cpu", "CPU it is bound to."),
          hex32("reason", "Reasons to mask it, as bits: 1 explicit, 2 temporary, 4 EOI pending."));

  static final KindSpec CHIP =
      KindSpec.of(
          "guest_chip",
          "The interrupt chip that Linux makes of event channels is used.",
          choice(
              "step",
              "What the chip is told; ack functions whose name begins with lateeoi keep the port"
                  + " masked until lateeoi says that the event has been dealt with.",
              "ack",
              "mask_ack",
              "lateeoi_ack",
              "lateeoi_mask_ack",
              "enable",
              "disable",
              "lateeoi",
              "eoi_pirq",
              "retrigger",
              "affinity",
              "rebind"),
          IRQ,
          hex64("data", "Pointer to the interrupt's data or to its event channel."),
          bool("spurious", "Of lateeoi: there was nothing to do."));

  static final KindSpec SEND =
      KindSpec.of(
          "guest_send",
          "A Linux guest sends an event.",
          choice("via", "An IPI to one of its CPUs, or to whoever is behind a port.", "ipi", "irq"),
          i32("target_cpu", "CPU an IPI is for."),
          choice(
              "vector",
              "Which IPI.",
              "resched",
              "callfunc",
              "callfuncsingle",
              "spinlock",
              "irqwork",
              "nmi"),
          IRQ);

  static final KindSpec DEVICE =
      KindSpec.of(
          "guest_evdev",
          "A program uses /dev/xen/evtchn, or has an event waiting there.",
          choice(
              "step",
              "interrupt: an event is queued for the program; write: it has dealt with some.",
              "ioctl",
              "write",
              "interrupt"),
          IRQ,
          hex32("cmd", "Command of the ioctl."),
          hex64("file", "File structure, or that of the open device."));

  private EvtchnKinds() {}
}

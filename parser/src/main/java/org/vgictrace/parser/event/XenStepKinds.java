package org.vgictrace.parser.event;

import static org.vgictrace.parser.event.Column.bool;
import static org.vgictrace.parser.event.Column.choice;
import static org.vgictrace.parser.event.Column.hex32;
import static org.vgictrace.parser.event.Column.i32;
import static org.vgictrace.parser.event.Column.u32;
import static org.vgictrace.parser.event.Column.u8;

/**
 * The kinds in which a hypervisor that is instrumented for it shows the inside of its vGIC: the
 * state of an interrupt before and after each step, the lists on the way to the guest, the decision
 * to sleep, SGIs and locks. The recipe in {@code XENTRACE.md} says where each is recorded.
 *
 * <p>Each row tells enough to be judged by itself, so that a record that is missing cannot make
 * another one look wrong.
 */
final class XenStepKinds {
  private static final Column DOMAIN = u32("domain", "Domain.");
  private static final Column INTID = u32("intid", "Interrupt number of the guest.");
  private static final Column HOST_IRQ = i32("host_irq", "Physical interrupt, -1 for none.");
  private static final String OLD_STATUS =
      "its marks as bits: 0 queued, 1 active, 2 visible, 3 enabled, 4 migrating, 5 pristine LPI.";
  private static final String OLD_FLAGS =
      "where it is, as bits: 0 in flight, 1 waiting for a list register, 2 vCPU offline, 3 the vCPU"
          + " runs on this CPU, 4 the LPI is mapped, 5 its descriptor is in progress, 6 another is"
          + " behind it in flight, 7 another waits behind it.";
  private static final String NEW_STATUS =
      "its state as bits: 0 latch, 1 line, 2 active, 3 enabled, 4 level triggered, 5 mapped to a"
          + " physical one, 6 its descriptor is in progress, 7 the distributor is on.";
  private static final String NEW_FLAGS =
      "where it is, as bits: 0 on a list, 4 pending and 5 active in the list register, 6 HW bit, 7"
          + " EOI bit.";

  static final KindSpec OLD_IRQ =
      KindSpec.of(
          "xen_old_irq",
          "A step of the original vGIC on one interrupt, under the lock of the vCPU (instrumented"
              + " hypervisor).",
          DOMAIN,
          i32("vcpu_id", "vCPU whose lock is held."),
          choice(
              "step",
              "What happens.",
              "inject",
              "enable",
              "disable",
              "fold",
              "fill",
              "evict",
              "migrate",
              "online",
              "map",
              "discard",
              "property",
              "clear"),
          INTID,
          hex32("was_status", "Before: " + OLD_STATUS),
          hex32("was_flags", "Before: " + OLD_FLAGS),
          u8("was_lr", "List register before, 255 for none."),
          u8("was_priority", "Priority before."),
          hex32("status", "After: " + OLD_STATUS),
          hex32("irq_flags", "After: " + OLD_FLAGS),
          u8("lr", "List register after, 255 for none."),
          u8("priority", "Priority after."),
          HOST_IRQ,
          u32("target", "vCPU it targets afterwards."),
          u8("ahead", "Priority of the one ahead of it in flight, 0 for none."),
          u8("behind", "Priority of the one behind it in flight."),
          u8("wait_ahead", "Priority of the one that waits ahead of it, 0 for none."),
          u8("wait_behind", "Priority of the one that waits behind it."),
          u8("folded_lr", "Fold: list register that was read."),
          u8("folded_state", "Fold: state found, 0 inactive, 1 pending, 2 active, 3 both."),
          u8("physical_cpu", "Fold: CPU the physical interrupt is routed to now, 255 for none."),
          u8("target_cpu", "Fold: CPU of the vCPU it targets."),
          u32("asked_target", "Move: vCPU asked for."),
          u32("was_target", "Move: vCPU it targeted before."));

  static final KindSpec NEW_IRQ =
      KindSpec.of(
          "xen_new_irq",
          "A step of the new vGIC on one interrupt, under its lock (instrumented hypervisor).",
          DOMAIN,
          i32("vcpu_id", "vCPU whose list or list registers are worked on."),
          choice(
              "step",
              "What happens.",
              "inject",
              "queue",
              "fold",
              "populate",
              "keep",
              "remove",
              "move",
              "enable",
              "disable",
              "pend",
              "unpend",
              "retarget",
              "sgi"),
          INTID,
          hex32("was_status", "Before: " + NEW_STATUS),
          hex32("was_flags", "Before: " + NEW_FLAGS),
          hex32("was_source", "Before: CPUs an SGI comes from, as bits."),
          hex32("status", "After: " + NEW_STATUS),
          hex32("irq_flags", "After: " + NEW_FLAGS),
          u8("lr", "List register read or written, 255 for none."),
          hex32("source", "After: CPUs an SGI comes from, as bits."),
          i32("was_owner", "vCPU on whose list it was, -1 for none."),
          i32("owner", "vCPU on whose list it is, -1 for none."),
          i32("target", "vCPU it targets, -1 for none."),
          HOST_IRQ,
          i32("desc_irq", "Number in the descriptor of the physical interrupt, -1 for none."),
          u8("priority", "Priority."));

  static final KindSpec ENTRY =
      KindSpec.of(
          "xen_vgic_entry",
          "The vGIC is done on the way to the guest (instrumented hypervisor).",
          choice("vgic", "Which vGIC.", "old", "new"),
          DOMAIN,
          i32("vcpu_id", "vCPU that is about to run."),
          u8("lrs", "List registers there are."),
          u8("used", "List registers in use."),
          u8("left", "Interrupts left without a list register, up to 255."),
          bool("waits", "Old vGIC: what the last look at the list of those that wait found."),
          u8("listed", "New vGIC: interrupts on the list, up to 255."),
          hex32("hcr", "GICH_HCR or ICH_HCR_EL2."),
          u8("best_left", "Most urgent priority that was left."),
          u8("worst_given", "Least urgent priority that is pending, not active, in a register."),
          u8("left_active", "New vGIC: active ones that were left."),
          u32("serial", "Number of this record among those that are counted for the vCPU."));

  static final KindSpec IDLE =
      KindSpec.of(
          "xen_vgic_idle",
          "A vCPU that asked to sleep is let sleep or not (instrumented hypervisor).",
          choice("vgic", "Which vGIC.", "old", "new"),
          DOMAIN,
          i32("vcpu_id", "vCPU number in its domain."),
          bool("upcall", "An event upcall is pending."),
          bool("in_flight", "The upcall's interrupt is in flight; new vGIC: is pending."),
          bool("deliverable", "An interrupt is in flight that its interface would deliver."),
          bool("sleeps", "1 if it sleeps."));

  static final KindSpec SGIR =
      KindSpec.of(
          "xen_sgir",
          "A guest sends an SGI through the distributor (instrumented hypervisor).",
          DOMAIN,
          i32("vcpu_id", "vCPU that sends."),
          u32("intid", "The SGI."),
          u32("vcpus", "vCPUs the domain has."),
          hex32("asked", "Targets the guest asks for, as bits."),
          hex32("reached", "vCPUs it is sent to, as bits."));

  static final KindSpec LOCK =
      KindSpec.of(
          "xen_lock",
          "A lock of the vGIC is taken (instrumented hypervisor).",
          choice("op", "What happens.", "take", "release"),
          choice(
              "lock",
              "Which lock, in the order of the bits of held.",
              "domain",
              "rank",
              "vgic",
              "its",
              "list",
              "lpi",
              "desc",
              "irq"),
          hex32("held", "Locks this CPU held before, as bits."));

  private XenStepKinds() {}
}

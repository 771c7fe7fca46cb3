package org.vgictrace.replay.rule;

import static org.vgictrace.replay.rule.Observation.LOCKS;
import static org.vgictrace.replay.rule.Observation.POPULATION;
import static org.vgictrace.replay.rule.Observation.PUT_SNAPSHOT;
import static org.vgictrace.replay.rule.Observation.VCPU_ENTRY;
import static org.vgictrace.replay.rule.Observation.VM_CREATION;
import static org.vgictrace.replay.rule.Rule.rule;
import static org.vgictrace.replay.rule.Severity.ERROR;
import static org.vgictrace.replay.rule.Severity.WARNING;
import static org.vgictrace.replay.rule.Sources.core;

import java.util.List;

/**
 * Locks and context.
 *
 * <p>All but INV-LOCK-7 and 8 need the events {@code lock:lock_acquire} and {@code
 * lock:lock_release}, which only kernels built with lockdep have. The events {@code
 * lock:contention_begin} and {@code lock:contention_end} of ordinary kernels name no lock and show
 * only those that were waited for: nothing is concluded from them.
 */
public final class LockRules {
  private static final String ITS_COMMANDS =
      "vgic_its_process_commands (arch/arm64/kvm/vgic/vgic-its.c)";
  private static final String ADD_LPI = "vgic_add_lpi (arch/arm64/kvm/vgic/vgic-its.c)";
  private static final String RUN = "kvm_arch_vcpu_ioctl_run (arch/arm64/kvm/arm.c)";

  public static final Rule LOCK_1 =
      rule("INV-LOCK-1", ERROR, "Interrupt lock taken with interrupts on")
          .holds(
              "ap_list_lock, irq_lock, lpi_list_lock (to 6.9) and the LPI xarray's lock (from 6.9,"
                  + " 6.18-rc1 to rc5 excepted) are taken with interrupts off. The xarray's lock"
                  + " has the name of every xarray's; it is known by its use right after a"
                  + " reference to an LPI was dropped or under an interrupt's lock, and not judged"
                  + " before that, nor on real-time kernels, where it sleeps.")
          .why("Interrupts are injected from hardirq context, which takes the same locks.")
          .catches(
              "A deadlock as soon as a timer or a physical interrupt fires on the CPU that holds"
                  + " the lock. Reinstated for the LPI xarray in 6.18-rc6 (75360a9a3385, Reinstate"
                  + " IRQ lock ordering for LPI xarray).")
          .needs(LOCKS, PUT_SNAPSHOT)
          .function(core("vgic_queue_irq_unlock"))
          .function(core("vgic_put_irq"))
          .build();

  public static final Rule LOCK_2 =
      rule("INV-LOCK-2", ERROR, "Lock order inverted")
          .holds(
              "Locks are taken in this order: kvm->lock, vcpu->mutex, slots_lock, config_lock (from"
                  + " 6.4), the ITS's cmd_lock, its_lock, ap_list_lock, lpi_list_lock (to 6.9),"
                  + " irq_lock, the interrupt descriptor's lock, vpe_lock. The LPI xarray's lock"
                  + " comes before ap_list_lock from 6.18 and before irq_lock to 6.17. Only tried"
                  + " locks are free of it; SRCU readers and other classes take no part. That an"
                  + " outer mutex was held is taken from its release, that a spinlock was from"
                  + " the preemption depth.")
          .why("Two tasks that take two locks in different orders wait for each other.")
          .catches(
              "Deadlocks: kvm->lock under vcpu->mutex (Use config_lock to protect vgic state),"
                  + " config_lock under its_lock (Don't acquire its_lock before config_lock), both"
                  + " fixed in 6.4 and 6.1.28; slots_lock under config_lock (Fix a circular locking"
                  + " issue, 6.4 and 6.1.33).")
          .needs(LOCKS)
          .function(core("vgic_queue_irq_unlock"))
          .function(ITS_COMMANDS)
          .function("kvm_vgic_map_resources (arch/arm64/kvm/vgic/vgic-init.c)")
          .build();

  public static final Rule LOCK_3 =
      rule("INV-LOCK-3", ERROR, "Two ap_lists locked in the wrong order")
          .holds(
              "Of two ap_list_locks held together the first taken is that of the smaller vCPU"
                  + " number, and both vCPUs are of one VM. Whose list a lock guards is learned from"
                  + " the list registers populated or cleared under it.")
          .why("A migration between two lists locks both; the opposite one may run meanwhile.")
          .catches("Two vCPUs that move interrupts to each other wait for each other for ever.")
          .needs(LOCKS, POPULATION)
          .function(core("vgic_prune_ap_list"))
          .build();

  public static final Rule LOCK_4 =
      rule("INV-LOCK-4", ERROR, "Interrupt locks held together or taken twice")
          .holds(
              "Two irq_locks are held together only under an ap_list_lock, which is when the list"
                  + " is sorted, and never three. No context takes a spinlock of the vGIC that it"
                  + " holds.")
          .why("Only the sort compares two interrupts, and the list's lock makes it the only one.")
          .catches(
              "A task waits for itself: a sort that compared an element with itself (Fix potential"
                  + " deadlock when ap_list is long, 5.3 and 5.2.12), a slot of the LPI xarray"
                  + " given back under the xarray's lock (66768669f27d, 6.18-rc6).")
          .needs(LOCKS)
          .function(core("vgic_irq_cmp"))
          .function(core("vgic_sort_ap_list"))
          .function(ADD_LPI)
          .build();

  public static final Rule LOCK_5 =
      rule("INV-LOCK-5", ERROR, "Mutex taken in atomic context")
          .holds(
              "No mutex of the VM (kvm->lock, vcpu->mutex, slots_lock, config_lock, the ITS's"
                  + " cmd_lock and its_lock) is taken with interrupts off or under a spinlock of"
                  + " the vGIC, unless it is only tried.")
          .why("Who waits for a mutex sleeps.")
          .catches("Sleeping in atomic context: a stalled CPU, or a deadlock with the waker.")
          .needs(LOCKS)
          .function(ITS_COMMANDS)
          .function(RUN)
          .build();

  public static final Rule LOCK_6 =
      rule("INV-LOCK-6", ERROR, "LPI xarray locked under an interrupt lock")
          .holds(
              "From 6.18 the LPI xarray's lock is not taken under ap_list_lock or irq_lock, from"
                  + " 6.9 to 6.17 not under irq_lock. Locks of other xarrays have the same name and"
                  + " are not judged.")
          .why(
              "It is no raw spinlock: on real-time kernels it sleeps. The last reference to an LPI"
                  + " is therefore dropped after the locks of lists and interrupts are given back.")
          .catches(
              "Sleeping in atomic context, or an inverted order (d54594accf73, Erase LPIs from"
                  + " xarray outside of raw spinlocks, 6.18).")
          .needs(LOCKS, PUT_SNAPSHOT)
          .function(core("vgic_put_irq"))
          .function(core("vgic_release_deleted_lpis"))
          .build();

  public static final Rule LOCK_7 =
      rule("INV-LOCK-7", ERROR, "Interrupts on between flush and sync")
          .holds(
              "From the flush to the guest entry, and through the fold after it, interrupts are off"
                  + " on the CPU: no event of these steps has them on. Kprobes on breakpoints are"
                  + " always recorded with interrupts off; kvm_entry and kvm_ack_irq confirm it. Not"
                  + " decided where the flag is X, not judged where flags were not recorded (a text"
                  + " without their columns).")
          .why(
              "What is in the list registers must stay true until they are read back: a handler on"
                  + " the same CPU would change interrupts that are being loaded.")
          .catches("Lost or doubled interrupts, and deadlocks on the locks of the flush.")
          .needs(VCPU_ENTRY)
          .function(RUN)
          .function(core("kvm_vgic_flush_hwstate"))
          .function(core("kvm_vgic_sync_hwstate"))
          .build();

  public static final Rule LOCK_8 =
      rule("INV-LOCK-8", ERROR, "Task's work in an interrupt handler")
          .holds(
              "Injection and the queueing of SGIs and MSIs may run in hardirq context. Tying a"
                  + " physical interrupt to a guest's, untying it, a write to an ITS register and"
                  + " the ITS commands it starts never do.")
          .why("They take mutexes or allocate memory: only tasks can.")
          .catches("Sleeping in atomic context, and changes under a running injection.")
          .needs(VM_CREATION)
          .function(core("kvm_vgic_map_phys_irq"))
          .function(core("kvm_vgic_unmap_phys_irq"))
          .function(ITS_COMMANDS)
          .build();

  public static final Rule LOCK_9 =
      rule("INV-LOCK-9", WARNING, "List lock held for long")
          .holds(
              "An ap_list_lock is held for less than 50 ms, from the time it was free to its"
                  + " release. Not decided for clocks that do not count in nanoseconds.")
          .why("The holder has interrupts off, and every injection to the vCPU waits for it.")
          .catches(
              "Latency from the sort of a long list. A virtual machine whose CPU was taken away"
                  + " meanwhile shows the same: a hint, never an error.")
          .needs(LOCKS)
          .function(core("vgic_sort_ap_list"))
          .function(core("vgic_flush_lr_state"))
          .build();

  /** All of them, in order. */
  static final List<Rule> ALL =
      List.of(LOCK_1, LOCK_2, LOCK_3, LOCK_4, LOCK_5, LOCK_6, LOCK_7, LOCK_8, LOCK_9);

  private LockRules() {}
}

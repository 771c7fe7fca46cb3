package org.vgictrace.replay.kvm;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** What is known of one VM. */
final class VmState {
  /** Distributor enable. */
  enum Switch {
    UNKNOWN,
    OFF,
    ON
  }

  /** KVM_DEV_TYPE_ARM_VGIC_V2, as vgic_dist.vgic_model holds it. */
  static final int MODEL_V2 = 5;

  /** KVM_DEV_TYPE_ARM_VGIC_V3. */
  static final int MODEL_V3 = 7;

  final String label;

  /** Address of struct kvm, 0 if no event showed it. */
  final long pointer;

  /** SPIs and LPIs by interrupt number. */
  final Long2ObjectHashMap<IrqState> shared = new Long2ObjectHashMap<>();

  /** GIC model of the guest, 0 if unknown. */
  int model;

  /** Number of SPIs, -1 if unknown. */
  int spis = -1;

  /** Whether one of its vCPUs was seen to run. */
  boolean hasRun;

  /** Whether the recording shows the VM from its creation, without a loss since. */
  boolean fromCreation;

  /** Whether a list register was in use at an entry. */
  boolean delivers;

  /** Whether the guest may be using the distributor. */
  Switch distributor = Switch.UNKNOWN;

  /** A write to the distributor's control register that may not have taken effect. */
  Switch distributorNext = Switch.UNKNOWN;

  /** Thread of that write, -1 for none. */
  int distributorWriter = -1;

  /** Counts events after which nothing that was known of its interrupts is certain. */
  int generation;

  /** Time stamp from which {@link #distributor} holds. */
  long distributorSince;

  /** An interrupt that was delivered although the distributor had been switched off. */
  @Nullable ServedWhileOff servedWhileOff;

  VmState(String label, long pointer) {
    this.label = label;
    this.pointer = pointer;
  }

  @Nullable IrqState shared(long intid) {
    return shared.get(intid);
  }
}

package org.vgictrace.replay.kvm;

import java.util.function.Predicate;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts by the address of their structure. Remembers the one asked for last: a step of the
 * hypervisor is about one interrupt, and several checks ask for it.
 */
final class IrqsByAddress {
  private final Long2ObjectHashMap<IrqState> irqs = new Long2ObjectHashMap<>();
  private long latestAddress;
  private @Nullable IrqState latest;

  /** The interrupt whose structure is at that address, or null. */
  @Nullable IrqState get(long address) {
    if (latest == null || address != latestAddress) {
      latest = irqs.get(address);
      latestAddress = address;
    }
    return latest;
  }

  void put(IrqState irq) {
    irqs.put(irq.address, irq);
    latest = null;
  }

  void remove(long address) {
    irqs.remove(address);
    latest = null;
  }

  void removeIf(Predicate<IrqState> gone) {
    irqs.values().removeIf(gone);
    latest = null;
  }
}

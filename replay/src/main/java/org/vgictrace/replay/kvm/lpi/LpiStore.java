package org.vgictrace.replay.kvm.lpi;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.VcpuState;

/**
 * Who is who among LPI structures: an LPI is the structure at an address while that keeps its
 * number, and belongs to a VM.
 */
final class LpiStore {
  private final Machine machine;
  private final Ledger ledger;
  private final ReferenceChecks references;
  private final Long2ObjectHashMap<LpiVm> vms = new Long2ObjectHashMap<>();
  private final Long2ObjectHashMap<Lpi> byAddress = new Long2ObjectHashMap<>();

  LpiStore(Machine machine, Ledger ledger, ReferenceChecks references) {
    this.machine = machine;
    this.ledger = ledger;
    this.references = references;
  }

  /**
   * Judges whether a structure may show now, and notes that it lives.
   *
   * @return whether it was made anew
   */
  boolean life(Event e, Lpi lpi, String step, boolean queued) {
    if (lpi.isAlive()) {
      references.only();
      return false;
    }
    LpiVm vm = lpi.vm;
    boolean created = vm.lastMapTs >= lpi.endedTs - machine.skew() || !vm.showsMapping;
    references.returned(e, lpi, step, created, queued);
    lpi.dead = false;
    lpi.superseded = false;
    lpi.cached = -1;
    lpi.expected = Lpi.TARGET_UNKNOWN;
    lpi.movedTo = Lpi.TARGET_UNKNOWN;
    return created;
  }

  /** The LPI a snapshot is of; null if its VM is unknown. */
  @Nullable Lpi lpi(Event e, long kvm) {
    long address = e.get(Snapshot.IRQ, 0);
    int intid = e.getInt(Snapshot.INTID, 0);
    if (address == 0) {
      return null;
    }
    LpiVm vm = kvm == 0 ? vmOf(e) : vm(kvm);
    Lpi lpi = byAddress.get(address);
    if (lpi != null && lpi.stretch != machine.stretch()) {
      lpi.forget(machine.stretch());
    }
    if (lpi != null && lpi.intid == intid && (vm == null || lpi.vm == vm)) {
      return lpi;
    }
    if (vm == null) {
      return null;
    }
    if (lpi != null && lpi.vm == vm) {
      references.reused(e, lpi, intid);
      if (vm.byIntid.get(lpi.intid) == lpi) {
        vm.byIntid.remove(lpi.intid);
      }
    }
    Lpi made = new Lpi(address, intid, vm, machine.stretch());
    made.seenSeq = e.seq;
    byAddress.put(address, made);
    Lpi before = vm.byIntid.put(intid, made);
    if (before != null && before.address != address && before.stretch == machine.stretch()) {
      references.replaced(e, before);
    }
    return made;
  }

  private @Nullable LpiVm vmOf(Event e) {
    long vcpu = e.get(Snapshot.TARGET, 0);
    if (vcpu == 0) {
      vcpu = e.get(Snapshot.OWN, 0);
    }
    VcpuState v = vcpu == 0 ? machine.vcpuOfThread(e.pid) : machine.vcpuAt(vcpu);
    return v == null || v.vmPointer() == 0 ? null : vm(v.vmPointer());
  }

  /** The VM with that pointer, which may be new. */
  LpiVm vm(long kvm) {
    LpiVm vm = vms.get(kvm);
    if (vm == null) {
      vm = new LpiVm(kvm, machine.stretch());
      vms.put(kvm, vm);
    } else if (vm.stretch != machine.stretch()) {
      vm.forget(machine.stretch());
    }
    return vm;
  }

  /** The LPI whose structure is at that address, or null. */
  @Nullable Lpi at(long address) {
    return byAddress.get(address);
  }

  /** The one VM that ends, null if there are several or none. */
  @Nullable LpiVm endingVm() {
    LpiVm found = null;
    for (LpiVm vm : vms.values()) {
      if (vm.ending) {
        if (found != null) {
          return null;
        }
        found = vm;
      }
    }
    return found;
  }

  /** The vGIC of a VM is created; VMs that ended are judged and forgotten. */
  void created(Event e, long kvm) {
    vms.values().removeIf(vm -> vm.ending && ended(e, vm));
    LpiVm created = vm(kvm);
    byAddress.values().removeIf(lpi -> lpi.vm == created);
    created.created(machine.stretch());
  }

  private boolean ended(Event e, LpiVm vm) {
    ledger.beginTransition();
    references.ended(e, vm);
    ledger.endTransition();
    byAddress.values().removeIf(lpi -> lpi.vm == vm);
    return true;
  }

  /** Mappings come from guest memory; whose does not show. */
  void restored(Event e) {
    for (LpiVm vm : vms.values()) {
      vm.complete &= vm.ending;
      vm.lastMapTs = e.ts;
    }
  }
}

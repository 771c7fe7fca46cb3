package org.vgictrace.analysis.vcpu;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One VM, known by the kernel address of its {@code struct kvm}. */
public final class Vm {
  private static final int MODEL_V2 = 5;

  private final int index;
  private final long pointer;
  private final List<Vcpu> vcpus = new ArrayList<>();
  private int model = -1;

  Vm(int index, long pointer) {
    this.index = index;
    this.pointer = pointer;
  }

  /** Position in the order of appearance, from 0. */
  public int index() {
    return index;
  }

  /** Kernel address. */
  public long pointer() {
    return pointer;
  }

  /** {@code vm0}, {@code vm1} in order of appearance. */
  public String label() {
    return "vm" + index;
  }

  /** Whether the guest is known to have a GICv2. */
  public boolean isGicV2() {
    return model == MODEL_V2;
  }

  /** The vCPU with that number, null if it has not been seen. */
  public @Nullable Vcpu vcpu(long id) {
    for (Vcpu vcpu : vcpus) {
      if (vcpu.id() == id) {
        return vcpu;
      }
    }
    return null;
  }

  void add(Vcpu vcpu) {
    vcpus.add(vcpu);
  }

  void learnModel(long value) {
    model = (int) value;
  }
}

package org.vgictrace.analysis.vcpu;

import org.jspecify.annotations.Nullable;

/** One vCPU, as far as the capture has told so far. */
public final class Vcpu {
  private final int index;
  private long pointer;
  private int id = -1;
  private int pid = -1;
  private @Nullable Vm vm;

  Vcpu(int index) {
    this.index = index;
  }

  /** Position in the order of appearance, from 0. */
  public int index() {
    return index;
  }

  /** Kernel address, 0 if unknown. */
  public long pointer() {
    return pointer;
  }

  /** Number within the VM, -1 if unknown. */
  public int id() {
    return id;
  }

  /** Thread, -1 if unknown. */
  public int pid() {
    return pid;
  }

  /** The VM, null if unknown. */
  public @Nullable Vm vm() {
    return vm;
  }

  /** {@code vcpu1}, or {@code pid 951} if the number is unknown. */
  public String label() {
    return id >= 0 ? "vcpu" + id : pid >= 0 ? "pid " + pid : "vcpu?";
  }

  void learnPointer(long value) {
    pointer = value;
  }

  void learnId(int value) {
    id = value;
  }

  void learnPid(int value) {
    pid = value;
  }

  void learnVm(Vm value) {
    if (vm == null) {
      vm = value;
      value.add(this);
    }
  }
}

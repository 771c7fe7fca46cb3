package org.vgictrace.analysis;

import org.vgictrace.analysis.HandMade.Events;
import org.vgictrace.parser.event.Kind;

/** Short ways to write down what one vCPU of a GICv3 host does. */
public final class Guest {
  /** Address of the VM. */
  public static final long KVM = 0xffff_8000_0041_5000L;

  /** Address of vCPU 0; the others follow at a distance. */
  public static final long VCPU0 = 0xffff_182d_c282_52b0L;

  /** SPI 40, level, pending. */
  public static final long SPI40_PENDING = 0x50a0_0200_0000_0028L;

  /** SPI 40, level, active. */
  public static final long SPI40_ACTIVE = 0x90a0_0200_0000_0028L;

  /** SPI 40, level, finished. */
  public static final long SPI40_DONE = 0x10a0_0200_0000_0028L;

  private final Events events;
  private final int id;

  public Guest(Events events, int id) {
    this.events = events;
    this.id = id;
  }

  /** Address of a vCPU. */
  public static long vcpu(int id) {
    return VCPU0 + id * 0x10000L;
  }

  /** Goes to the vCPU's thread, on the CPU of its number. */
  public Guest thread() {
    events.on(id, 950 + id, "vcpu-" + id);
    return this;
  }

  /** The VM and vCPU are made. */
  public Guest made() {
    events.event(Kind.VM, "kvm", KVM, "vcpu", vcpu(id), "vcpu_id", id, "op", "vcpu_init");
    return this;
  }

  /** One LR is populated with level SPI 40. */
  public Guest populate(int lr, int active) {
    events.event(
        Kind.LR_WRITE,
        "irq",
        0xffff_0000_0000_1000L,
        "intid",
        40,
        "pending",
        0,
        "active",
        active,
        "enabled",
        1,
        "level",
        1,
        "hw",
        0,
        "config",
        "level",
        "priority",
        0xa0,
        "group",
        1,
        "own",
        vcpu(id),
        "target",
        vcpu(id),
        "vcpu",
        vcpu(id),
        "vcpu_id",
        id,
        "lr",
        lr);
    return this;
  }

  /** The image before entry, then the entry. */
  public Guest enter(long... lrs) {
    image("entry", lrs);
    events.event(Kind.VCPU_ENTRY, "pc", 0x4000_1000L);
    return this;
  }

  /** The image after exit, then the exit. */
  public Guest leave(int reason, int exceptionClass, long... lrs) {
    image("exit", lrs);
    return left(reason, exceptionClass);
  }

  /** An exit without an image. */
  public Guest left(int reason, int exceptionClass) {
    events.event(Kind.VCPU_EXIT, "reason", reason, "esr_ec", exceptionClass, "pc", 0x4000_1004L);
    return this;
  }

  /** An image of list registers. */
  public Guest image(String point, long... lrs) {
    Object[] values = new Object[16 + 2 * lrs.length];
    Object[] head = {
      "point",
      point,
      "vcpu",
      vcpu(id),
      "vcpu_id",
      id,
      "kvm",
      KVM,
      "used_lrs",
      lrs.length,
      "hcr",
      1,
      "vmcr",
      0x4c000aL,
      "lr_bytes",
      8
    };
    System.arraycopy(head, 0, values, 0, head.length);
    for (int i = 0; i < lrs.length; i++) {
      values[head.length + 2 * i] = "lr" + i;
      values[head.length + 2 * i + 1] = lrs[i];
    }
    events.event(Kind.LR_IMAGE, values);
    return this;
  }
}

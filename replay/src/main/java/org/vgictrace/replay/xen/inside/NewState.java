package org.vgictrace.replay.xen.inside;

/**
 * The state of an interrupt of the new vGIC, as {@code struct vgic_irq} keeps it
 * (xen/arch/arm/include/asm/new_vgic.h), and the list register that was read or written.
 *
 * <pre>
 *   status   7 distributor on  6 in progress  5 mapped  4 level  3 enabled  2 active  1 line  0 latch
 *   flags    7 EOI  6 HW  5 active  4 pending, all in the list register  0 on a list
 * </pre>
 *
 * @param source CPUs an SGI comes from, as bits
 * @param owner virtual CPU on whose list it is, -1 for none
 */
record NewState(int status, int flags, int source, int owner) {
  static final int LATCH = 1;
  static final int LINE = 1 << 1;
  static final int ACTIVE = 1 << 2;
  static final int ENABLED = 1 << 3;
  static final int LEVEL = 1 << 4;
  static final int MAPPED = 1 << 5;
  static final int IN_PROGRESS = 1 << 6;
  static final int DISTRIBUTOR = 1 << 7;

  static final int LISTED = 1;
  static final int LR_PENDING = 1 << 4;
  static final int LR_ACTIVE = 1 << 5;
  static final int LR_HW = 1 << 6;
  static final int LR_EOI = 1 << 7;

  private static final String[] STATUS = {
    "latched", "line up", "active", "enabled", "level", "mapped"
  };

  boolean is(int mark) {
    return (status & mark) != 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean isPending() {
    return is(LATCH) || is(LEVEL) && is(LINE);
  }

  /** Whether it has to be delivered, were the distributor on. */
  boolean isDue() {
    return is(ENABLED) && isPending();
  }

  /** {@code enabled latched, on the list of virtual CPU 1}. */
  String text() {
    StringBuilder text = new StringBuilder();
    OldState.append(text, STATUS, status, " ");
    text.append(text.isEmpty() ? "" : ", ");
    text.append(has(LISTED) ? "on a list" : "on no list");
    return text.append(owner < 0 ? "" : ", of virtual CPU " + owner).toString();
  }
}

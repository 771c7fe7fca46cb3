package org.vgictrace.replay.xen.inside;

/**
 * The state of an interrupt of the original vGIC, as {@code struct pending_irq} keeps it
 * (xen/arch/arm/include/asm/vgic.h).
 *
 * <pre>
 *   status   5 pristine  4 migrating  3 enabled  2 visible  1 active  0 queued
 *   flags    5 in progress  4 mapped  3 runs here  2 offline  1 waits  0 in flight
 * </pre>
 */
record OldState(int status, int flags, int lr, int priority) {
  static final int QUEUED = 1;
  static final int ACTIVE = 1 << 1;
  static final int VISIBLE = 1 << 2;
  static final int ENABLED = 1 << 3;
  static final int MIGRATING = 1 << 4;
  static final int PRISTINE = 1 << 5;

  static final int IN_FLIGHT = 1;
  static final int WAITS = 1 << 1;
  static final int OFFLINE = 1 << 2;
  static final int HERE = 1 << 3;
  static final int MAPPED = 1 << 4;
  static final int IN_PROGRESS = 1 << 5;
  static final int FOLLOWED = 1 << 6;
  static final int WAIT_FOLLOWED = 1 << 7;

  private static final int NO_LR = 255;
  private static final String[] STATUS = {
    "queued", "active", "visible", "enabled", "migrating", "pristine"
  };
  private static final String[] FLAGS = {"in flight", "waiting"};

  boolean is(int mark) {
    return (status & mark) != 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  boolean hasRegister() {
    return lr != NO_LR;
  }

  /** OV-I02: visible means in a list register. */
  boolean isRegisterKnown() {
    return is(VISIBLE) == hasRegister();
  }

  /** OV-I03: what is in a list register is in flight and does not wait for one. */
  boolean isVisibleInFlight() {
    return !is(VISIBLE) || has(IN_FLIGHT) && !has(WAITS);
  }

  /** OV-I04: what waits has a reason to. */
  boolean isWaitingRightly() {
    return !has(WAITS) || is(QUEUED) && is(ENABLED) && !is(VISIBLE);
  }

  /** OV-I08: what is in flight, enabled and queued has or waits for a list register. */
  boolean isOnItsWay() {
    return !has(IN_FLIGHT) || !is(ENABLED) || !is(QUEUED) || is(VISIBLE) || has(WAITS);
  }

  /** {@code enabled queued, in flight, LR2, priority a0}. */
  String text() {
    StringBuilder text = new StringBuilder();
    append(text, STATUS, status, " ");
    append(text, FLAGS, flags, ", ");
    text.append(text.isEmpty() ? "" : ", ").append(hasRegister() ? "LR" + lr : "no LR");
    return text.append(", priority ").append(Integer.toHexString(priority)).toString();
  }

  static void append(StringBuilder text, String[] labels, int bits, String separator) {
    for (int i = 0; i < labels.length; i++) {
      if ((bits >>> i & 1) != 0) {
        text.append(text.isEmpty() ? "" : separator).append(labels[i]);
      }
    }
  }
}

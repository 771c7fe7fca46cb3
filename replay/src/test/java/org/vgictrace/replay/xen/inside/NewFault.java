package org.vgictrace.replay.xen.inside;

/** Ways in which the new vGIC could be wrong. */
enum NewFault {
  NONE,
  /** An interrupt is taken off its list and still names the virtual CPU. */
  OWNER_KEPT,
  /** An interrupt is queued though it is on another list. */
  QUEUED_TWICE,
  /** An active interrupt follows its target. */
  ACTIVE_MOVES,
  /** What is over stays on the list. */
  NEVER_PRUNED,
  /** The latch stays set when the interrupt is delivered. */
  LATCH_KEPT,
  /** The line of a mapped interrupt stays up when it is delivered. */
  LINE_KEPT,
  /** A level interrupt is delivered without the EOI bit. */
  NO_EOI,
  /** The list is not sorted. */
  UNSORTED,
  /** Underflow is not asked for. */
  NO_UNDERFLOW,
  /** The descriptor is that of another interrupt. */
  WRONG_DESCRIPTOR,
  /** The descriptor stays in progress. */
  IN_PROGRESS_KEPT,
  /** An SGI is latched without its sender. */
  NO_SENDER,
  /** B19: pending and active with the hardware bit. */
  BOTH_WITH_HARDWARE,
  /** B23: targets that do not exist. */
  TARGETS_UNCHECKED,
  /** The interface stays off. */
  INTERFACE_OFF
}

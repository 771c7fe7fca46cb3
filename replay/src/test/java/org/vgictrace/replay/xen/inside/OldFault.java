package org.vgictrace.replay.xen.inside;

/** Ways in which the original vGIC was, or could be, wrong. */
enum OldFault {
  NONE,
  /** B05: the list in flight begins with the least urgent. */
  REVERSED_ORDER,
  /** B04: an interrupt that is enabled is given a second list register. */
  SECOND_REGISTER,
  /** B08: a disabled interrupt is delivered. */
  DISABLED_DELIVERED,
  /** B11: an interrupt in a list register moves without a mark. */
  UNMARKED_MOVE,
  /** B12: a second move is accepted while one is in progress. */
  SECOND_MOVE,
  /** B12: the physical interrupt stays where it was after a move. */
  AFFINITY_KEPT,
  /** B15: what comes while the interrupt is in flight is forgotten. */
  SECOND_FORGOTTEN,
  /** B16: list registers in use are counted wrongly. */
  NEVER_FULL,
  /** B17: underflow is not asked for. */
  NO_UNDERFLOW,
  /** B20: a more urgent interrupt waits for the less urgent. */
  NO_EVICTION,
  /** B07: the fold looks at the wrong list register. */
  WRONG_REGISTER_FOLDED,
  /** The fold keeps the mark of an interrupt that is over. */
  VISIBLE_KEPT,
  /** A disabled interrupt goes on waiting. */
  WAITS_DISABLED,
  /** The descriptor stays in progress. */
  IN_PROGRESS_KEPT,
  /** B02: a vCPU sleeps with its upcall pending. */
  UPCALL_LOST,
  /** A vCPU sleeps with an interrupt to deliver. */
  SLEEPS
}

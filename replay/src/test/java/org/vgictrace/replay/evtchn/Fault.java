package org.vgictrace.replay.evtchn;

/** What a simulated hypervisor does wrong. */
enum Fault {
  NONE,

  /** An old tail that is linked again is left the tail of its old queue (EB-20). */
  OLD_TAIL_KEPT,

  /** The ready bit is set at every link, not only at those of new heads (EB-21). */
  READY_AT_EVERY_LINK,

  /** Selector or ready bit without the upcall flag. */
  NO_FLAG,

  /** The mask is not looked at. */
  MASK_IGNORED,

  /** A port of a vCPU without control block is made pending (EB-08). */
  PENDING_WITHOUT_QUEUES,

  /** A closed port that is still linked is handed out again (EB-05). */
  BUSY_PORT_REUSED,

  /** The pending bit without the selector bit. */
  NO_SELECTOR,

  /** A blocked vCPU is not woken. */
  NO_WAKE,

  /** A raise of a pending port sets the selector bit again. */
  NOTIFIES_AGAIN,

  /** Unmasking leaves what has waited alone (EB-17). */
  UNMASK_WITHOUT_DELIVERY,

  /** Events go to the vCPU that the port was bound to at first. */
  MOVES_FORGOTTEN
}

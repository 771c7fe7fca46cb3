package org.vgictrace.replay.rule;

/** Generations of the hypervisor, named after the long-term kernels that stand for them. */
public enum Generation {
  /** Up to 6.3: LPI list, underflow interrupt only. */
  M61,
  /** 6.4 to 6.18: LPI xarray, underflow interrupt only. */
  M612,
  /** 6.19 and later: EOIcount, DIR trapping, HCR computed at every flush. */
  M72
}

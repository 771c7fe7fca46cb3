package org.vgictrace.replay.xen;

/** The registers of the virtual interface control that the model tells apart. */
enum Register {
  LR,
  HCR,
  VMCR,
  VTR,
  ELRSR,
  /** Active priorities of group 0, or of both in GICv2. */
  AP0,
  /** Active priorities of group 1. */
  AP1,
  OTHER
}

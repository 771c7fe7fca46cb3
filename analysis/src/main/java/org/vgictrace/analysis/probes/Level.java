package org.vgictrace.analysis.probes;

/** How much is recorded. */
public enum Level {
  /** The list registers at each entry and exit, and what identifies VMs and vCPUs. */
  MINIMAL,

  /** Every step that the model knows, with the state of the interrupt concerned. */
  FULL
}

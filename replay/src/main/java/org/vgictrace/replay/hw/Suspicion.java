package org.vgictrace.replay.hw;

import org.vgictrace.replay.verdict.Finding;

/**
 * A contradiction that one missing line of the log would explain. It becomes a finding when the
 * hypervisor reads the registers it rests on and they are as they were believed to be, unchanged in
 * between: then that line was never there. If they are changed first it stays undecided.
 */
final class Suspicion {
  /** HCR among {@link #controls}. */
  static final int HCR = 1;

  /** VMCR among {@link #controls}. */
  static final int VMCR = 2;

  final int rule;
  final Finding finding;

  /** Whether nothing has changed the interface since. */
  boolean fresh = true;

  /** List registers still to be confirmed, as bits. */
  long lrs;

  /** Control registers still to be confirmed. */
  int controls;

  Suspicion(int rule, Finding finding, long lrs, int controls) {
    this.rule = rule;
    this.finding = finding;
    this.lrs = lrs;
    this.controls = controls;
  }

  /** Whether nothing is left to confirm. */
  boolean isCertain() {
    return lrs == 0 && controls == 0;
  }

  /** Whether it rests on one of these registers. */
  boolean restsOn(long someLrs, int someControls) {
    return (lrs & someLrs) != 0 || (controls & someControls) != 0;
  }
}

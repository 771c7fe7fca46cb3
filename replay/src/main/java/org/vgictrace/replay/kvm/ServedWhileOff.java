package org.vgictrace.replay.kvm;

import static org.vgictrace.replay.rule.EntryImageRules.LRE_16;

import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.verdict.EventRef;

/**
 * A pending interrupt that was delivered after the distributor had been switched off. That the
 * write which switches it on again is merely missing is excluded once the next one recorded does.
 *
 * @param vcpu the vCPU that had it
 * @param intid its number
 * @param at the list register
 * @param pid thread of the vCPU
 * @param populated where it came from
 */
record ServedWhileOff(VcpuState vcpu, long intid, EventRef at, int pid, EventRef populated) {
  private static final int R16 = Ledger.index(LRE_16);

  void report(Reporter reporter) {
    reporter.ledger().beginTransition();
    reporter.violated(
        R16,
        Strength.SOFT,
        at,
        pid,
        vcpu,
        intid,
        "A pending interrupt is delivered while the distributor is disabled.",
        "no pending interrupt delivered",
        at.text(),
        populated);
    reporter.ledger().endTransition();
  }
}

package org.vgictrace.replay.kvm.timer;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/** Writes verdicts about timers, each a transition of its own. */
final class TimerJudge {
  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;

  TimerJudge(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  void holds(int rule) {
    ledger.beginTransition();
    ledger.consistent(rule);
    ledger.endTransition();
  }

  void undecided(int rule, Reason reason) {
    ledger.beginTransition();
    ledger.indeterminate(rule, reason);
    ledger.endTransition();
  }

  /** As {@link Reporter#violated}, for the vCPU of the thread. */
  void broken(
      int rule,
      Strength strength,
      Event at,
      String atText,
      int pid,
      long intid,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    ledger.beginTransition();
    reporter.violated(
        rule,
        strength,
        at,
        atText,
        machine.vcpuOfThread(pid),
        intid,
        message,
        expected,
        observed,
        because);
    ledger.endTransition();
  }
}

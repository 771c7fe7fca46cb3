package org.vgictrace.replay.xen.dump;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Turns contradictions inside of dumps into findings: of what can be torn, one in each dump. */
final class DumpReporter {
  private static final List<Rule> RULES = Catalogue.rules();

  private final Machine machine;
  private final Ledger ledger;

  /** What this dump was found to break: rule and domain. */
  private final Set<Long> broken = new HashSet<>();

  DumpReporter(Machine machine, Ledger ledger) {
    this.machine = machine;
    this.ledger = ledger;
  }

  /** A line is missing: what else seems to be missing may be so for the same reason. */
  void gap() {
    machine.gap();
    ledger.hardwareGap();
  }

  /** A dump is over. */
  void end() {
    broken.clear();
  }

  void consistent(int rule) {
    ledger.beginTransition();
    ledger.consistent(rule);
    ledger.endTransition();
  }

  void indeterminate(int rule, Reason reason) {
    ledger.beginTransition();
    ledger.indeterminate(rule, reason);
    ledger.endTransition();
  }

  /**
   * Something in a dump breaks a rule.
   *
   * @param certain whether it was printed in one piece
   * @param vcpu vCPU it is about, -1 for none
   * @param intid interrupt it is about, -1 for none
   */
  void broken(
      int rule,
      boolean certain,
      EventRef at,
      @Nullable EventRef because,
      long domain,
      int vcpu,
      long intid,
      String message,
      String expected,
      String observed) {
    if (!certain && !broken.add((long) rule << Integer.SIZE | domain & 0xffff_ffffL)) {
      return;
    }
    ledger.beginTransition();
    ledger.violated(
        rule,
        certain ? Strength.HARD : Strength.ABSENCE,
        new Finding(
            RULES.get(rule),
            message,
            at,
            because == null ? List.of() : List.of(because),
            -1,
            "d" + domain,
            vcpu < 0 ? null : vcpu,
            intid < 0 ? null : intid,
            expected,
            observed,
            "console of Xen",
            1));
    ledger.endTransition();
  }
}

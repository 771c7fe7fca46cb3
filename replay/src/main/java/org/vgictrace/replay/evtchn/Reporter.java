package org.vgictrace.replay.evtchn;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Turns contradictions about event channels into findings. */
final class Reporter {
  private static final List<Rule> RULES = Catalogue.rules();

  private final Ledger ledger;
  private final Machine machine;

  Reporter(Ledger ledger, Machine machine) {
    this.ledger = ledger;
    this.machine = machine;
  }

  Machine machine() {
    return machine;
  }

  void begin() {
    ledger.beginTransition();
  }

  void end() {
    ledger.endTransition();
  }

  void consistent(int rule) {
    ledger.consistent(rule);
  }

  void indeterminate(int rule, Reason reason) {
    ledger.indeterminate(rule, reason);
  }

  /** Records are missing without a mark: those at hand do not fit together. */
  void gap() {
    machine.gap();
  }

  void broken(int rule, Strength strength, Finding finding) {
    ledger.violated(rule, strength, finding);
  }

  /**
   * A finding, to be reported now or once it is certain.
   *
   * @param rule position of the rule in the catalogue
   * @param at the event that shows it
   * @param atText that event in words
   * @param domain domain it is about, null for the guest that recorded
   * @param vcpu vCPU it is about, null if none
   * @param because earlier events it contradicts
   */
  static Finding finding(
      int rule,
      Event at,
      String atText,
      @Nullable String domain,
      @Nullable Integer vcpu,
      String message,
      String expected,
      String observed,
      EventRef... because) {
    return new Finding(
        RULES.get(rule),
        message,
        Ledger.ref(at, atText),
        List.of(because),
        at.pid,
        domain,
        vcpu,
        null,
        expected,
        observed,
        "event channels",
        1);
  }
}

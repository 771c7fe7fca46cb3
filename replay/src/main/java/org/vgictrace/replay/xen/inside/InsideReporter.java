package org.vgictrace.replay.xen.inside;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Turns contradictions inside of a record into findings. Knows the record that is judged. */
final class InsideReporter {
  private static final List<Rule> RULES = Catalogue.rules();

  private static final int[] DOMAIN = columns("domain");
  private static final int[] VCPU = columns("vcpu_id");
  private static final int[] INTID = columns("intid");

  private final Ledger ledger;
  private Event event = new Event();
  private int domain;
  private int vcpu;
  private long intid;

  InsideReporter(Ledger ledger) {
    this.ledger = ledger;
  }

  /** A record is about to be judged. */
  void begin(Kind kind, Event e) {
    event = e;
    domain = number(DOMAIN[kind.ordinal()]);
    vcpu = number(VCPU[kind.ordinal()]);
    intid = number(INTID[kind.ordinal()]);
    ledger.beginTransition();
  }

  private int number(int column) {
    return column < 0 ? -1 : event.getInt(column, -1);
  }

  private static int[] columns(String name) {
    Kind[] kinds = Kind.values();
    int[] columns = new int[kinds.length];
    for (Kind kind : kinds) {
      columns[kind.ordinal()] = kind.columnOrMinusOne(name);
    }
    return columns;
  }

  void end() {
    ledger.endTransition();
  }

  void exercised(Transition transition) {
    ledger.exercised(transition);
  }

  void consistent(int rule) {
    ledger.consistent(rule);
  }

  void indeterminate(int rule, Reason reason) {
    ledger.indeterminate(rule, reason);
  }

  /** Counts a rule that holds; says whether it does. */
  boolean holds(int rule, boolean holds) {
    if (holds) {
      ledger.consistent(rule);
    }
    return holds;
  }

  /**
   * A record breaks a rule.
   *
   * @param at the record in words
   * @param because an earlier record it contradicts, null if it contradicts itself
   */
  void broken(
      int rule,
      Strength strength,
      String at,
      @Nullable EventRef because,
      String message,
      String expected,
      String observed) {
    ledger.violated(
        rule,
        strength,
        new Finding(
            RULES.get(rule),
            message,
            Ledger.ref(event, at),
            because == null ? List.of() : List.of(because),
            event.pid,
            domain < 0 ? null : "d" + domain,
            vcpu < 0 ? null : vcpu,
            intid < 0 ? null : intid,
            expected,
            observed,
            "instrumented Xen",
            1));
  }
}

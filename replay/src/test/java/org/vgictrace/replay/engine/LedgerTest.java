package org.vgictrace.replay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_1;
import static org.vgictrace.replay.rule.EntryImageRules.LRE_2;
import static org.vgictrace.replay.rule.QuirkRules.ACK72;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

class LedgerTest {
  private static final long ENTRIES = 1000;

  private final List<Finding> told = new ArrayList<>();
  private final Ledger ledger = new Ledger(all(true), told::add);

  private static boolean[] all(boolean judged) {
    boolean[] rules = new boolean[Catalogue.rules().size()];
    Arrays.fill(rules, judged);
    return rules;
  }

  private static Finding finding(Rule rule, String vm, long seq) {
    EventRef at = new EventRef(seq, 10 * seq, 0, "event " + seq);
    return new Finding(rule, "wrong", at, List.of(), 1, vm, 0, 32L, "a", "b", "", 1);
  }

  private void violate(Ledger into, Rule rule, Strength strength, int times) {
    for (int i = 0; i < times; i++) {
      into.beginTransition();
      into.violated(Ledger.index(rule), strength, finding(rule, "vm0", i));
      into.endTransition();
    }
  }

  private RuleCount count(Rule rule, long gaps) {
    return ledger.close(gaps, ENTRIES).counts().get(Ledger.index(rule));
  }

  @Test
  void exercisedStepsAreCountedAndBelongToNoTransition() {
    ledger.beginTransition();
    ledger.exercised(Transition.POP_2);
    ledger.exercised(Transition.POP_2);
    ledger.exercised(Transition.NV_5);
    ledger.endTransition();

    assertThat(ledger.transitions()).isZero();
    assertThat(ledger.exercised())
        .extracting(TransitionCount::transition)
        .containsExactly(Transition.values());
    assertThat(ledger.exercised())
        .filteredOn(count -> count.times() > 0)
        .containsExactly(
            new TransitionCount(Transition.POP_2, 2), new TransitionCount(Transition.NV_5, 1));
  }

  @Test
  void theFirstOfARuleAndVmIsKeptAndTheOthersAreCounted() {
    violate(ledger, LRE_1, Strength.HARD, 3);
    ledger.violated(Ledger.index(LRE_1), Strength.HARD, finding(LRE_1, "vm1", 7));

    assertThat(told).containsExactly(finding(LRE_1, "vm0", 0), finding(LRE_1, "vm1", 7));
    assertThat(ledger.close(0, ENTRIES).findings())
        .containsExactly(finding(LRE_1, "vm0", 0).repeated(3), finding(LRE_1, "vm1", 7));
    assertThat(count(LRE_1, 0)).isEqualTo(new RuleCount(LRE_1, 0, 4, Map.of()));
  }

  @Test
  void whatStandsDependsOnItsStrengthAndOnGaps() {
    long tooMany = ENTRIES / Ledger.ENTRIES_PER_GAP_MIN + 1;
    assertThat(standing(Strength.HARD, tooMany)).isTrue();
    assertThat(standing(Strength.PAIR, tooMany)).isFalse();
    assertThat(standing(Strength.PAIR, tooMany - 1)).isTrue();
    assertThat(standing(Strength.SOFT, 1)).isFalse();
    assertThat(standing(Strength.SOFT, 0)).isTrue();
    assertThat(standing(Strength.ABSENCE, 1)).isFalse();
    assertThat(standing(Strength.ABSENCE, 0)).isTrue();
  }

  private boolean standing(Strength strength, long gaps) {
    Ledger fresh = new Ledger(all(true), told::add);
    violate(fresh, LRE_1, strength, Ledger.ABSENCES_MIN);
    boolean stands = !fresh.close(gaps, ENTRIES).findings().isEmpty();
    assertThat(fresh.transitionsInconsistent(gaps, ENTRIES)).isEqualTo(stands ? 3 : 0);
    return stands;
  }

  @Test
  void whatIsWithdrawnBecomesUndecided() {
    violate(ledger, LRE_1, Strength.SOFT, 2);
    violate(ledger, LRE_1, Strength.HARD, 1);

    assertThat(count(LRE_1, 1))
        .isEqualTo(new RuleCount(LRE_1, 0, 1, Map.of(Reason.UNMARKED_LOSS, 2L)));
    assertThat(ledger.close(1, ENTRIES).findings()).containsExactly(finding(LRE_1, "vm0", 0));
    assertThat(ledger.transitionsInconsistent(1, ENTRIES)).isEqualTo(1);
    assertThat(ledger.transitions()).isEqualTo(3);
  }

  @Test
  void anAbsenceMustBeRepeated() {
    violate(ledger, LRE_1, Strength.ABSENCE, Ledger.ABSENCES_MIN - 1);
    assertThat(ledger.close(0, ENTRIES).findings()).isEmpty();

    violate(ledger, LRE_1, Strength.ABSENCE, 1);
    assertThat(ledger.close(0, ENTRIES).findings())
        .containsExactly(finding(LRE_1, "vm0", 0).repeated(Ledger.ABSENCES_MIN));
  }

  @Test
  void anAbsenceMustBeALargeEnoughShare() {
    violate(ledger, LRE_1, Strength.ABSENCE, Ledger.ABSENCES_MIN);
    for (int i = 0; i < Ledger.ABSENCES_MIN * Ledger.INSTANCES_PER_ABSENCE_MAX; i++) {
      ledger.consistent(Ledger.index(LRE_1));
    }
    assertThat(ledger.close(0, ENTRIES).findings()).hasSize(1);

    ledger.consistent(Ledger.index(LRE_1));
    assertThat(ledger.close(0, ENTRIES).findings()).isEmpty();
  }

  @Test
  void whileACpuIsDarkOnlyWhatNeedsNoOtherCpuCounts() {
    ledger.setBlind(Reason.LOST_EVENTS);
    violate(ledger, LRE_1, Strength.SOFT, 1);
    violate(ledger, LRE_1, Strength.ABSENCE, 5);
    violate(ledger, LRE_2, Strength.PAIR, 1);
    ledger.setBlind(null);

    assertThat(ledger.close(0, ENTRIES).findings()).containsExactly(finding(LRE_2, "vm0", 0));
    assertThat(count(LRE_1, 0))
        .isEqualTo(new RuleCount(LRE_1, 0, 0, Map.of(Reason.LOST_EVENTS, 6L)));
  }

  @Test
  void aTransitionIsAsGoodAsItsWorstVerdict() {
    ledger.beginTransition();
    ledger.endTransition();
    assertThat(ledger.transitions()).isZero();

    ledger.beginTransition();
    ledger.indeterminate(Ledger.index(LRE_1), Reason.CONFIG);
    ledger.endTransition();
    assertThat(ledger.transitions()).isEqualTo(1);
    assertThat(ledger.transitionsConsistent()).isZero();

    ledger.beginTransition();
    ledger.indeterminate(Ledger.index(LRE_1), Reason.CONFIG);
    ledger.consistent(Ledger.index(LRE_2));
    ledger.endTransition();
    assertThat(ledger.transitionsConsistent()).isEqualTo(1);

    ledger.beginTransition();
    ledger.consistent(Ledger.index(LRE_2));
    ledger.violated(Ledger.index(LRE_1), Strength.HARD, finding(LRE_1, "vm0", 1));
    ledger.endTransition();
    assertThat(ledger.transitionsConsistent()).isEqualTo(1);
    assertThat(ledger.transitionsInconsistent(0, ENTRIES)).isEqualTo(1);

    ledger.beginTransition();
    ledger.violated(Ledger.index(ACK72), Strength.HARD, finding(ACK72, "vm0", 2));
    ledger.endTransition();
    assertThat(ledger.transitionsConsistent()).isEqualTo(2);
    assertThat(ledger.transitionsInconsistent(0, ENTRIES)).isEqualTo(1);
  }

  @Test
  void rulesThatAreNotJudgedDoNotCount() {
    Ledger deaf = new Ledger(all(false), told::add);
    violate(deaf, LRE_1, Strength.HARD, 1);
    deaf.consistent(Ledger.index(LRE_1));
    deaf.indeterminate(Ledger.index(LRE_1), Reason.CONFIG);

    assertThat(deaf.close(0, ENTRIES).counts()).extracting(RuleCount::total).containsOnly(0L);
    assertThat(deaf.close(0, ENTRIES).findings()).isEmpty();
    assertThat(told).isEmpty();
    assertThat(deaf.transitions()).isZero();
  }
}

package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** Counts the verdicts of one rule and keeps the first contradiction of each vCPU. */
final class Tally {
  private static final class Seen {
    final BothFinding first;
    long times;

    Seen(BothFinding first) {
      this.first = first;
    }
  }

  private final Rule rule;
  private final Map<Reason, Long> undecided = new EnumMap<>(Reason.class);
  private final Map<Integer, Seen> byVcpu = new LinkedHashMap<>();
  private long consistent;
  private long violated;

  Tally(Rule rule) {
    this.rule = rule;
  }

  Rule rule() {
    return rule;
  }

  void consistent() {
    consistent++;
  }

  void undecided(Reason reason) {
    undecided.merge(reason, 1L, Long::sum);
  }

  /** The rule is broken; the finding is made only for the first time. */
  void violated(int vcpu, Supplier<BothFinding> finding) {
    violated++;
    byVcpu.computeIfAbsent(vcpu, key -> new Seen(finding.get())).times++;
  }

  /**
   * The counts, and the findings that stand. Where records are missing unmarked none does; where a
   * missing record would show the same, it must have happened often.
   */
  RuleCount close(boolean gaps, List<BothFinding> findings) {
    boolean often =
        violated >= Ledger.ABSENCES_MIN
            && violated * Ledger.INSTANCES_PER_ABSENCE_MAX >= consistent;
    boolean stand = !gaps && (often || !rule.absence());
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    reasons.putAll(undecided);
    if (!stand && violated > 0) {
      reasons.merge(Reason.UNMARKED_LOSS, violated, Long::sum);
    }
    List<BothFinding> standing = new ArrayList<>();
    if (stand) {
      for (Seen seen : byVcpu.values()) {
        standing.add(
            new BothFinding(seen.first.finding().repeated(seen.times), seen.first.around()));
      }
    }
    findings.addAll(standing);
    return new RuleCount(rule, consistent, stand ? violated : 0, reasons);
  }
}

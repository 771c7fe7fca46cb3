package org.vgictrace.analysis.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.join.JoinResult;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Everything that one pass over a capture came to.
 *
 * @param meta what the capture says of itself
 * @param counts what was read, lost and not understood
 * @param replay the verdicts
 * @param findings the replay's findings with the events around them, in the order of the capture,
 *     then those of the join
 * @param join what came of comparing it with the capture checked before it, which is of the same
 *     run; null if it was not
 */
public record CheckReport(
    CaptureMeta meta,
    CaptureCounts counts,
    ReplayResult replay,
    List<FindingReport> findings,
    @Nullable JoinResult join) {

  public CheckReport {
    findings = List.copyOf(findings);
  }

  /** Of a capture by itself. */
  public CheckReport(
      CaptureMeta meta, CaptureCounts counts, ReplayResult replay, List<FindingReport> findings) {
    this(meta, counts, replay, findings, null);
  }

  /** The same with what came of comparing it with another. */
  CheckReport joined(JoinResult comparison) {
    List<FindingReport> all = new ArrayList<>(findings);
    for (Finding finding : comparison.findings()) {
      all.add(new FindingReport(comparison.trace(), finding, List.of()));
    }
    return new CheckReport(
        meta, counts, replay.and(comparison.rules(), comparison.findings()), all, comparison);
  }

  /**
   * Inconsistent with a finding of severity error, indeterminate if no rule could be decided once.
   */
  public Verdict verdict() {
    return verdict(List.of(this));
  }

  /** The verdict over several captures together. */
  public static Verdict verdict(List<CheckReport> reports) {
    if (reports.stream().anyMatch(report -> report.has(Severity.ERROR))) {
      return Verdict.INCONSISTENT;
    }
    boolean decided =
        reports.stream()
            .flatMap(report -> report.replay().rules().stream())
            .anyMatch(CheckReport::isDecided);
    return decided ? Verdict.CONSISTENT : Verdict.INDETERMINATE;
  }

  /** Whether there is a finding of that severity. */
  public boolean has(Severity severity) {
    return findings.stream().anyMatch(report -> report.finding().rule().severity() == severity);
  }

  private static boolean isDecided(RuleCount count) {
    return count.consistent() + count.inconsistent() > 0;
  }
}

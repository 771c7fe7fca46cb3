package org.vgictrace.analysis.check;

import java.util.List;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Everything that one pass over a capture came to.
 *
 * @param meta what the capture says of itself
 * @param counts what was read, lost and not understood
 * @param replay the verdicts
 * @param findings the replay's findings with the events around them, in the order of the capture
 */
public record CheckReport(
    CaptureMeta meta, CaptureCounts counts, ReplayResult replay, List<FindingReport> findings) {

  public CheckReport {
    findings = List.copyOf(findings);
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

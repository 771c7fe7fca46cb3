package org.vgictrace.analysis.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.both.BothFinding;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.SideLine;
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
 * @param both what came of laying it beside other captures of the run, a guest's beside that of its
 *     hypervisor; empty if there is none
 */
public record CheckReport(
    CaptureMeta meta,
    CaptureCounts counts,
    ReplayResult replay,
    List<FindingReport> findings,
    @Nullable JoinResult join,
    List<BothResult> both) {

  public CheckReport {
    findings = List.copyOf(findings);
    both = List.copyOf(both);
  }

  /** Of a capture by itself. */
  public CheckReport(
      CaptureMeta meta, CaptureCounts counts, ReplayResult replay, List<FindingReport> findings) {
    this(meta, counts, replay, findings, null, List.of());
  }

  /** The same with what came of comparing it with another. */
  CheckReport joined(JoinResult comparison) {
    List<FindingReport> all = new ArrayList<>(findings);
    for (Finding finding : comparison.findings()) {
      all.add(new FindingReport(comparison.trace(), finding, List.of()));
    }
    return new CheckReport(
        meta, counts, replay.and(comparison.rules(), comparison.findings()), all, comparison, both);
  }

  /**
   * The same with what came of laying it beside another.
   *
   * @param nanoseconds whether the times of the hypervisor's trace are nanoseconds
   */
  CheckReport beside(BothResult other, boolean nanoseconds) {
    List<FindingReport> all = new ArrayList<>(findings);
    for (BothFinding found : other.findings()) {
      List<WindowLine> lines = found.around().stream().map(CheckReport::line).toList();
      all.add(new FindingReport(other.guest(), found.finding(), lines, nanoseconds));
    }
    List<RuleCount> sums = new ArrayList<>();
    for (RuleCount count : other.rules()) {
      RuleCount sum = count;
      for (RuleCount own : replay.rules()) {
        sum = own.rule().equals(count.rule()) ? own.plus(count) : sum;
      }
      sums.add(sum);
    }
    List<BothResult> others = new ArrayList<>(both);
    others.add(other);
    List<Finding> more = other.findings().stream().map(BothFinding::finding).toList();
    return new CheckReport(meta, counts, replay.and(sums, more), all, join, others);
  }

  private static WindowLine line(SideLine line) {
    return new WindowLine(
        line.seq(),
        line.ts(),
        line.cpu(),
        "[" + line.side() + "]",
        line.text(),
        line.text(),
        line.marked());
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

package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import org.vgictrace.analysis.batch.BatchReport;
import org.vgictrace.analysis.batch.Outcome;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.analysis.coverage.StepCoverage;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** Writes many checks for people: a line per capture, its findings below it, and the sums. */
public final class BatchText {
  private final Style style;
  private final Lines lines;

  public BatchText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes the report. */
  public void write(BatchReport report) throws IOException {
    for (Outcome outcome : report.outcomes()) {
      CheckReport check = outcome.report();
      if (check == null) {
        lines.line(Layout.left("unreadable", 15) + Clean.of(String.valueOf(outcome.error())));
      } else {
        capture(check);
      }
    }
    List<CheckReport> reports = report.reports();
    lines.blank();
    StepCoverage steps = StepCoverage.of(reports);
    if (!steps.counts().isEmpty()) {
      lines.entry(0, 0, "", "steps of the model: " + steps.text());
    }
    lines.line(
        Figures.counted(report.outcomes().size(), "capture")
            + ": "
            + count(reports, Verdict.CONSISTENT)
            + ", "
            + count(reports, Verdict.INCONSISTENT)
            + ", "
            + count(reports, Verdict.INDETERMINATE)
            + ", "
            + report.unreadable()
            + " unreadable; "
            + Figures.counted(report.skipped().size(), "other file")
            + " skipped");
  }

  private void capture(CheckReport check) throws IOException {
    Verdict verdict = check.verdict();
    List<RuleCount> rules = check.replay().rules();
    long total = rules.stream().mapToLong(RuleCount::total).sum();
    long undecided = rules.stream().mapToLong(RuleCount::undecided).sum();
    lines.line(
        style.verdict(verdict, verdict.label())
            + " ".repeat(15 - verdict.label().length())
            + Layout.right(Figures.percent(total - undecided, total), 7)
            + " decided  "
            + Clean.of(check.meta().file()));
    for (FindingReport finding : check.findings()) {
      Rule rule = finding.finding().rule();
      lines.entry(
          15,
          0,
          "",
          style.severity(rule.severity(), rule.severity().label() + " " + rule.id())
              + " at seq "
              + finding.finding().at().seq()
              + ": "
              + Clean.of(finding.finding().message()));
    }
  }

  private static String count(List<CheckReport> reports, Verdict verdict) {
    return reports.stream().filter(report -> report.verdict() == verdict).count()
        + " "
        + verdict.label();
  }
}

package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.analysis.coverage.Hint;
import org.vgictrace.analysis.coverage.StepCoverage;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Subject;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/** Writes a check for people: the findings first, then what was judged, what was not and why. */
public final class CheckText {
  private final Style style;
  private final Lines lines;

  public CheckText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes the report of one capture. */
  public void write(CheckReport report) throws IOException {
    CaptureMeta meta = report.meta();
    CaptureCounts counts = report.counts();
    ReplayResult replay = report.replay();
    Verdict verdict = report.verdict();
    lines.line(
        style.strong(Clean.of(meta.file()))
            + ": "
            + style.verdict(verdict, verdict.label())
            + found(report));
    lines.entry(
        2, 0, "", CaptureWords.origin(meta) + ", host " + CaptureWords.hostGic(replay, counts));
    lines.entry(2, 0, "", CaptureWords.extent(meta, counts) + "; " + CaptureWords.machines(replay));
    lines.entry(2, 0, "", "model " + CaptureWords.model(report));
    for (String loss : CaptureWords.losses(counts, replay)) {
      lines.entry(2, 0, "", loss);
    }
    for (FindingReport finding : report.findings()) {
      lines.blank();
      for (String line : FindingText.lines(finding, meta, style)) {
        lines.line(line);
      }
    }
    lines.blank();
    summary(report);
    if (report.join() != null) {
      lines.blank();
      JoinText.write(lines, style, report.join());
    }
    for (BothResult both : report.both()) {
      lines.blank();
      BothText.write(lines, style, both);
    }
  }

  private static String found(CheckReport report) {
    int findings = report.findings().size();
    return findings == 0 ? "" : ", " + Figures.counted(findings, "finding");
  }

  private void summary(CheckReport report) throws IOException {
    ReplayResult replay = report.replay();
    long total = replay.rules().stream().mapToLong(RuleCount::total).sum();
    long undecided = replay.rules().stream().mapToLong(RuleCount::undecided).sum();
    lines.entry(
        2,
        13,
        "transitions",
        replay.transitions()
            + ": "
            + replay.consistent()
            + " consistent, "
            + replay.inconsistent()
            + " inconsistent, "
            + replay.indeterminate()
            + " indeterminate");
    lines.entry(
        2,
        13,
        "decided",
        total == 0
            ? "nothing"
            : Figures.percent(total - undecided, total) + " of " + total + " rule instances");
    boolean ofKvm = replay.subjects().contains(Subject.KVM_VGIC) && !CaptureWords.isOfXen(report);
    if (ofKvm || replay.steps().stream().anyMatch(CheckText::isOfXen)) {
      lines.entry(2, 13, "steps", StepCoverage.of(List.of(report)).text());
    }
    table(replay);
    List<Hint> hints = Hint.of(report);
    if (!hints.isEmpty()) {
      lines.blank().line(style.strong("  to decide more, record next time"));
      for (Hint hint : hints) {
        lines.entry(4, 2, "-", hint.text());
      }
    }
  }

  private static boolean isOfXen(TransitionCount step) {
    return step.times() > 0 && step.transition().model() != Transition.Model.KVM;
  }

  private void table(ReplayResult replay) throws IOException {
    List<RuleCount> rules = replay.rules();
    List<RuleCount> judged = rules.stream().filter(rule -> rule.total() > 0).toList();
    if (judged.isEmpty()) {
      lines
          .blank()
          .line("  No rule had anything to judge; vgictrace info says what the capture shows.");
      return;
    }
    lines
        .blank()
        .line(row("rule", "consistent", "inconsistent", "indeterminate", "mostly because"));
    for (RuleCount count : judged) {
      String text =
          row(
              count.rule().id(),
              String.valueOf(count.consistent()),
              String.valueOf(count.inconsistent()),
              String.valueOf(count.undecided()),
              topReason(count));
      lines.line(count.inconsistent() > 0 ? style.severity(count.rule().severity(), text) : text);
    }
    List<String> idle =
        rules.stream()
            .filter(count -> count.total() == 0 && count.rule().isAbout(replay.subjects()))
            .map(count -> count.rule().id())
            .toList();
    if (!idle.isEmpty()) {
      lines.blank().entry(2, 0, "", "Nothing to judge for: " + String.join(", ", idle));
    }
  }

  private static String row(String rule, String good, String bad, String unknown, String reason) {
    String line =
        "  "
            + Layout.left(rule, 14)
            + Layout.right(good, 12)
            + Layout.right(bad, 14)
            + Layout.right(unknown, 15)
            + (reason.isEmpty() ? "" : "  " + reason);
    return Layout.cut(line, Layout.WIDTH);
  }

  /** The reason for most undecided instances; the first declared one if several are equal. */
  static String topReason(RuleCount count) {
    return count.indeterminate().entrySet().stream()
        .filter(entry -> entry.getValue() > 0)
        .max(
            Map.Entry.<Reason, Long>comparingByValue()
                .thenComparing(Map.Entry.<Reason, Long>comparingByKey().reversed()))
        .map(entry -> entry.getKey().label())
        .orElse("");
  }
}

package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.analysis.diff.Comparison;
import org.vgictrace.analysis.diff.Delta;
import org.vgictrace.analysis.diff.RuleDelta;
import org.vgictrace.analysis.diff.Side;
import org.vgictrace.analysis.diff.Unit;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.replay.verdict.RuleCount;

/** Writes a comparison for people: what broke first, then the figures. */
public final class DiffText {
  private static final int NAME = 26;
  private static final int VALUE = 12;

  private final Style style;
  private final Lines lines;

  public DiffText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes a comparison. */
  public void write(Comparison comparison) throws IOException {
    side("A", comparison.a());
    side("B", comparison.b());
    broken("rules broken in A only", comparison.brokenOnlyInA());
    broken("rules broken in B only", comparison.brokenOnlyInB());
    List<RuleDelta> both =
        comparison.rules().stream()
            .filter(rule -> rule.inconsistentA() > 0 && rule.inconsistentB() > 0)
            .toList();
    broken("rules broken in both", both);
    events("events in A only", comparison.eventsOnlyA());
    events("events in B only", comparison.eventsOnlyB());
    lines.blank().line(header("figures"));
    for (Delta delta : comparison.figures()) {
      lines.line(row(delta));
    }
    if (comparison.figures().stream().anyMatch(each -> each.unit() == Unit.PER_1000_ENTRIES)) {
      lines.line("  (* per 1000 entries)");
    }
    if (!comparison.interrupts().isEmpty()) {
      lines
          .blank()
          .line(header(comparison.isOfHardware() ? "LR to ack, median" : "inject to LR, median"));
      for (Delta delta : comparison.interrupts()) {
        lines.line(row(delta));
      }
    }
  }

  private void side(String name, Side side) throws IOException {
    CheckReport report = side.check();
    Verdict verdict = report.verdict();
    long total = report.replay().rules().stream().mapToLong(RuleCount::total).sum();
    long undecided = report.replay().rules().stream().mapToLong(RuleCount::undecided).sum();
    lines.line(
        style.strong(name + "  " + Clean.of(report.meta().file()))
            + ": "
            + style.verdict(verdict, verdict.label())
            + (report.findings().isEmpty()
                ? ""
                : ", " + Figures.counted(report.findings().size(), "finding")));
    lines.entry(
        3,
        0,
        "",
        CaptureWords.origin(report.meta())
            + ", host "
            + CaptureWords.hostGic(report.replay(), report.counts()));
    lines.entry(
        3,
        0,
        "",
        CaptureWords.extent(report.meta(), report.counts())
            + "; "
            + CaptureWords.machines(report.replay()));
    lines.entry(
        3,
        0,
        "",
        "model "
            + CaptureWords.model(report)
            + ", "
            + Figures.percent(total - undecided, total)
            + " of "
            + total
            + " rule instances decided");
    for (String loss : CaptureWords.losses(report.counts(), report.replay())) {
      lines.entry(3, 0, "", loss);
    }
  }

  private void broken(String title, List<RuleDelta> rules) throws IOException {
    if (rules.isEmpty()) {
      return;
    }
    lines.blank().line("  " + style.strong(title));
    for (RuleDelta rule : rules) {
      String times =
          rule.inconsistentA() == 0 || rule.inconsistentB() == 0
              ? Math.max(rule.inconsistentA(), rule.inconsistentB()) + " times"
              : rule.inconsistentA() + " and " + rule.inconsistentB() + " times";
      lines.entry(
          4,
          14,
          rule.rule().id(),
          rule.rule().severity().label() + ": " + rule.rule().title() + ", " + times);
    }
  }

  private void events(String title, SortedMap<String, Long> events) throws IOException {
    if (events.isEmpty()) {
      return;
    }
    lines.blank().line("  " + style.strong(title));
    lines.entry(
        4,
        0,
        "",
        events.entrySet().stream()
            .map(event -> Clean.of(event.getKey()) + " " + event.getValue())
            .collect(Collectors.joining(", ")));
  }

  private String header(String title) {
    return "  "
        + style.strong(Layout.left(title, NAME))
        + Layout.right("A", VALUE)
        + Layout.right("B", VALUE)
        + Layout.right("change", VALUE)
        + Layout.right("relative", VALUE);
  }

  private static String row(Delta delta) {
    Double change = delta.change();
    Double relative = delta.relative();
    return "  "
        + Layout.left(Layout.cut(delta.name() + suffix(delta.unit()), NAME), NAME)
        + Layout.right(value(delta.unit(), delta.a()), VALUE)
        + Layout.right(value(delta.unit(), delta.b()), VALUE)
        + Layout.right(change == null ? "-" : signed(change, value(delta.unit(), change)), VALUE)
        + Layout.right(
            relative == null ? "-" : signed(relative, Figures.decimal(relative * 100, 1) + " %"),
            VALUE);
  }

  private static String suffix(Unit unit) {
    return switch (unit) {
      case PER_SECOND -> "/s";
      case PER_1000_ENTRIES -> " *";
      case PERCENT -> " %";
      case MEAN, NANOSECONDS -> "";
    };
  }

  private static String value(Unit unit, @Nullable Double value) {
    if (value == null) {
      return "-";
    }
    return switch (unit) {
      case NANOSECONDS -> Figures.duration(Math.round(value));
      case MEAN -> Figures.decimal(value, 2);
      case PER_SECOND, PER_1000_ENTRIES, PERCENT -> Figures.decimal(value, 1);
    };
  }

  private static String signed(double value, String text) {
    return value > 0 ? "+" + text : text;
  }
}

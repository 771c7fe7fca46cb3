package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Transition;

/** Writes the rule catalogue for people. */
public final class RuleText {
  private static final int LABEL = 14;

  private final Style style;
  private final Lines lines;

  public RuleText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes one line per rule. */
  public void list(List<Rule> rules) throws IOException {
    for (Rule rule : rules) {
      String severity = rule.severity().label();
      lines.line(
          Layout.left(rule.id(), LABEL)
              + style.severity(rule.severity(), severity)
              + " ".repeat(Math.max(1, 9 - severity.length()))
              + rule.title());
    }
  }

  /** Writes all there is to know about a rule. */
  public void explain(Rule rule) throws IOException {
    lines.line(style.strong(rule.id()) + ": " + rule.title());
    field("severity", rule.severity().label());
    field("what holds", rule.holds());
    field("why", rule.why());
    field("broken", rule.catches());
    if (rule.absence()) {
      field(
          "", "Shows in something that is missing, so it is reported only where nothing was lost.");
    }
    String label = "needs to see";
    for (Observation observation : rule.needs()) {
      field(label, observation.doc() + ": " + observation.record());
      label = "";
    }
    field("kernel", String.join(", ", rule.functions()));
    if (!rule.architecture().isEmpty()) {
      field("architecture", String.join(", ", rule.architecture()));
    }
  }

  /** Writes all there is to know about a step of the model. */
  public void explain(Transition step) throws IOException {
    lines.line(style.strong(step.id()) + ": a step of the model, group " + step.group());
    field("what happens", step.doc());
    if (step.generations().isEmpty()) {
      field("model", step.model().doc());
    } else {
      field(
          "profiles",
          step.generations().stream().sorted().map(Enum::name).collect(Collectors.joining(", ")));
    }
    field("counted", "check, batch: how often a capture shows it, among the steps exercised.");
  }

  private void field(String label, String text) throws IOException {
    lines.entry(2, LABEL, label, text);
  }
}

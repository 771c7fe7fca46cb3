package org.vgictrace.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.engine.ClockOrder;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.Finding;
import picocli.CommandLine.Option;

/** What is judged and what counts as a failure. */
final class CheckSettings {
  /** What makes the exit code 1. */
  enum FailOn {
    ERROR,
    WARNING,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Model profile: M61, M612 or M72 of KVM, XEN_OLD or XEN_NEW. Default: chosen from the capture.")
  private @Nullable String profile;

  @Option(
      names = "--rules",
      paramLabel = "RULE",
      split = ",",
      description = "Judge only these rules.")
  private List<String> only = List.of();

  @Option(
      names = "--ignore",
      paramLabel = "RULE",
      split = ",",
      description = "Do not judge these rules.")
  private List<String> ignored = List.of();

  @Option(
      names = "--fail-on",
      paramLabel = "LEVEL",
      defaultValue = "error",
      description =
          "Exit with 1 on findings of this severity or a worse one: error, warning, never. Default:"
              + " error.")
  private FailOn failOn = FailOn.ERROR;

  /** The settings as the analysis wants them; everything named is known to exist. */
  CheckOptions options() {
    CheckOptions options = new CheckOptions(profile, identifiers(only), identifiers(ignored));
    try {
      new Replay(
          new ReplayOptions(profile, null, ClockOrder.CLOSE, options.only(), options.ignored()),
          finding -> {});
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    return options;
  }

  /** Whether a finding of a capture reaches {@code --fail-on}. */
  boolean isFailure(CheckReport report) {
    return report.findings().stream().anyMatch(finding -> isFailure(finding.finding()));
  }

  /** Whether a finding reaches {@code --fail-on}. */
  boolean isFailure(Finding finding) {
    Severity severity = finding.rule().severity();
    return switch (failOn) {
      case ERROR -> severity == Severity.ERROR;
      case WARNING -> severity == Severity.ERROR || severity == Severity.WARNING;
      case NEVER -> false;
    };
  }

  private static Set<String> identifiers(List<String> names) {
    Set<String> identifiers = new LinkedHashSet<>();
    for (String name : names) {
      identifiers.add(rule(name).id());
    }
    return identifiers;
  }

  /** The rule of that name. */
  static Rule rule(String name) {
    Rule rule = Catalogue.find(name.strip());
    if (rule == null) {
      throw new UsageException("no rule '" + name + "' (vgictrace rules lists them)");
    }
    return rule;
  }
}

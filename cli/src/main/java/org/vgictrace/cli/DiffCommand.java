package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.diff.Comparison;
import org.vgictrace.analysis.diff.Side;
import org.vgictrace.analysis.report.DiffJson;
import org.vgictrace.analysis.report.DiffText;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.bind.BindingPacks;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff}: what changed between two captures. */
@CommandLine.Command(
    name = "diff",
    description =
        "Compare two captures: verdicts, rules broken on one side only, latencies, rates, events.")
final class DiffCommand extends Command {
  /** What makes the exit code 1. */
  enum FailOn {
    REGRESSION,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private ReportOptions report = new ReportOptions();

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      defaultValue = "never",
      description =
          "regression: exit with 1 if B breaks a rule (error or warning) that A keeps; never."
              + " Default: never.")
  private FailOn failOn = FailOn.NEVER;

  @Parameters(index = "0", paramLabel = "A", description = "Capture, usually of the older kernel.")
  private Path a = Path.of("-");

  @Parameters(index = "1", paramLabel = "B", description = "Capture to compare with it.")
  private Path b = Path.of("-");

  DiffCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    BindingPacks packs = input.packs();
    Comparison comparison = Comparison.of(side(a, packs), side(b, packs));
    report
        .output(console)
        .write(
            out -> {
              if (report.isJson()) {
                DiffJson.write(out, Version.TOOL, comparison);
              } else {
                new DiffText(out, report.style(console)).write(comparison);
              }
            });
    return failOn == FailOn.REGRESSION && comparison.isRegression()
        ? ExitCode.FINDINGS
        : ExitCode.OK;
  }

  private Side side(Path file, BindingPacks packs) throws IOException {
    try (Capture capture = Captures.open(file, packs);
        Progress progress = new Progress(console, file.toString())) {
      return Side.of(capture, CheckOptions.DEFAULT, progress);
    }
  }
}

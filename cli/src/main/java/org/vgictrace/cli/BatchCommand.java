package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.batch.BatchReport;
import org.vgictrace.analysis.batch.BatchRunner;
import org.vgictrace.analysis.report.BatchJson;
import org.vgictrace.analysis.report.BatchJunit;
import org.vgictrace.analysis.report.BatchText;
import org.vgictrace.analysis.report.Style;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code batch}: many captures at once, for continuous integration. */
@CommandLine.Command(
    name = "batch",
    description = "Check many captures; directories are searched for captures.",
    footer = {
      "",
      "Exit code 3 if a capture could not be read, else 1 if there are findings at",
      "or above --fail-on."
    })
final class BatchCommand extends Command {
  /** Output formats. */
  enum Format {
    TEXT,
    JSON,
    JUNIT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CheckSettings settings = new CheckSettings();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, json or junit. Default: text.")
  private Format format = Format.TEXT;

  @Option(
      names = "-o",
      paramLabel = "OUT",
      description = "Write to this file instead of standard output.")
  private @Nullable Path output;

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "Captures checked at a time. Default: one per processor.")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Captures, and directories to search.")
  private List<Path> paths = List.of();

  BatchCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    if (jobs < 1) {
      throw new UsageException("--jobs must be at least 1");
    }
    BatchRunner runner = new BatchRunner(settings.options(), input.packs(), Failures::line);
    BatchReport report =
        runner.run(
            paths,
            jobs,
            outcome -> {
              if (outcome.error() != null) {
                console.complain(outcome.error());
              }
            });
    new Output(console, output)
        .write(
            out -> {
              switch (format) {
                case TEXT ->
                    new BatchText(out, output == null ? console.style() : Style.PLAIN)
                        .write(report);
                case JSON -> BatchJson.write(out, Version.TOOL, report);
                case JUNIT ->
                    BatchJunit.write(out, report, finding -> settings.isFailure(finding.finding()));
              }
            });
    if (report.unreadable() > 0) {
      return ExitCode.UNREADABLE;
    }
    return report.reports().stream().anyMatch(settings::isFailure)
        ? ExitCode.FINDINGS
        : ExitCode.OK;
  }
}

package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.report.CheckJson;
import org.vgictrace.analysis.report.CheckText;
import org.vgictrace.analysis.report.Style;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check}: is what the vGIC did legal, and if not, what is the first thing that is not. */
@CommandLine.Command(
    name = "check",
    description = "Replay captures beside a model of the vGIC and judge every transition.",
    footer = {"", "Exit code 1 if there are findings at or above --fail-on."})
final class CheckCommand extends Command {
  /** Output formats. */
  enum Format {
    TEXT,
    JSON
  }

  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CheckSettings settings = new CheckSettings();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json. Default: text.")
  private Format format = Format.TEXT;

  @Option(
      names = "-o",
      paramLabel = "OUT",
      description = "Write to this file instead of standard output.")
  private @Nullable Path output;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Captures, - for standard input.")
  private List<Path> files = List.of();

  CheckCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    Checks checks = new Checks(console, settings.options(), input.packs());
    Style style = output == null ? console.style() : Style.PLAIN;
    new Output(console, output)
        .write(
            out -> {
              for (Path file : files) {
                CheckReport report = checks.run(file);
                if (report != null && format == Format.TEXT) {
                  out.write(checks.reports().size() > 1 ? "\n" : "");
                  new CheckText(out, style).write(report);
                  out.flush();
                }
              }
              if (format == Format.JSON && !checks.reports().isEmpty()) {
                CheckJson.write(out, Version.TOOL, checks.reports(), checks.unreadable());
              }
            });
    return checks.exitCode(settings);
  }
}

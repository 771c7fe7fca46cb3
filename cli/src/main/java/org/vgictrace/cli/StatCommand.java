package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.analysis.report.StatJson;
import org.vgictrace.analysis.report.StatText;
import org.vgictrace.analysis.stat.StatCollector;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.parser.Capture;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stat}: latencies, list register occupancy and rates. */
@CommandLine.Command(
    name = "stat",
    description = "Latencies, list register occupancy and rates, per vCPU and interrupt.")
final class StatCommand extends Command {
  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CaptureOptions captures = new CaptureOptions();

  @Mixin private ReportOptions report = new ReportOptions();

  @Parameters(paramLabel = "FILE", description = "Capture, - for standard input.")
  private Path file = Path.of("-");

  StatCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    StatReport figures;
    try (Capture capture = captures.open(List.of(file), input.packs());
        Progress progress = new Progress(console, file.toString())) {
      figures = StatCollector.run(capture, progress);
    }
    report
        .output(console)
        .write(
            out -> {
              if (report.isJson()) {
                StatJson.write(out, Version.TOOL, figures);
              } else {
                new StatText(out, report.style(console)).write(figures);
              }
            });
    return ExitCode.OK;
  }
}

package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.analysis.report.StatJson;
import org.vgictrace.analysis.report.StatText;
import org.vgictrace.analysis.stat.StatCollector;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.bind.BindingPacks;
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

  @Parameters(
      arity = "0..*",
      paramLabel = "FILE",
      description =
          "Capture, - for standard input; or a trace of Xen and captures of its guests: then also"
              + " how long the guests' events take to Xen and to their targets.")
  private List<Path> files = List.of(Path.of("-"));

  StatCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    BindingPacks packs = input.packs();
    List<List<Path>> groups = CaptureOptions.together(files, packs);
    Sides sides = groups.size() > 1 ? Sides.of(groups, captures, packs) : null;
    if (groups.size() > 1 && sides == null) {
      throw new UsageException(
          groups.get(1).get(0) + " is not of a guest of " + groups.get(0).get(0));
    }
    StatReport figures =
        sides == null ? read(groups.get(0), packs) : read(sides.xen(), packs).with(sides.sends());
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

  private StatReport read(List<Path> group, BindingPacks packs) throws IOException {
    try (Capture capture = captures.open(group, packs);
        Progress progress = new Progress(console, group.get(0).toString())) {
      return StatCollector.run(capture, progress);
    }
  }
}

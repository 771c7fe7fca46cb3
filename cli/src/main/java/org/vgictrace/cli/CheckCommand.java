package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.report.CheckJson;
import org.vgictrace.analysis.report.CheckText;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code check}: is what the vGIC did legal, and if not, what is the first thing that is not. */
@CommandLine.Command(
    name = "check",
    description = "Replay captures beside a model of the vGIC and judge every transition.",
    footer = {
      "",
      "A capture of KVM and, next to it, the log of the emulated hardware it ran on (QEMU's -trace)",
      "are also compared: their clocks are aligned, and what KVM wrote is what the hardware saw.",
      "A trace of Xen and captures of its guests, dom0 among them, are also laid on one time line:",
      "guests run when Xen says so, what they send arrives, and wakes whom it is for.",
      "",
      "Exit code 1 if there are findings at or above --fail-on."
    })
final class CheckCommand extends Command {
  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CaptureOptions captures = new CaptureOptions();

  @Mixin private CheckSettings settings = new CheckSettings();

  @Mixin private ReportOptions form = new ReportOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Captures, - for standard input.")
  private List<Path> files = List.of();

  CheckCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    Checks checks = new Checks(console, settings.options(), input.packs(), captures);
    if (files.size() > 1) {
      checks.pairNeighbours();
    }
    form.output(console)
        .write(
            out -> {
              for (List<Path> group : checks.together(files)) {
                CheckReport report = checks.run(group);
                if (report != null && !form.isJson()) {
                  out.write(checks.reports().size() > 1 ? "\n" : "");
                  new CheckText(out, form.style(console)).write(report);
                  out.flush();
                }
              }
              if (form.isJson() && !checks.reports().isEmpty()) {
                CheckJson.write(out, Version.TOOL, checks.reports(), checks.unreadable());
              }
            });
    return checks.exitCode(settings);
  }
}

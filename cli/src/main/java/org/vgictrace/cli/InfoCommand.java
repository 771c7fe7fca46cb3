package org.vgictrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.vgictrace.analysis.check.CheckOptions;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.coverage.Coverage;
import org.vgictrace.analysis.report.InfoText;
import org.vgictrace.parser.bind.BindingPacks;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code info}: what a capture is, what it shows, and what can be checked with it. */
@CommandLine.Command(
    name = "info",
    description = "Say what captures are, what they show, and what can be checked with them.")
final class InfoCommand extends Command {
  @Mixin private InputOptions input = new InputOptions();

  @Mixin private CaptureOptions captures = new CaptureOptions();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Captures, - for standard input.")
  private List<Path> files = List.of();

  InfoCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    BindingPacks packs = input.packs();
    Checks checks = new Checks(console, CheckOptions.DEFAULT, packs, captures);
    new Output(console, null)
        .write(
            out -> {
              for (List<Path> group : checks.together(files)) {
                CheckReport report = checks.run(group);
                if (report != null) {
                  out.write(checks.reports().size() > 1 ? "\n" : "");
                  new InfoText(out, console.style()).write(report, Coverage.of(report, packs));
                  out.flush();
                }
              }
            });
    return checks.unreadable().isEmpty() ? ExitCode.OK : ExitCode.UNREADABLE;
  }
}

package org.vgictrace.cli;

import java.io.IOException;
import org.vgictrace.analysis.report.RuleText;
import org.vgictrace.replay.rule.Catalogue;
import picocli.CommandLine;

/** {@code rules}: the catalogue. */
@CommandLine.Command(name = "rules", description = "List the rules that captures are judged by.")
final class RulesCommand extends Command {
  RulesCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    new Output(console, null)
        .write(out -> new RuleText(out, console.style()).list(Catalogue.rules()));
    return ExitCode.OK;
  }
}

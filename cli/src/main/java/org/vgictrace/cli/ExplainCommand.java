package org.vgictrace.cli;

import java.io.IOException;
import java.util.List;
import org.vgictrace.analysis.report.RuleText;
import org.vgictrace.replay.rule.Rule;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code explain}: one rule in full. */
@CommandLine.Command(
    name = "explain",
    description =
        "Explain rules: what holds, why, what breaks it, and what must be recorded to judge it.")
final class ExplainCommand extends Command {
  @Parameters(
      arity = "1..*",
      paramLabel = "RULE",
      description = "Such as INV-LRE-5, lre-5 or Q-SGI0.")
  private List<String> names = List.of();

  ExplainCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    List<Rule> rules = names.stream().map(CheckSettings::rule).toList();
    new Output(console, null)
        .write(
            out -> {
              for (int i = 0; i < rules.size(); i++) {
                out.write(i == 0 ? "" : "\n");
                new RuleText(out, console.style()).explain(rules.get(i));
              }
            });
    return ExitCode.OK;
  }
}

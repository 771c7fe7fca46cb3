package org.vgictrace.cli;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.vgictrace.analysis.report.RuleText;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Transition;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code explain}: one rule in full. */
@CommandLine.Command(
    name = "explain",
    description =
        "Explain rules: what holds, why, what breaks it, and what must be recorded to judge it;"
            + " and steps of the model.")
final class ExplainCommand extends Command {
  @Parameters(
      arity = "1..*",
      paramLabel = "RULE",
      description = "Such as INV-LRE-5, lre-5 or Q-SGI0; or a step such as FLUSH-6.")
  private List<String> names = List.of();

  ExplainCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    List<Object> subjects = names.stream().flatMap(ExplainCommand::subjects).toList();
    new Output(console, null)
        .write(
            out -> {
              RuleText text = new RuleText(out, console.style());
              for (int i = 0; i < subjects.size(); i++) {
                out.write(i == 0 ? "" : "\n");
                if (subjects.get(i) instanceof Transition step) {
                  text.explain(step);
                } else if (subjects.get(i) instanceof Rule rule) {
                  text.explain(rule);
                }
              }
            });
    return ExitCode.OK;
  }

  /** What the name stands for: FOLD-6 is a step, and short for the rule INV-FOLD-6. */
  private static Stream<Object> subjects(String name) {
    Transition step = Transition.find(name.strip());
    Rule rule = Catalogue.find(name.strip());
    return step == null
        ? Stream.of(CheckSettings.rule(name))
        : rule == null ? Stream.of(step) : Stream.of(rule, step);
  }
}

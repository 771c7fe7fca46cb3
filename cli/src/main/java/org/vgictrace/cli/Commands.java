package org.vgictrace.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The sub-commands by name, in the order of the help page. Those that are not asked for are never
 * set up.
 */
final class Commands {
  /** How each command is made. */
  static final Map<String, Function<Console, Command>> ALL = all();

  private Commands() {}

  private static Map<String, Function<Console, Command>> all() {
    Map<String, Function<Console, Command>> all = new LinkedHashMap<>();
    all.put("check", CheckCommand::new);
    all.put("info", InfoCommand::new);
    all.put("show", ShowCommand::new);
    all.put("stat", StatCommand::new);
    all.put("diff", DiffCommand::new);
    all.put("batch", BatchCommand::new);
    all.put("convert", ConvertCommand::new);
    all.put("probes", ProbesCommand::new);
    all.put("rules", RulesCommand::new);
    all.put("explain", ExplainCommand::new);
    return all;
  }
}

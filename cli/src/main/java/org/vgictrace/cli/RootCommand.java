package org.vgictrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a sub-command. */
@CommandLine.Command(
    name = "vgictrace",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Checks recordings of KVM/arm64 virtual GICs against a model of the vGIC.",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footer = {
      "",
      "FILE may be - for standard input and may be compressed. The format is",
      "recognised from the content.",
      "",
      "Exit codes: 0 nothing wrong; 1 findings; 2 wrong usage; 3 an input could not",
      "be read; 4 internal error."
    })
final class RootCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}

package org.vgictrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;

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
  @Override
  public Integer call() {
    throw new UsageException("which command? (vgictrace --help shows the usage)");
  }
}

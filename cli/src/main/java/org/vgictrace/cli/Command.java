package org.vgictrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all sub-commands have in common. */
abstract class Command implements Callable<Integer> {
  /** Where results and remarks go. */
  protected final Console console;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  Command(Console console) {
    this.console = console;
  }

  /** Does the work; returns the exit code. */
  @Override
  public abstract Integer call() throws Exception;
}

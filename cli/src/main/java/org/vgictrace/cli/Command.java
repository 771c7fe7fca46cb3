package org.vgictrace.cli;

import java.util.concurrent.Callable;

/** What all sub-commands have in common. */
abstract class Command implements Callable<Integer> {
  /** Where results and remarks go. */
  protected final Console console;

  Command(Console console) {
    this.console = console;
  }

  /** Does the work; returns the exit code. */
  @Override
  public abstract Integer call() throws Exception;
}

package org.vgictrace.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.vgictrace.analysis.report.Style;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code vgictrace} command.
 *
 * <p>Only the sub-command that was asked for is set up: examining all of them costs more time than
 * checking a small capture. The whole set is built for help and for mistyped names.
 */
public final class Main {
  private Main() {}

  /** Runs a command line and ends the process with its exit code. */
  public static void main(String[] args) {
    // Arrow's allocator needs Netty with Unsafe, which Netty leaves off on JDK 24 and later unless
    // told.
    System.setProperty("io.netty.noUnsafe", "false");
    Locale.setDefault(Locale.ROOT);
    System.exit(run(args, Console.ofProcess()));
  }

  /** Runs a command line; returns its exit code. */
  static int run(String[] args, Console console) {
    StringWriter help = new StringWriter();
    try {
      Function<Console, Command> make = args.length == 0 ? null : Commands.ALL.get(args[0]);
      int code =
          make == null
              ? configure(root(console), console, help).execute(args)
              : configure(single(args[0], make.apply(console)), console, help)
                  .execute(Arrays.copyOfRange(args, 1, args.length));
      if (help.getBuffer().length() > 0) {
        new Output(console, null).write(out -> out.write(help.toString()));
      }
      return code;
    } catch (Throwable failure) {
      return Failures.report(console, failure);
    }
  }

  private static CommandLine single(String name, Command command) {
    CommandLine line = new CommandLine(command);
    line.getCommandSpec().name("vgictrace " + name).addOption(helpOption());
    return line;
  }

  private static OptionSpec helpOption() {
    return OptionSpec.builder("-h", "--help")
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }

  private static CommandLine root(Console console) {
    CommandLine line = new CommandLine(new RootCommand());
    OptionSpec version =
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version.")
            .build();
    line.getCommandSpec().addOption(helpOption()).addOption(version);
    for (Map.Entry<String, Function<Console, Command>> entry : Commands.ALL.entrySet()) {
      CommandLine command = new CommandLine(entry.getValue().apply(console));
      command.getCommandSpec().addOption(helpOption());
      line.addSubcommand(entry.getKey(), command);
    }
    return line;
  }

  private static CommandLine configure(CommandLine line, Console console, StringWriter help) {
    Ansi ansi = console.style() == Style.COLOUR ? Ansi.ON : Ansi.OFF;
    line.setOut(new PrintWriter(help));
    line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi));
    line.setUsageHelpWidth(80);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> Failures.report(console, failure));
    line.setParameterExceptionHandler((failure, args) -> wrongUsage(console, failure));
    return line;
  }

  private static int wrongUsage(Console console, ParameterException failure) {
    String what = String.valueOf(failure.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      List<String> words = unmatched.getUnmatched();
      boolean noCommand =
          failure.getCommandLine().getParent() == null
              && !failure.getCommandLine().getSubcommands().isEmpty();
      what = (noCommand ? "no command '" : "unexpected argument '") + words.get(0) + "'";
      List<String> near = unmatched.getSuggestions();
      if (noCommand && !near.isEmpty()) {
        what += ", did you mean '" + near.get(0) + "'?";
      }
    }
    console.complain(
        what
            + " ("
            + failure.getCommandLine().getCommandSpec().qualifiedName()
            + " --help shows the usage)");
    return ExitCode.USAGE;
  }
}

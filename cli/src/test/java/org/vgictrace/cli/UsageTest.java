package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the user is told about the command itself, and about wrong uses of it. */
class UsageTest {
  @TempDir Path folder;

  @Test
  void helpNamesEveryCommand() {
    Run run = Run.of("--help");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("Usage: vgictrace [-hV] COMMAND\n");
    for (String command : Commands.ALL.keySet()) {
      assertThat(run.out()).containsPattern("(?m)^  " + command + " ");
      Run own = Run.of(command, "--help");
      assertThat(own.out()).startsWith("Usage: vgictrace " + command + " ");
      assertThat(own.code()).isZero();
    }
  }

  @Test
  void helpFitsIntoEightyColumns() {
    for (String command : Commands.ALL.keySet()) {
      assertThat(Run.of(command, "--help").out().lines()).allMatch(line -> line.length() <= 80);
    }
  }

  @Test
  void versionIsOneLine() {
    assertThat(Run.of("--version")).isEqualTo(new Run(0, "vgictrace development\n", ""));
  }

  @Test
  void wrongUsageIsOneLineAndExitCodeTwo() {
    assertThat(Run.of()).isEqualTo(usage("which command? (vgictrace --help shows the usage)"));
    assertThat(Run.of("chek"))
        .isEqualTo(
            usage("no command 'chek', did you mean 'check'? (vgictrace --help shows the usage)"));
    assertThat(Run.of("check"))
        .isEqualTo(
            usage("Missing required parameter: 'FILE' (vgictrace check --help shows the usage)"));
    assertThat(Run.of("check", "--format", "pdf", "x").code()).isEqualTo(2);
    assertThat(Run.of("check", "--rules", "NOPE", "x"))
        .isEqualTo(usage("no rule 'NOPE' (vgictrace rules lists them)"));
    assertThat(Run.of("probes", "--gic", "4")).isEqualTo(usage("--gic: 4 is neither 2 nor 3"));
    assertThat(Run.of("probes", "--lrs", "17")).isEqualTo(usage("--lrs: 17 is not in 1..16"));
    assertThat(Run.of("probes", "--format", "perf"))
        .isEqualTo(
            usage(
                "Invalid value for option '--format': expected trace-cmd, kprobe or bpftrace but"
                    + " was 'perf' (vgictrace probes --help shows the usage)"));
    assertThat(Run.of("show", "--kind", "nope", "x"))
        .isEqualTo(usage("no kind 'nope' (such as lr_image, lr_write, vcpu_exit, inject, other)"));
  }

  @Test
  void hostileArgumentsDoNotReachTheTerminal() {
    Run run = Run.of("check", "--\u001b[31mred\n");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).doesNotContain("\u001b").hasLineCount(1);
  }

  @Test
  void unreadableInputIsOneLineAndExitCodeThree() throws Exception {
    Path missing = folder.resolve("missing.dat");
    assertThat(Run.of("check", missing.toString()))
        .isEqualTo(new Run(3, "", "vgictrace: " + missing + ": no such file\n"));
    Path text = Files.writeString(folder.resolve("notes.txt"), "nothing to see\n");
    for (String command : List.of("check", "info", "show")) {
      assertThat(Run.of(command, text.toString()))
          .isEqualTo(new Run(3, "", "vgictrace: " + text + ": at byte 0: format not recognised\n"));
    }
    assertThat(Run.of("probes", text.toString()))
        .isEqualTo(
            new Run(
                3,
                "",
                "vgictrace: "
                    + text
                    + ": at byte 0: neither BTF nor a vmlinux nor an Image of a kernel\n"));
  }

  @Test
  void rulesAndExplainPrintTheCatalogue() {
    Run rules = Run.of("rules");
    assertThat(rules.out()).startsWith("INV-LRE-1     error    Interrupt in two list registers\n");
    Run explained = Run.of("explain", "lre-5");
    assertThat(explained.out()).startsWith("INV-LRE-5: Hardware interrupt pending and active\n");
    assertThat(explained.out().lines()).allMatch(line -> line.length() <= 78);
    assertThat(Run.of("explain", "lre-999").code()).isEqualTo(2);
    assertThat(Run.of("explain", "sgi-1").out())
        .isEqualTo(
            """
            SGI-1: a step of the model, group SGI
              what happens  A GICv3 guest sends SGIs through a system register.
              profiles      M61, M612, M72
              counted       check, batch: how often a capture shows it, among the steps
                            exercised.
            """);
    assertThat(Run.of("explain", "fold-6").out().lines())
        .contains("INV-FOLD-6: Fold left its traces", "FOLD-6: a step of the model, group FOLD");
  }

  private static Run usage(String line) {
    return new Run(2, "", "vgictrace: " + line + "\n");
  }
}

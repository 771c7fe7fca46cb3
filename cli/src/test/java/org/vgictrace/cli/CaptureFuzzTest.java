package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Any bytes as a capture: the command ends with a verdict, or with one line that says why there is
 * none.
 *
 * <p>It runs twice: over the inputs in the resources beside it, which are small captures of each
 * format and what once failed, and then for half a minute as a fuzzer that makes inputs of its own
 * from them. For longer:
 *
 * <pre>mvn verify -pl cli -am -Dtest=CaptureFuzzTest -Dfuzz.duration=1h</pre>
 */
class CaptureFuzzTest {
  private static final List<String[]> COMMANDS =
      List.of(
          new String[] {"check"},
          new String[] {"show"},
          new String[] {"info"},
          new String[] {"check", "--format", "json"});

  private final Path folder = Files.createTempDirectory("vgictrace-fuzz");

  CaptureFuzzTest() throws IOException {}

  @FuzzTest
  void endsInAVerdictOrInOneLine(byte[] input) throws IOException {
    Path file = folder.resolve("capture");
    Files.write(file, input);
    try {
      String[] command = COMMANDS.get(input.length % COMMANDS.size());
      String[] line = Arrays.copyOf(command, command.length + 1);
      line[command.length] = file.toString();
      Run run = Run.of(line);
      assertThat(run.code())
          .as(run.err())
          .isIn(ExitCode.OK, ExitCode.FINDINGS, ExitCode.UNREADABLE);
      if (run.code() == ExitCode.UNREADABLE) {
        assertThat(run.err()).startsWith("vgictrace: ").hasLineCount(1);
      }
    } finally {
      Files.delete(file);
    }
  }
}

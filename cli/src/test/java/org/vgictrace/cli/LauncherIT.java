package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the launcher as a user does, on every JDK of the machine: nothing but results on standard
 * output, nothing at all on standard error, and the same bytes whatever the JDK, the locale and the
 * time zone.
 */
final class LauncherIT {
  private static final Path CLI = Path.of("").toAbsolutePath();
  private static final Path JDKS = Path.of("/usr/lib/jvm");

  /** Arabic as written in Egypt has its own digits, and the Chatham Islands an offset of 12:45. */
  private static final String ELSEWHERE =
      "-Duser.language=ar -Duser.country=EG -Duser.timezone=Pacific/Chatham";

  @TempDir Path scratch;

  /** What one run printed. */
  private record Outcome(int exitCode, String out, String err) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--version",
        "rules",
        "info fixtures/captures/6.12-gicv3-mix/trace.txt.zst",
        "check fixtures/captures/6.12-gicv3-mix/trace.txt.zst",
        "check --format json fixtures/captures/6.12-gicv3-mix/trace.txt.zst"
      })
  void printsTheSameOnEveryJdkEverywhere(String arguments) throws Exception {
    Outcome expected = launch(Path.of(System.getProperty("java.home")), "C", "UTC", "", arguments);
    assertThat(expected.out()).isNotEmpty();
    assertThat(expected.err()).isEmpty();
    for (Path jdk : jdks()) {
      assertThat(launch(jdk, "C", "UTC", "", arguments)).as("%s", jdk).isEqualTo(expected);
      assertThat(launch(jdk, "tr_TR.UTF-8", "Asia/Kolkata", ELSEWHERE, arguments))
          .as("%s elsewhere", jdk)
          .isEqualTo(expected);
      Outcome bare = run(Map.of(), bareCommand(jdk, arguments));
      assertThat(bare.exitCode()).as("%s without launcher", jdk).isEqualTo(expected.exitCode());
      assertThat(bare.out()).as("%s without launcher", jdk).isEqualTo(expected.out());
    }
  }

  private Outcome launch(Path jdk, String locale, String zone, String options, String arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(CLI.resolve("bin/vgictrace").toString()));
    command.addAll(List.of(arguments.split(" ", -1)));
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME",
            jdk.toString(),
            "LANG",
            locale,
            "TZ",
            zone,
            "VGICTRACE_JAVA_OPTS",
            options);
    return run(environment, command);
  }

  private static List<String> bareCommand(Path jdk, String arguments) {
    List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/java").toString(), "-jar"));
    command.add(CLI.resolve("target/vgictrace.jar").toString());
    command.addAll(List.of(arguments.split(" ", -1)));
    return command;
  }

  private Outcome run(Map<String, String> environment, List<String> command) throws Exception {
    File out = scratch.resolve("out").toFile();
    File err = scratch.resolve("err").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(CLI.resolve("..").toFile()).redirectOutput(out);
    builder.redirectError(err).redirectInput(new File("/dev/null"));
    // The JVM announces options from the first three on standard error; the last overrides LANG.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "LC_ALL"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(
        process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
  }

  /** The JDKs that can run vgictrace, each once. */
  private static Iterable<Path> jdks() throws IOException {
    List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
    String home = System.getenv("JAVA_HOME");
    if (home != null) {
      homes.add(Path.of(home));
    }
    if (Files.isDirectory(JDKS)) {
      try (Stream<Path> installed = Files.list(JDKS)) {
        installed.forEach(homes::add);
      }
    }
    TreeSet<Path> found = new TreeSet<>();
    for (Path each : homes) {
      if (Files.isExecutable(each.resolve("bin/java")) && majorVersion(each) >= 17) {
        found.add(each.toRealPath());
      }
    }
    return found;
  }

  private static int majorVersion(Path jdk) throws IOException {
    try (Stream<String> release = Files.lines(jdk.resolve("release"))) {
      return release
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("[^0-9.]", ""))
          .mapToInt(version -> Integer.parseInt(version.split("\\.", -1)[0]))
          .findFirst()
          .orElse(0);
    }
  }
}

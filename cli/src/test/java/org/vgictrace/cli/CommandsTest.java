package org.vgictrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vgictrace.fixtures.Shipped;

/** The commands on shipped captures, end to end. */
class CommandsTest {
  private static final String BINARY = Shipped.file("6.12-gicv3-mix", "trace.dat.zst").toString();
  private static final String TEXT = Shipped.file("6.12-gicv3-mix", "trace.txt.zst").toString();
  private static final String OTHER = Shipped.file("7.2-gicv3-mix", "trace.dat.zst").toString();

  @TempDir Path folder;

  @Test
  void healthyCaptureIsConsistent() {
    Run run = Run.of("check", BINARY);
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith(BINARY + ": consistent\n")
        .contains("model M612")
        .doesNotContain("\u001b");
    assertThat(run.out().lines().skip(1)).allMatch(line -> line.length() <= 78);
  }

  /** Whose list registers a log of hardware shows accesses to is the host's GIC. */
  @ParameterizedTest
  @CsvSource({
    "qemu-kvm-6.1-gicv2, '0 VMs, 0 vCPUs, host GICv2'",
    "qemu-kvm-6.12-gicv3, '0 VMs, 0 vCPUs, host GICv3'",
    "qemu-xen-4.20-gicv2, '0 VMs, 2 vCPUs, host GICv2'",
    "qemu-xen-4.20-gicv3, '0 VMs, 2 vCPUs, host GICv3'"
  })
  void infoSaysTheHostsGicOfALogOfHardware(String name, String machines) {
    String log = Shipped.file(name, "gic.log.zst").toString();
    assertThat(Run.of("info", log).out().lines().filter(line -> line.startsWith("  machines")))
        .containsExactly("  machines    " + machines);
  }

  /** A log of hardware is not told what a hypervisor's trace would show. */
  @Test
  void logOfHardwareIsJudgedByTheArchitectureAlone() {
    String log = Shipped.file("qemu-kvm-6.12-gicv3", "gic.log.zst").toString();
    Run run = Run.of("check", log);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith(log + ": consistent\n")
        .contains("\n  model the architecture's virtual CPU interface, for any hypervisor\n")
        .doesNotContain("INV-LRE", "steps", "record next time");
    assertThat(Run.of("info", log).out()).contains("log of an emulated").doesNotContain("missing ");
  }

  /** In either order; neighbours of other runs are not compared. */
  @Test
  void kvmIsComparedWithItsHardware() {
    String log = Shipped.file("qemu-kvm-6.12-gicv3", "gic.log.zst").toString();
    String kvm = Shipped.file("qemu-kvm-6.12-gicv3", "kvm.txt.zst").toString();

    Run run = Run.of("check", kvm, log);

    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("\n  INV-JOIN-1             519             0              0\n")
        .contains("\n  aligned      time in the log = trace time + 1795171996.3051")
        .contains("\n  writes       519 compared: 100.0 % agree, 0 differ, 0 on one side only; 0\n")
        .contains("\n  vCPU 1       69 compared: 100.0 % agree, 0 differ, 0 on one side only; 0\n");
    assertThat(Run.of("check", log, kvm).out())
        .contains("\n  INV-JOIN-2             519             0              0\n");
    assertThat(Run.of("check", "--ignore", "INV-JOIN-1", kvm, log).out())
        .contains("INV-JOIN-2 ")
        .doesNotContain("INV-JOIN-1  ");
    assertThat(Run.of("check", "--format", "json", kvm, log).out())
        .contains("\"residual_p50_ns\"", "\"log_cpu_by_cpu\"")
        .doesNotContain("not_aligned_because\" : \"");
    assertThat(Run.of("check", TEXT, log).out())
        .contains("\n  not aligned  no sequence of list register writes");
  }

  @Test
  void changedListRegisterIsAFinding() throws IOException {
    Path broken = broken();
    Run run = Run.of("check", broken.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .startsWith(broken + ": inconsistent, 1 finding\n")
        .contains("\nERROR INV-HW-1: ");
    List<String> finding =
        run.out()
            .lines()
            .dropWhile(line -> !line.startsWith("ERROR "))
            .takeWhile(line -> !line.isEmpty())
            .toList();
    assertThat(finding).hasSizeBetween(12, 25).allMatch(line -> line.length() <= 78);
    assertThat(Run.of("check", "--fail-on", "never", broken.toString()).code()).isZero();
    assertThat(Run.of("check", "--ignore", "hw-1", broken.toString()).out())
        .doesNotContain("INV-HW-1:");
  }

  @Test
  void severalFilesAndOneThatIsMissing() {
    Run run = Run.of("check", BINARY, "/nowhere/x.dat", TEXT);
    assertThat(run.code()).isEqualTo(3);
    assertThat(run.err()).isEqualTo("vgictrace: /nowhere/x.dat: no such file\n");
    assertThat(run.out().lines().filter(line -> line.endsWith(": consistent"))).hasSize(2);
  }

  @Test
  void jsonParsesAndIsTheSameEachTime() throws IOException {
    Run run = Run.of("check", "--format", "json", BINARY, TEXT);
    assertThat(run.code()).isZero();
    int tokens = 0;
    try (JsonParser json = new JsonFactory().createParser(run.out())) {
      while (json.nextToken() != null) {
        tokens++;
      }
    }
    assertThat(tokens).isGreaterThan(500);
    assertThat(run.out())
        .contains("\"schema\" : \"vgictrace.check/1\"", "\"verdict\" : \"consistent\"");
    assertThat(Run.of("check", "--format", "json", BINARY, TEXT)).isEqualTo(run);
  }

  @Test
  void localeAndTimeZoneDoNotShow() {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    List<List<String>> lines =
        List.of(
            List.of("check", BINARY),
            List.of("check", "--format", "json", BINARY),
            List.of("info", BINARY),
            List.of("stat", BINARY),
            List.of("diff", BINARY, OTHER),
            List.of("show", "--vcpu", "1", BINARY));
    List<Run> before = lines.stream().map(line -> Run.of(line.toArray(String[]::new))).toList();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
      assertThat(lines.stream().map(line -> Run.of(line.toArray(String[]::new)))).isEqualTo(before);
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      assertThat(lines.stream().map(line -> Run.of(line.toArray(String[]::new)))).isEqualTo(before);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void infoSaysWhatTheCaptureIs() {
    Run run = Run.of("info", BINARY);
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("  format      trace.dat v7", "  kernel      6.12.107", "kvm:kvm_entry")
        .contains("    seen     guest entries: kvm:kvm_entry 336\n");
  }

  @Test
  void showListsDecodedListRegisters() {
    Run run = Run.of("show", "--kind", "lr_image", "--intid", "34", BINARY);
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains(" | lr0: 34 active prio 60 grp1 EOI");
    assertThat(run.out().lines())
        .allMatch(line -> line.contains(" lr_image ") && line.contains(": 34 "));
    long seq = Long.parseLong(run.out().lines().findFirst().orElseThrow().substring(0, 8).strip());
    Run around = Run.of("show", "--around", Long.toString(seq), "--context", "2", BINARY);
    assertThat(around.out().lines()).hasSize(5);
  }

  @Test
  void showGivesEventsWithoutAKindInTheKernelsWords() {
    assertThat(Run.of("show", "--kind", "other", BINARY).out())
        .contains(
            " kvm_guest_fault ipa 0x9000000, hsr 0x93c08045, hxfar 0x9000000, pc 0x00000040004b2c\n")
        .doesNotContain(" bytes\n");
    assertThat(Run.of("show", "--kind", "hva_unmap", BINARY).out())
        .contains(" hva_unmap    start=0x4c7000 end=0x4c8000\n");
    assertThat(Run.of("show", "--as-recorded", BINARY).out().lines().limit(200))
        .anyMatch(line -> line.contains(" other        kvm_entry PC: 0x0000000040000000"));
  }

  @Test
  void instancesAreShownAndCanBeSelected() {
    String raw = Shipped.capture("6.12-gicv3-raw-pages").toString();
    assertThat(Run.of("show", raw).out().lines()).hasSize(4746 + 2630);
    assertThat(Run.of("show", "--instance", "side", raw).out().lines())
        .hasSize(2630)
        .allMatch(line -> line.contains(" <side> "));
    assertThat(Run.of("show", "--instance", "top", raw).out().lines())
        .hasSize(4746)
        .noneMatch(line -> line.contains(" <side> "));
    Run wrong = Run.of("check", "--instance", "nope", raw);
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains(raw + " has no trace instance 'nope'");
  }

  @Test
  void capturesOfStrangersAreNotShownTogether() {
    Run run = Run.of("show", BINARY, OTHER);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(OTHER + " is not of a guest of " + BINARY);
  }

  @Test
  void statAndDiffInBothForms() {
    assertThat(Run.of("stat", BINARY).out()).contains("vm0 vcpu0", "inject to LR", "SPI 33");
    assertThat(Run.of("stat", "--format", "json", BINARY).out()).contains("\"vgictrace.stat/1\"");
    assertThat(Run.of("diff", BINARY, OTHER).out())
        .contains("A  " + BINARY, "events in B only", "entries/s");
    assertThat(Run.of("diff", "--format", "json", BINARY, OTHER).out())
        .contains("\"vgictrace.diff/1\"");
  }

  @Test
  void diffFailsOnRegressionIfAsked() throws IOException {
    String broken = broken().toString();
    assertThat(Run.of("diff", TEXT, broken).code()).isZero();
    assertThat(Run.of("diff", "--fail-on", "regression", TEXT, broken).code()).isEqualTo(1);
    assertThat(Run.of("diff", "--fail-on", "regression", broken, TEXT).code()).isZero();
  }

  @Test
  void batchOfADirectory() throws IOException {
    broken();
    Files.copy(Path.of(BINARY), folder.resolve("good"));
    Files.writeString(folder.resolve("readme"), "x");
    Run run = Run.of("batch", "--format", "junit", folder.toString());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("<testsuite name=\"" + folder.resolve("good") + "\"", "failures=\"1\"");
    assertThat(Run.of("batch", folder.toString()).out())
        .endsWith(
            "\n"
                + "2 captures: 1 consistent, 1 inconsistent, 0 indeterminate, 0 unreadable; 1 other"
                + " file skipped\n");
  }

  @Test
  void convertedCaptureGivesTheSameResults() throws IOException {
    String expected = withoutInputs(Run.of("check", "--format", "json", BINARY));
    for (String format : List.of("arrow", "csv")) {
      String out = folder.resolve(format).toString();
      assertThat(Run.of("convert", "--to", format, "-o", out, BINARY))
          .isEqualTo(new Run(0, "", ""));
      assertThat(withoutInputs(Run.of("check", "--format", "json", out))).isEqualTo(expected);
      Run again = Run.of("convert", "--to", format, "-o", out, BINARY);
      assertThat(again.code()).isEqualTo(2);
      assertThat(again.err())
          .startsWith("vgictrace: " + out + ": cannot be written: ")
          .hasLineCount(1);
    }
  }

  @Test
  void outputFileAppearsCompleteOrNotAtAll() throws IOException {
    Path out = folder.resolve("report.json");
    assertThat(Run.of("check", "--format", "json", "-o", out.toString(), BINARY))
        .isEqualTo(new Run(0, "", ""));
    assertThat(out).content(StandardCharsets.UTF_8).startsWith("{").endsWith("}\n");
    Path none = folder.resolve("no/report.json");
    Run failed = Run.of("check", "-o", none.toString(), BINARY);
    assertThat(failed)
        .isEqualTo(
            new Run(
                2, "", "vgictrace: " + none + ": cannot be written: no such file or directory\n"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(out);
    }
  }

  @Test
  void colourOnlyOnATerminalThatMayHaveIt() {
    assertThat(Run.with(Map.of(), true, "check", BINARY).out())
        .contains("\u001b[1;32mconsistent\u001b[0m");
    assertThat(Run.with(Map.of("NO_COLOR", "1"), true, "check", BINARY).out())
        .doesNotContain("\u001b");
    assertThat(Run.with(Map.of("TERM", "dumb"), true, "check", BINARY).out())
        .doesNotContain("\u001b");
  }

  @Test
  void readerThatGoesAwayEndsTheListingSilently() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            closed, new PrintStream(err, true, StandardCharsets.UTF_8), false, false, Map.of());
    assertThat(Main.run(new String[] {"show", BINARY}, console)).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void fullDiskIsSaidInOneLine() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            full, new PrintStream(err, true, StandardCharsets.UTF_8), false, false, Map.of());
    int code = Main.run(new String[] {"show", BINARY}, console);
    if (!Console.outIsPipe()) {
      assertThat(code).isEqualTo(2);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .isEqualTo("vgictrace: standard output: cannot be written: No space left on device\n");
    }
  }

  @Test
  void bugOfOursIsOneLineAndExitCodeFour() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new IllegalStateException("made\nup");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    assertThat(
            Main.run(new String[] {"rules"}, new Console(broken, errors, false, false, Map.of())))
        .isEqualTo(4);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "vgictrace: internal error: java.lang.IllegalStateException: made\\x0aup"
                + " (a bug of vgictrace; VGICTRACE_DEBUG=1 shows where)\n");
    err.reset();
    Console debugging = new Console(broken, errors, false, false, Map.of("VGICTRACE_DEBUG", "1"));
    assertThat(Main.run(new String[] {"rules"}, debugging)).isEqualTo(4);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("\tat org.vgictrace.cli.");
  }

  /** The text of the mix with one list register changed: pending, then pending and active. */
  private Path broken() throws IOException {
    String text =
        Files.readString(Shipped.plain("6.12-gicv3-mix", "trace.txt"), StandardCharsets.UTF_8);
    String changed = text.replaceFirst("( fold: [^\n]* lr0=0x)1(050000000000021 )", "$1d$2");
    assertThat(changed).isNotEqualTo(text);
    return Files.writeString(folder.resolve("broken.txt"), changed);
  }

  /** What a check says, without what it says of the file. */
  private static String withoutInputs(Run run) {
    assertThat(run.code()).isZero();
    return run.out().substring(run.out().indexOf("  \"transitions\""));
  }
}

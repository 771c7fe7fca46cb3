package org.vgictrace.replay.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.Captures;
import org.vgictrace.replay.Replay;
import org.vgictrace.replay.ReplayOptions;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.Finding;

/** INV-JOIN: what KVM wrote is what the hardware saw, from both recordings of one genuine run. */
class JoinTest {
  private static List<String> trace = List.of();
  private static List<String> log = List.of();

  @TempDir private static Path folder;

  @BeforeAll
  static void read() throws IOException {
    trace = Files.readAllLines(Shipped.plain("qemu-kvm-6.12-gicv3", "kvm.txt"));
    log = Files.readAllLines(Shipped.plain("qemu-kvm-6.12-gicv3", "gic.log"));
  }

  private static JoinSide side(String name, List<String> lines) {
    return side(name, lines, new ListRegisterWrites());
  }

  private static JoinSide side(String name, List<String> lines, ListRegisterWrites writes) {
    try {
      Path file = Files.write(folder.resolve(name), lines);
      try (Capture capture = Captures.open(file)) {
        Replay replay = new Replay(ReplayOptions.forCapture(capture.meta()), finding -> {});
        CaptureCounts counts =
            capture.read(
                replay.kinds(),
                (batch, pool) -> {
                  writes.observe(batch);
                  replay.accept(batch);
                  pool.recycle(batch);
                });
        return new JoinSide(
            name, counts.firstTs(), counts.lastTs(), replay.finish().gaps(), writes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JoinResult join(List<String> someTrace, List<String> someLog) {
    return Join.of(side("kvm.txt", someTrace), side("gic.log", someLog));
  }

  /** The same as if nothing of it were missing. */
  private static JoinSide whole(JoinSide side) {
    return new JoinSide(side.file(), side.firstTs(), side.lastTs(), 0, side.writes());
  }

  /** The log with the lines that contain a text altered. */
  private static List<String> altered(String containing, UnaryOperator<String> change) {
    return log.stream()
        .map(line -> line.contains(containing) ? change.apply(line) : line)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String describe(Finding finding) {
    return finding.rule().id()
        + " x"
        + finding.repetitions()
        + " vCPU "
        + finding.vcpu()
        + ": "
        + finding.message()
        + "; expected "
        + finding.expected()
        + ", observed "
        + finding.observed();
  }

  private static Map<Reason, Long> undecided(JoinResult result, int rule) {
    return result.rules().get(rule).indeterminate();
  }

  @Test
  void moreWritesThanAreHeldAreNotComparedInPart() {
    JoinSide seen = side("gic.log", log);
    int held = side("kvm.txt", trace).writes().held();
    JoinSide all = side("kvm.txt", trace, new ListRegisterWrites(held));
    JoinSide tooMany = side("kvm.txt", trace, new ListRegisterWrites(held - 1));

    assertThat(Join.of(all, seen).total().compared()).isEqualTo(519);
    assertThat(Join.of(tooMany, seen).why())
        .isEqualTo("more than 1048576 list register writes; compare a part");
    assertThat(tooMany.writes().written().values()).allMatch(writes -> writes.size() == 0);
  }

  @Test
  void everyWriteOfAGenuineRunIsSeen() {
    JoinResult result = join(trace, log);

    assertThat(result.findings()).isEmpty();
    assertThat(result.total()).isEqualTo(new Agreement(-1, -1, 519, 0, 0, 0));
    assertThat(result.vcpus())
        .containsExactly(
            new Agreement(0, 195, 141, 0, 0, 0),
            new Agreement(1, 196, 62, 0, 0, 0),
            new Agreement(0, 199, 309, 0, 0, 0),
            new Agreement(1, 200, 7, 0, 0, 0));
    assertThat(result.cpus()).isEqualTo(Map.of(0, 0, 1, 1));
    ClockFit clock = clock(result);
    assertThat(clock.offset()).isCloseTo(1_795_171_996_305_182_000L, within(5_000L));
    assertThat(clock.driftPpb()).isCloseTo(0, within(10_000L));
    assertThat(clock.residualMedian()).isLessThan(20_000);
  }

  private static ClockFit clock(JoinResult result) {
    ClockFit clock = result.clock();
    assertThat(clock).as(String.valueOf(result.why())).isNotNull();
    return Objects.requireNonNull(clock);
  }

  @Test
  void anotherValueIsAFinding() {
    String line = line("ICH_LR1_EL2 write cpu 0x0 value 0x", 10);

    JoinSide other =
        side("gic.log", altered(line, each -> each.substring(0, each.length() - 1) + "f"));
    JoinResult result = Join.of(side("kvm.txt", trace), whole(other));

    assertThat(result.findings()).hasSize(1);
    assertThat(describe(result.findings().get(0)))
        .startsWith("INV-JOIN-1 x1 vCPU ")
        .contains("LR1 of CPU 0 is given another value than KVM wrote; expected LR1 = ")
        .endsWith(" of gic.log");
    assertThat(result.total().differ()).isEqualTo(1);
    assertThat(result.total().agree()).isEqualTo(518);
  }

  /** The n-th line with a text that writes something. */
  private static String line(String containing, int n) {
    return log.stream()
        .filter(each -> each.contains(containing) && !each.endsWith("value 0x0"))
        .skip(n)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void writesThatNeverReachTheHardwareAreAFinding() {
    List<String> without =
        altered(
            "ICH_LR3_EL2",
            each -> each.contains("write cpu") && !each.endsWith("value 0x0") ? "" : each);

    JoinSide cut = side("gic.log", without);
    JoinResult result = Join.of(side("kvm.txt", trace), whole(cut));

    assertThat(result.findings()).hasSize(1);
    assertThat(describe(result.findings().get(0)))
        .startsWith("INV-JOIN-2 x")
        .contains("a write of LR3 of CPU ")
        .endsWith(
            "is only in the capture of KVM; expected the same write in gic.log, observed none");
    // The log shows by itself that lines are missing.
    assertThat(Join.of(side("kvm.txt", trace), cut).findings()).isEmpty();
  }

  @Test
  void missingLinesAreNoFindings() {
    Random random = new Random(20261120);
    for (int round = 0; round < 24; round++) {
      double rate = Math.pow(10, -0.15 * (round % 12 + 1));
      List<String> fewer =
          (round < 12 ? trace : log)
              .stream()
                  .filter(line -> line.startsWith("#") || random.nextDouble() >= rate)
                  .toList();

      JoinResult result = round < 12 ? join(fewer, log) : join(trace, fewer);

      assertThat(result.findings()).as("round %d", round).isEmpty();
    }
  }

  @Test
  void aMarkedLossMakesItsSurroundingsUndecided() {
    int first = 16_000;
    List<String> lossy = new ArrayList<>(trace.subList(0, first));
    lossy.add("CPU:0 [LOST 800 EVENTS]");
    lossy.add("CPU:1 [LOST 800 EVENTS]");
    lossy.addAll(trace.subList(first + 1600, trace.size()));

    JoinResult result = join(lossy, log);

    assertThat(result.findings()).isEmpty();
    assertThat(result.total().undecided()).isPositive();
    assertThat(result.total().agree() + result.total().undecided()).isCloseTo(519, within(4L));
    assertThat(undecided(result, 1))
        .isEqualTo(Map.of(Reason.LOST_EVENTS, result.total().undecided()));
  }

  /** A log that starts later and ends earlier says nothing about the rest. */
  @Test
  void whatOnlyOneRecordingReachesIsUndecided() {
    JoinResult result = join(trace, log.subList(3000, 6000));

    assertThat(result.findings()).isEmpty();
    assertThat(result.total().missing()).isZero();
    assertThat(result.total().agree() + result.total().undecided()).isEqualTo(519);
    assertThat(undecided(result, 1).keySet()).containsExactly(Reason.TRACE_START);
  }

  @Test
  void clocksMayRunAtDifferentSpeeds() {
    List<String> faster =
        log.stream()
            .map(
                line -> {
                  int at = line.indexOf('@');
                  int end = line.indexOf(':');
                  long micros = Long.parseLong(line.substring(at + 1, end).replace(".", ""));
                  long skewed = micros + (micros - 1_795_172_000_000_000L) / 5000;
                  return line.substring(0, at + 1)
                      + skewed / 1_000_000
                      + "."
                      + String.valueOf(1_000_000 + skewed % 1_000_000).substring(1)
                      + line.substring(end);
                })
            .toList();

    JoinResult result = join(trace, faster);

    assertThat(result.total().agree()).isEqualTo(519);
    assertThat(clock(result).driftPpb()).isCloseTo(200_000, within(30_000L));
  }

  @Test
  void recordingsOfDifferentRunsAreNotCompared() throws IOException {
    List<String> other = Files.readAllLines(Shipped.plain("qemu-kvm-6.1-gicv2", "gic.log"));

    JoinResult result = join(trace, other);

    assertThat(result.clock()).isNull();
    assertThat(result.why())
        .isEqualTo("no sequence of list register writes fixes one offset between the clocks");
    assertThat(result.rules()).isEmpty();
  }
}

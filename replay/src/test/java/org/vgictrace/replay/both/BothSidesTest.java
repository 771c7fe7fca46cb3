package org.vgictrace.replay.both;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.verdict.RuleCount;

/** Both sides of genuine runs, as they are, on other clocks, and with records missing. */
class BothSidesTest {
  private static final BothSides.Source XEN = new BothSides.Source("xen.bin", false);
  private static final BothSides.Source GUEST = new BothSides.Source("guest.txt", false);
  private static final BothSides.Source GUEST_NS = new BothSides.Source("guest.txt", true);

  private static List<Row> xen = List.of();
  private static List<Row> guest = List.of();
  private static List<Row> armXen = List.of();
  private static List<Row> armGuest = List.of();

  @BeforeAll
  static void read() {
    xen = xen("xen-guest-4.20-x86-fifo");
    guest = guest("xen-guest-4.20-x86-fifo");
    armXen = xen("xen-guest-4.20-arm64");
    armGuest = guest("xen-guest-4.20-arm64");
  }

  private static List<Row> xen(String name) {
    Path file = Shipped.file(name, "xen.bin.zst");
    return Row.of(file, new HypervisorRecords().kinds());
  }

  private static List<Row> guest(String name) {
    return Row.of(Shipped.file(name, "guest.txt.zst"), new GuestRecords().kinds());
  }

  static BothResult both(List<Row> hypervisor, List<Row> ofGuest, BothSides.Source source) {
    HypervisorRecords xenRecords = new HypervisorRecords();
    GuestRecords guestRecords = new GuestRecords();
    Row.feed(hypervisor, xenRecords::observe);
    Row.feed(ofGuest, guestRecords::observe);
    return BothSides.of(XEN, xenRecords, source, guestRecords);
  }

  private static BothResult both(List<Row> hypervisor, List<Row> ofGuest) {
    return both(hypervisor, ofGuest, GUEST);
  }

  private static Alignment alignment(BothResult result) {
    assertThat(result.why()).isNull();
    return Objects.requireNonNull(result.alignment());
  }

  static List<String> counts(BothResult result) {
    return result.rules().stream().map(BothSidesTest::count).toList();
  }

  private static String count(RuleCount count) {
    return count.rule().id()
        + " "
        + count.consistent()
        + " "
        + count.inconsistent()
        + " "
        + count.undecided();
  }

  private static List<Row> moved(List<Row> rows, UnaryOperator<Row> change) {
    return rows.stream().map(change).toList();
  }

  /** All but about one in so many of the rows. */
  private static List<Row> without(List<Row> rows, int oneIn, long seed) {
    Random random = new Random(seed);
    return rows.stream().filter(row -> random.nextInt(oneIn) != 0).toList();
  }

  @Test
  void aRunOnOneClockAgrees() {
    BothResult result = both(xen, guest);

    assertThat(result.findings()).isEmpty();
    assertThat(counts(result))
        .containsExactly(
            "EV-BOTH-1 289 0 55",
            "EV-BOTH-2 984 0 0",
            "EV-BOTH-3 69 0 0",
            "EV-BOTH-4 5159 0 0",
            "EV-BOTH-5 318 0 0");
    Alignment alignment = alignment(result);
    assertThat(alignment.domain()).isZero();
    assertThat(alignment.clock()).isEqualTo(ClockLine.SAME);
    assertThat(alignment.within()).isEqualTo(6143);
    assertThat(alignment.apart()).isZero();
    assertThat(alignment.runnerUp()).isLessThan(0.3);
    assertThat(result.delays())
        .extracting(delay -> delay.step() + " " + delay.count() + " " + delay.median())
        .containsExactly(
            "send to hypercall 289 2162",
            "hypercall to wake 69 2374",
            "wake to running 318 30780",
            "running to upcall 318 4388");
  }

  @Test
  void aRunOnTwoClocksIsAlignedByItself() {
    BothResult result = both(armXen, armGuest, GUEST_NS);

    assertThat(result.findings()).isEmpty();
    assertThat(counts(result))
        .containsExactly(
            "EV-BOTH-1 0 0 0",
            "EV-BOTH-2 558 0 0",
            "EV-BOTH-3 0 0 0",
            "EV-BOTH-4 5486 0 0",
            "EV-BOTH-5 0 0 0");
    Alignment alignment = alignment(result);
    assertThat(alignment.domain()).isZero();
    assertThat(alignment.clock().rate()).isBetween(0.062498, 0.062502);
    assertThat(alignment.slack()).isBetween(126L, 1000L);
    assertThat(alignment.apart()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void offsetAndDriftOfTheGuestsClockAreFound(long seed) {
    Random random = new Random(seed);
    long offset = random.nextLong(-20_000_000_000L, 20_000_000_000L);
    double drift = 1 + (random.nextDouble() - 0.5) * 2e-4;
    long origin = guest.get(0).ts();
    List<Row> shifted =
        moved(guest, row -> row.at(origin + offset + Math.round((row.ts() - origin) * drift)));

    BothResult result = both(xen, shifted);

    assertThat(result.findings()).isEmpty();
    Alignment alignment = alignment(result);
    assertThat(alignment.domain()).isZero();
    for (Row row : List.of(guest.get(4000), guest.get(6000))) {
      long moved = origin + offset + Math.round((row.ts() - origin) * drift);
      assertThat(Math.abs(alignment.clock().toXen(moved) - row.ts())).isLessThan(20_000);
    }
  }

  @Test
  void capturesOfDifferentRunsAreNotAligned() {
    String refused = "they are of different runs, or too short";
    assertThat(both(armXen, guest).why()).endsWith(refused);
    assertThat(both(xen, armGuest, GUEST_NS).why()).endsWith(refused);
    long half = guest.get(guest.size() / 2).ts();
    List<Row> backwards = moved(guest, row -> row.at(2 * half - row.ts()));
    assertThat(both(xen, backwards).why()).endsWith(refused);
  }

  @Test
  void fewRecordsAlignNothing() {
    assertThat(both(xen, guest.subList(4000, 4040)).alignment()).isNull();
  }

  @Test
  void aTraceWithoutRunStatesIsRefused() {
    List<Row> calls = xen.stream().filter(row -> row.is(Kind.XEN_HYPERCALL)).toList();

    assertThat(both(calls, guest).why())
        .isEqualTo("the trace of Xen has no run states (xentrace -e sched)");
  }

  @Test
  void aTraceWithoutRunTimesDoesNotTellHowFastItsClockIs() {
    List<Row> states = armXen.stream().filter(row -> row.is(Kind.XEN_RUNSTATE)).toList();

    assertThat(both(states, armGuest, GUEST_NS).why())
        .isEqualTo("nothing in the trace of Xen tells how fast its clock counts");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 10, 30, 100, 300, 1000})
  void missingRecordsAreNoFindings(int oneIn) {
    for (long seed = 0; seed < 2; seed++) {
      assertThat(both(without(xen, oneIn, seed), guest).findings()).isEmpty();
      assertThat(both(xen, without(guest, oneIn, seed)).findings()).isEmpty();
      assertThat(both(without(armXen, oneIn, seed), armGuest, GUEST_NS).findings()).isEmpty();
      assertThat(both(armXen, without(armGuest, oneIn, seed), GUEST_NS).findings()).isEmpty();
    }
  }

  @Test
  void aCpuLeftOutOfTheTraceIsNoFinding() {
    for (int cpu = 0; cpu < 3; cpu++) {
      int left = cpu;
      List<Row> some = xen.stream().filter(row -> row.cpu() != left).toList();
      assertThat(both(some, guest).findings()).isEmpty();
    }
  }

  @Test
  void whatIsLostIsUndecided() {
    long from = xen.get(xen.size() / 2).ts();
    long to = from + 20_000_000;
    List<Row> rows = new ArrayList<>();
    for (Row row : xen) {
      if (row.ts() < from || row.ts() > to) {
        rows.add(row);
      }
    }
    for (int cpu = 0; cpu < 3; cpu++) {
      rows.add(new Row(Kind.LOST, 0, to, cpu, -1, -1, -1, 0, new long[1]));
    }

    BothResult result = both(rows, guest);

    assertThat(result.findings()).isEmpty();
    assertThat(alignment(result).unknown()).isPositive();
    assertThat(result.rules().get(1).undecided()).isPositive();
  }
}

package org.vgictrace.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.parser.Capture;
import org.vgictrace.parser.Captures;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;

class CheckRunnerTest {
  @Test
  void oneInterruptInTwoListRegistersIsFoundAndShown() throws IOException {
    Capture capture =
        new HandMade(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made().enter(Guest.SPI40_PENDING).leave(2, 1, Guest.SPI40_ACTIVE);
              guest.enter(Guest.SPI40_ACTIVE, Guest.SPI40_PENDING).leave(2, 1, Guest.SPI40_ACTIVE);
            });
    CheckReport report = CheckRunner.run(capture, CheckOptions.DEFAULT);

    assertThat(report.verdict()).isEqualTo(Verdict.INCONSISTENT);
    FindingReport first = report.findings().get(0);
    assertThat(first.finding().rule().id()).isEqualTo("INV-LRE-1");
    assertThat(first.file()).isEqualTo("made.dat");
    assertThat(first.window())
        .filteredOn(WindowLine::marked)
        .extracting(WindowLine::seq)
        .contains(5L);
  }

  @Test
  void ignoredRulesAreNotJudged() throws IOException {
    HandMade.Script script =
        events ->
            new Guest(events, 0).thread().made().enter(Guest.SPI40_PENDING, Guest.SPI40_PENDING);
    CheckOptions without = new CheckOptions(null, Set.of(), Set.of("INV-LRE-1"));
    assertThat(CheckRunner.run(new HandMade(script), without).findings())
        .noneMatch(finding -> finding.finding().rule().id().equals("INV-LRE-1"));
    CheckOptions only = new CheckOptions(null, Set.of("INV-LRE-1"), Set.of());
    assertThat(CheckRunner.run(new HandMade(script), only).findings()).hasSize(1);
  }

  @Test
  void nothingToJudgeIsIndeterminate() throws IOException {
    Capture capture = new HandMade(events -> events.event(Kind.OTHER, "name", "x"));
    assertThat(CheckRunner.run(capture, CheckOptions.DEFAULT).verdict())
        .isEqualTo(Verdict.INDETERMINATE);
  }

  @Test
  void batchesAreHandedBack() throws IOException {
    AtomicLong different = new AtomicLong();
    Set<Batch> batches = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    Capture capture =
        new HandMade(
            events -> {
              Guest guest = new Guest(events, 0).thread();
              for (int i = 0; i < 30 * Batch.EVENTS_MAX; i++) {
                guest.left(0, 0);
              }
            });
    CheckRunner.run(
        capture,
        CheckOptions.DEFAULT,
        batch -> {
          batches.add(batch);
          different.set(batches.size());
        });
    assertThat(different.get()).isLessThanOrEqualTo(CheckRunner.RETAINED + 2L);
  }

  @Test
  void binaryAndTextOfOneRunCheckAlike() throws IOException {
    CheckReport binary = check("trace.dat.zst");
    CheckReport text = check("trace.txt.zst");
    assertThat(binary.verdict()).isEqualTo(Verdict.CONSISTENT);
    assertThat(text.verdict()).isEqualTo(Verdict.CONSISTENT);
    assertThat(text.replay().rules()).isEqualTo(binary.replay().rules());
  }

  private static CheckReport check(String file) throws IOException {
    try (Capture capture = Captures.open(Shipped.file("6.12-gicv2-mix", file))) {
      return CheckRunner.run(capture, CheckOptions.DEFAULT);
    }
  }
}

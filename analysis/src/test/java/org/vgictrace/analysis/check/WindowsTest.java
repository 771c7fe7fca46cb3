package org.vgictrace.analysis.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vgictrace.analysis.Guest;
import org.vgictrace.analysis.HandMade;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Which events are shown around a finding. */
class WindowsTest {
  private static final Rule RULE = Catalogue.rules().get(0);

  @Test
  void eventsOfTheSameVcpuAndInterruptWithTheContradictingOnesMarked() throws IOException {
    List<WindowLine> lines =
        window(
            finding(9, 2, 40L),
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.made(); // 0
              guest.populate(0, 0).enter(Guest.SPI40_PENDING); // 1 2 3
              new Guest(events, 1).thread().enter(); // 4 5: another vCPU
              events.on(0, 950, "vcpu-0");
              events.event(Kind.TIMER_MAP, "vcpu_id", 0); // 6: nothing to do with it
              events.event(Kind.IRQ_PUT, "intid", 40, "kvm", Guest.KVM); // 7: a reference
              events.on(1, 77, "injector");
              events.event(
                  Kind.INJECT, "kvm", Guest.KVM, "intid", 40, "level", 1); // 8: same interrupt
              guest.thread().image("exit", Guest.SPI40_DONE).left(0, 0); // 9 10
              events.event(Kind.LOST, "count", 2); // 11
            });

    assertThat(lines)
        .extracting(line -> (line.marked() ? ">" : " ") + line.seq() + " " + line.kind())
        .containsExactly(
            " 1 lr_write",
            ">2 lr_image",
            " 3 vcpu_entry",
            " 8 inject",
            ">9 lr_image",
            " 10 vcpu_exit",
            " 11 lost");
    assertThat(lines.get(1).brief()).isEqualTo("entry lr0: 40 pending prio a0 grp1 EOI");
    assertThat(lines.get(1).text())
        .isEqualTo(
            "vcpu0 entry used 1 hcr 0x1 En vmcr 0x4c000a | lr0: 40 pending prio a0 grp1 EOI");
  }

  @Test
  void noMoreThanTheNearest() throws IOException {
    List<WindowLine> lines =
        window(
            finding(40, 0, null),
            events -> {
              Guest guest = new Guest(events, 0).thread();
              for (int i = 0; i < 50; i++) {
                guest.left(0, 0);
              }
            });

    assertThat(lines)
        .extracting(WindowLine::seq)
        .containsExactly(0L, 33L, 34L, 35L, 36L, 37L, 38L, 39L, 40L, 41L, 42L, 43L, 44L);
  }

  @Test
  void privateInterruptsOfOtherVcpusAreAnotherStory() throws IOException {
    List<WindowLine> lines =
        window(
            finding(4, 4, 27L),
            events -> {
              new Guest(events, 0).thread().enter(); // 0 1
              events.on(1, 77, "injector");
              events.event(
                  Kind.INJECT,
                  "kvm",
                  Guest.KVM,
                  "vcpu",
                  Guest.vcpu(1),
                  "intid",
                  27,
                  "level",
                  1); // 2
              events.event(
                  Kind.INJECT,
                  "kvm",
                  Guest.KVM,
                  "vcpu",
                  Guest.vcpu(0),
                  "intid",
                  27,
                  "level",
                  1); // 3
              new Guest(events, 0).thread().left(0, 0); // 4
            });

    assertThat(lines).extracting(WindowLine::seq).containsExactly(0L, 1L, 3L, 4L);
  }

  @Test
  void windowGoesOnInTheNextBatches() throws IOException {
    List<WindowLine> lines =
        window(
            finding(Batch.EVENTS_MAX - 1, 0, null),
            events -> {
              Guest guest = new Guest(events, 0).thread();
              guest.left(0, 0);
              for (int i = 1; i < Batch.EVENTS_MAX - 1; i++) {
                events.event(Kind.TIMER_MAP, "vcpu_id", 0);
              }
              guest.left(0, 0).left(0, 0).left(0, 0);
            });

    assertThat(lines)
        .extracting(WindowLine::seq)
        .containsExactly(0L, Batch.EVENTS_MAX - 1L, (long) Batch.EVENTS_MAX, Batch.EVENTS_MAX + 1L);
  }

  @Test
  void findingsWithoutAWindowAreStillReported() throws IOException {
    Windows windows = new Windows();
    assertThat(windows.around("x", List.of(finding(5, 4, null))))
        .containsExactly(new FindingReport("x", finding(5, 4, null), List.of()));
  }

  private static Finding finding(long at, long because, @Nullable Long intid) {
    return new Finding(
        RULE,
        "message",
        new EventRef(at, 0, 0, "at"),
        List.of(new EventRef(because, 0, 0, "because")),
        950,
        "vm0",
        0,
        intid,
        "expected",
        "observed",
        "profile=M612",
        1);
  }

  /** Announces the finding when the batch that holds it has been replayed, as the replay does. */
  private static List<WindowLine> window(Finding finding, HandMade.Script script)
      throws IOException {
    Windows windows = new Windows();
    Deque<Batch> retained = new ArrayDeque<>();
    long[] seen = {0};
    new HandMade(script)
        .read(
            EnumSet.allOf(Kind.class),
            (batch, pool) -> {
              windows.observe(batch);
              retained.addLast(batch);
              long at = finding.at().seq();
              if (seen[0] <= at && at < seen[0] + batch.size()) {
                windows.found(finding);
              }
              seen[0] += batch.size();
              windows.collect(retained);
            });
    return windows.around("x", List.of(finding)).get(0).window();
  }
}

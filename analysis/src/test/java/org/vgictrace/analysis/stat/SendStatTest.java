package org.vgictrace.analysis.stat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.SendPath;

class SendStatTest {
  private static final BothResult APART =
      new BothResult("xen", "guest", "why", null, 0, 0, 0, 0, 0, List.of(), List.of(), List.of());

  private static LatencyFigures one(long span) {
    return new LatencyFigures(1, span, span, span, span);
  }

  @Test
  void stepsAreScaledAndTargetsToldApart() {
    SendStat stat = new SendStat(16);
    stat.accept(new SendPath(1, 100, 101, 103, 106, 110));
    stat.accept(new SendPath(0, 200, 201, 203, SendPath.UNKNOWN, SendPath.UNKNOWN));
    stat.accept(new SendPath(-1, 300, 301, SendPath.UNKNOWN, SendPath.UNKNOWN, SendPath.UNKNOWN));

    assertThat(stat.figures(APART))
        .isEqualTo(
            new SendFigures(
                "guest",
                "why",
                -1,
                true,
                0,
                new LatencyFigures(3, 16, 16, 16, 16),
                new LatencyFigures(2, 32, 32, 32, 32),
                one(48),
                one(64),
                List.of(
                    new SendFigures.Target(0, one(48), LatencyFigures.NONE),
                    new SendFigures.Target(1, one(48), one(160)))));
  }

  @Test
  void withoutARateSpansAreUnitsOfTheClock() {
    SendStat stat = new SendStat(0);
    stat.accept(new SendPath(1, 100, 107, 120, 121, 125));

    SendFigures figures = stat.figures(APART);

    assertThat(figures.nanoseconds()).isFalse();
    assertThat(figures.toHypercall()).isEqualTo(one(7));
  }
}

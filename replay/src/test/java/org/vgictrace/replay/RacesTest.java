package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.CoarseClock;
import org.vgictrace.fixtures.mutate.TextTrace;

/** Races that healthy kernels run into are nothing to report. */
class RacesTest {

  static List<Path> races() {
    return Shipped.races();
  }

  @ParameterizedTest
  @MethodSource("races")
  void aRaceOfAHealthyKernelIsNoFinding(Path excerpt) {
    ReplayResult result = Replays.file(excerpt);

    assertThat(Replays.errors(result)).isEmpty();
    assertThat(result.gaps()).isZero();
    assertThat(result.decidedShare()).isGreaterThan(0.9);
  }

  static List<String> captures() {
    return AlterationTest.captures();
  }

  /** The clock {@code uptime} leaves open what came first on different CPUs. */
  @ParameterizedTest
  @MethodSource("captures")
  void eventsWithoutAnOrderAreNoFinding(String capture) throws IOException {
    String text = TextTrace.read(Shipped.file(capture, "trace.txt.zst")).text();

    ReplayResult result = Replays.text(CoarseClock.rewrite(text, 4));

    assertThat(Replays.errors(result)).isEmpty();
    assertThat(result.transitions()).isPositive();
  }
}

package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.TextTrace;

/**
 * Events missing at random from a genuine capture, without a mark, never make a finding. {@code
 * -Dvgictrace.test.removals=N} tries N times for each rate and capture.
 */
class RemovalTest {
  private static final int SEEDS = Integer.getInteger("vgictrace.test.removals", 1);
  private static final double[] RATES = {0.0003, 0.001, 0.003, 0.01, 0.05, 0.2, 0.5, 0.8};

  static List<String> captures() {
    List<String> names = AlterationTest.captures();
    names.add("6.12-gicv3-lock");
    return names;
  }

  @ParameterizedTest
  @MethodSource("captures")
  void missingEventsMakeNoFinding(String capture) throws IOException {
    TextTrace trace = TextTrace.read(Shipped.file(capture, "trace.txt.zst"));
    List<String> wrong = new ArrayList<>();
    for (double rate : RATES) {
      for (int seed = 0; seed < SEEDS; seed++) {
        List<String> errors = Replays.errors(Replays.text(trace.dropRandom(seed, rate).text()));
        if (!errors.isEmpty()) {
          wrong.add("rate " + rate + " seed " + seed + " gives " + errors);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}

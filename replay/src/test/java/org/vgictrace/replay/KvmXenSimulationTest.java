package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.vgictrace.parser.event.BatchBuilder;
import org.vgictrace.parser.event.BatchPool;
import org.vgictrace.parser.event.Names;
import org.vgictrace.replay.ShadowSimulation.Wrong;
import org.vgictrace.replay.engine.ClockOrder;

/**
 * The model against an independent simulation of KVM's shadow of the selector: random schedules of
 * a correct kernel are never found wrong, each wrong variant is.
 */
class KvmXenSimulationTest {
  private static final int SCHEDULES = 100_000;
  private static final int WRONG_SCHEDULES = 2_000;

  @Test
  void correctKernelIsNeverFoundWrong() throws IOException {
    ReplayResult result = replay(SCHEDULES);

    assertThat(result.findings()).map(Replays::describe).isEmpty();
    assertThat(held(result, "EV-20")).isGreaterThan(SCHEDULES / 20);
    assertThat(held(result, "EV-21")).isEqualTo(5L * SCHEDULES);
    assertThat(held(result, "EV-50")).isGreaterThan(5L * SCHEDULES);
    assertThat(held(result, "EV-51")).isGreaterThan(SCHEDULES / 10);
    assertThat(held(result, "EV-52")).isGreaterThan(SCHEDULES / 10);
    assertThat(held(result, "EV-53")).isGreaterThan(SCHEDULES / 10);
  }

  @Test
  void shadowClearedByAPlainStore() throws IOException {
    assertThat(broken(Wrong.PLAIN_STORE)).containsExactlyInAnyOrder("EV-20", "EV-53");
  }

  @Test
  void flushWithoutTheUpcallFlag() throws IOException {
    assertThat(broken(Wrong.NO_UPCALL)).containsExactlyInAnyOrder("EV-21", "EV-53");
  }

  @Test
  void deliveryWhileMasked() throws IOException {
    assertThat(broken(Wrong.MASK_IGNORED)).containsExactly("EV-23");
  }

  @Test
  void deliveryOutOfReachSwallowed() throws IOException {
    assertThat(broken(Wrong.SWALLOWED)).containsExactly("EV-51");
  }

  private static Set<String> broken(Wrong... wrong) throws IOException {
    Set<String> rules = new TreeSet<>();
    replay(WRONG_SCHEDULES, wrong).findings().forEach(finding -> rules.add(finding.rule().id()));
    return rules;
  }

  private static ReplayResult replay(int schedules, Wrong... wrong) throws IOException {
    Replay replay =
        new Replay(
            new ReplayOptions(null, "6.12.107", ClockOrder.CLOSE, Set.of(), Set.of()),
            finding -> {});
    BatchBuilder out =
        new BatchBuilder(
            new BatchPool(new Names()),
            (batch, pool) -> {
              replay.accept(batch);
              pool.recycle(batch);
            });
    ShadowSimulation simulation = new ShadowSimulation(out, 20261121, wrong);
    for (int i = 0; i < schedules; i++) {
      simulation.play();
    }
    out.flush();
    return replay.finish();
  }

  private static long held(ReplayResult result, String id) {
    return result.rules().stream()
        .filter(count -> count.rule().id().equals(id))
        .mapToLong(count -> count.consistent())
        .sum();
  }
}

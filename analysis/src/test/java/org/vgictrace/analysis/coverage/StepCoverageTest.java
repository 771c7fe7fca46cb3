package org.vgictrace.analysis.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.TransitionCount;

class StepCoverageTest {
  private static StepCoverage coverage(long pop1, long pop2, long nv1) {
    return new StepCoverage(
        List.of(
            new TransitionCount(Transition.POP_1, pop1),
            new TransitionCount(Transition.POP_2, pop2),
            new TransitionCount(Transition.NV_1, nv1)));
  }

  @Test
  void aGroupIsIdleIfNoneOfItsStepsWasExercised() {
    assertThat(coverage(0, 3, 0).text()).isEqualTo("1 of 3 exercised; none seen of NV");
    assertThat(coverage(0, 0, 1).idleGroups()).containsExactly("POP");
    assertThat(coverage(1, 1, 1).text()).isEqualTo("3 of 3 exercised");
    assertThat(coverage(0, 0, 0).text()).isEqualTo("0 of 3 exercised; none seen of POP, NV");
  }

  @Test
  void noCaptureExercisesNothing() {
    assertThat(StepCoverage.of(List.of())).isEqualTo(new StepCoverage(List.of()));
  }
}

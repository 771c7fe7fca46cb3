package org.vgictrace.replay.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vgictrace.replay.rule.Generation.M61;
import static org.vgictrace.replay.rule.Generation.M612;
import static org.vgictrace.replay.rule.Generation.M72;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransitionTest {
  private static final int LONGEST_SENTENCE = 95;

  @Test
  void groupsAndTheirSizesAreThoseOfTheSpecificationInItsOrder() {
    Map<String, Integer> groups = new LinkedHashMap<>();
    for (Transition transition : Transition.values()) {
      groups.merge(transition.group(), 1, Integer::sum);
    }

    assertThat(groups.toString())
        .isEqualTo(
            "{INJ=7, QUEUE=5, IRQL=2, SGI=2, MSI=2, KICK=1, MMIO=21, FLUSH=13, POP=9, ENTRY=3,"
                + " RUN=6, SAVE-HW=2, EXIT=1, FOLD=12, PRUNE=6, DEACT=1, MAINT=2, LPI=7, ITS=12,"
                + " V4=7, TIMER=12, PMU=5, SAVE=5, WFI=2, RESET=1, DESTROY=1, NV=5, OV-T=11, OV-L=4,"
                + " NV-T=10, EK-FAST=1, EK-SLOW=1, EK-INATOMIC=1, EK-SETUP=1, EK-FLUSH=1,"
                + " EK-HASINT=1, EK-VEC=1, EK-SEND=1, EK-TABLE=1, EK-TIMERSET=1, EK-TIMER=1,"
                + " EK-POLL=1, EK-RS=1}");
  }

  @Test
  void everyIdentifierIsFoundInAnyCase() {
    for (Transition transition : Transition.values()) {
      assertThat(Transition.find(transition.id())).isSameAs(transition);
    }
    assertThat(Transition.find("save-hw-2")).isSameAs(Transition.SAVE_HW_2);
    assertThat(Transition.find("SAVE-HW")).isNull();
    assertThat(Transition.find("INV-LRE-1")).isNull();
  }

  @Test
  void everyStepIsOneShortSentenceOfItsOwn() {
    List<String> docs = Arrays.stream(Transition.values()).map(Transition::doc).toList();

    assertThat(docs)
        .doesNotHaveDuplicates()
        .allMatch(doc -> doc.matches("[A-Z][^.]*(4\\.0[^.]*)?\\."));
    assertThat(docs).allMatch(doc -> doc.length() <= LONGEST_SENTENCE);
  }

  @Test
  void stepsOfOneGenerationOnly() {
    assertThat(Transition.FLUSH_6.generations()).containsExactlyInAnyOrder(M61, M612);
    assertThat(Transition.LPI_3.generations()).containsExactlyInAnyOrder(M612, M72);
    assertThat(Transition.FOLD_11.generations()).containsExactly(M72);
    assertThat(Transition.INJ_5.generations()).containsExactlyInAnyOrder(M61, M612, M72);
    assertThat(count(M61) + " " + count(M612) + " " + count(M72)).isEqualTo("130 132 146");
  }

  @Test
  void anyStepMayExistWhileTheGenerationIsUnknown() {
    assertThat(Transition.values()).allMatch(transition -> transition.existsIn(null));
    assertThat(Transition.FOLD_11.existsIn(M612)).isFalse();
  }

  private static long count(Generation generation) {
    return Arrays.stream(Transition.values())
        .filter(transition -> transition.existsIn(generation))
        .count();
  }
}

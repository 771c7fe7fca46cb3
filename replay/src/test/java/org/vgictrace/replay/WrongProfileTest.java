package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.replay.verdict.Finding;

/**
 * A capture judged by another generation's profile breaks rules exactly where the generations
 * differ; judged by its own it breaks none.
 */
class WrongProfileTest {
  private static final String LEGACY_AS_72 = "INV-LRE-4";
  private static final String HCR_ANEW = "INV-UF-4";

  private static final String LOAD_ORDER = "INV-TMR-11";

  /** What differs between the generations, by the rule that shows it. */
  private static final Map<String, String> DIFFERENCES =
      Map.of(
          LEGACY_AS_72,
          "a flush with an empty list is skipped before 6.19, so the old image stays",
          "INV-UF-3",
          "group enable and disable interrupts are asked for since 6.19",
          HCR_ANEW,
          "the control register is computed anew at every flush since 6.19",
          "INV-FOLD-1",
          "ends that EOIcount counted are spread over unlisted interrupts since 6.19",
          "INV-FOLD-10",
          "the end of an interrupt that no list register holds is announced since 6.19",
          "INV-ORD-4",
          "pending interrupts come before active ones since 6.19",
          "INV-EDGE-4",
          "a vCPU that queues an interrupt for itself is not kicked since 6.19",
          LOAD_ORDER,
          "the timers are loaded before the vGIC since 6.19");

  /** What only captures show in which interrupts are active or end beyond the list registers. */
  private static final Map<String, String> BEYOND_THE_REGISTERS =
      Map.of(
          "7.2-gicv3-lost",
          "INV-FOLD-1 ",
          "7.2-gicv3-overflow-eoi1",
          "INV-EDGE-4 INV-FOLD-1 INV-FOLD-10 INV-ORD-4 ");

  /** Rules that a capture breaks under a profile; quirks are findings, too. */
  private static String broken(String capture, String profile) {
    TreeSet<String> rules = new TreeSet<>();
    for (Finding finding :
        Replays.candidates(Shipped.file(capture, "trace.dat.zst"), profile).findings()) {
      rules.add(finding.rule().id());
    }
    return String.join(" ", rules);
  }

  static List<String> captures() {
    return Shipped.namesWith("trace.dat.zst").stream()
        .filter(name -> !name.equals("6.12-gicv3-record-v6-lost"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("captures")
  void differencesAreThoseOfTheGenerations(String capture) {
    List<String> actual = new ArrayList<>();
    for (String profile : List.of("M61", "M612", "M72")) {
      actual.add(profile + ": " + broken(capture, profile));
    }
    assertThat(actual).isEqualTo(expected(capture));
  }

  private static List<String> expected(String capture) {
    if (capture.startsWith("7.2")) {
      String beyond = BEYOND_THE_REGISTERS.getOrDefault(capture, "");
      return List.of(
          "M61: " + beyond + LOAD_ORDER + " " + HCR_ANEW, "M612: " + beyond + HCR_ANEW, "M72: ");
    }
    String as72 = capture.equals("6.12-gicv2-mix-full") ? LOAD_ORDER + " INV-UF-3" : LEGACY_AS_72;
    return List.of("M61: ", "M612: ", "M72: " + as72);
  }

  @Test
  void eachRuleOfTheTableIsNeeded() {
    TreeSet<String> seen = new TreeSet<>();
    for (String capture :
        List.of("6.12-gicv2-mix-full", "6.12-gicv3-mix", "7.2-gicv3-overflow-eoi1")) {
      for (String profile : List.of("M61", "M72")) {
        seen.addAll(List.of(broken(capture, profile).split(" ")));
      }
    }
    seen.remove("");
    assertThat(seen).containsExactlyInAnyOrderElementsOf(DIFFERENCES.keySet());
  }
}

package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.TextMutation;
import org.vgictrace.fixtures.mutate.TextTrace;
import org.vgictrace.fixtures.mutate.VgicMutation;
import org.vgictrace.replay.verdict.Finding;

/**
 * One altered value in a genuine capture is found, and named by a rule that speaks of it. {@code
 * -Dvgictrace.test.sites=N} tries N sites for each alteration and capture.
 */
class AlterationTest {
  private static final int SITES = Integer.getInteger("vgictrace.test.sites", 2);

  private static final Map<VgicMutation, List<String>> NAMED_BY = namedBy();

  private static Map<VgicMutation, List<String>> namedBy() {
    Map<VgicMutation, List<String>> rules = new EnumMap<>(VgicMutation.class);
    rules.put(VgicMutation.DUPLICATE_INTID, List.of("INV-LRE-1"));
    rules.put(VgicMutation.ILLEGAL_STATE_CHANGE, List.of("INV-HW-1"));
    rules.put(VgicMutation.PENDING_ACTIVE_WITH_HW, List.of("INV-LRE-5"));
    // A pending and active edge with EOI is what LRE-6 forbids, whatever the snapshot says.
    rules.put(VgicMutation.WRONG_EOI_BIT, List.of("INV-LRE-8", "INV-LRE-6"));
    // Behind a loss without the snapshot of the population, only the exit contradicts the entry.
    rules.put(VgicMutation.WRONG_PHYSICAL_INTID, List.of("INV-LRE-11", "INV-HW-2"));
    rules.put(VgicMutation.CHANGED_PRIORITY, List.of("INV-LRE-10", "INV-HW-2"));
    rules.put(VgicMutation.CHANGED_GROUP, List.of("INV-LRE-9", "INV-HW-2"));
    rules.put(VgicMutation.STALE_LR, List.of("INV-LRE-4"));
    rules.put(VgicMutation.WRONG_UIE, List.of("INV-UF-1", "INV-UF-2"));
    rules.put(VgicMutation.WRONG_FOLD_RESULT, List.of("INV-FOLD-2"));
    return rules;
  }

  static List<String> captures() {
    List<String> names = new ArrayList<>(Shipped.namesWith("trace.txt.zst"));
    names.remove("6.12-gicv3-raw-text"); // printed without names: no text to read
    names.remove("6.12-gicv3-lock"); // recorded for its locks; LockCaptureTest alters those
    return names;
  }

  @Test
  void everyAlterationHasItsRules() {
    assertThat(NAMED_BY).containsOnlyKeys(VgicMutation.values());
  }

  @ParameterizedTest
  @MethodSource("captures")
  void oneAlteredValueIsFoundAndNamed(String capture) throws IOException {
    TextTrace trace = TextTrace.read(Shipped.file(capture, "trace.txt.zst"));
    List<String> wrong = new ArrayList<>();
    for (VgicMutation mutation : VgicMutation.values()) {
      for (int site = 0; site < SITES; site++) {
        Optional<TextMutation> altered = mutation.apply(trace, site);
        altered.ifPresent(text -> judge(mutation, text, wrong));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void judge(VgicMutation mutation, TextMutation altered, List<String> wrong) {
    List<String> errors = Replays.errors(Replays.text(altered.text()));
    String first = errors.isEmpty() ? "nothing" : errors.get(0).split(" ", 2)[0];
    if (errors.size() != 1 || !NAMED_BY.getOrDefault(mutation, List.of()).contains(first)) {
      wrong.add(altered.what() + " gives " + errors);
    }
  }

  @Test
  void aFindingPointsAtTheAlteredLine() throws IOException {
    TextTrace trace = TextTrace.read(Shipped.file("6.12-gicv3-mix", "trace.txt.zst"));
    TextTrace.Event enter =
        trace.events("enter").stream()
            .filter(
                event -> event.number("used_lrs") > 1 && event.field("lr1").startsWith("0x70a0"))
            .findFirst()
            .orElseThrow();
    TextMutation altered = trace.alter(enter, "lr1", old -> old.replace("0x70a0", "0x7080"));
    List<Finding> findings = Replays.text(altered.text()).findings();

    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).at().cpu()).isEqualTo(enter.cpu());
    assertThat(findings.get(0).pid()).isEqualTo(enter.pid());
    assertThat(findings.get(0).at().seq()).isEqualTo(trace.events().indexOf(enter));
  }

  @Test
  void anInterruptStillActiveAfterItsDeactivationIsFound() throws IOException {
    TextTrace trace = TextTrace.read(Shipped.file("7.2-gicv3-stall", "trace.txt.zst"));
    TextTrace.Event deactivation = trace.events("deactivate").get(0);
    int after = trace.events().indexOf(deactivation) + 1;
    TextTrace.Event fold = trace.events().get(after);
    assertThat(fold.field("active")).isEqualTo("0");

    TextMutation altered = trace.alter(fold, "active", old -> "1");

    assertThat(Replays.errors(Replays.text(altered.text())))
        .singleElement()
        .asString()
        .startsWith(
            "INV-FOLD-2 vcpu 0 INTID 27 x1: An interrupt is still active after its deactivation");
  }
}

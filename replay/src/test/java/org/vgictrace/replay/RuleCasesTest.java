package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.HardwareRules;
import org.vgictrace.replay.rule.JoinRules;
import org.vgictrace.replay.rule.MaintenanceRules;
import org.vgictrace.replay.rule.NestedRules;
import org.vgictrace.replay.rule.OverflowRules;
import org.vgictrace.replay.rule.OwnershipRules;
import org.vgictrace.replay.rule.QuirkRules;
import org.vgictrace.replay.rule.ResidencyRules;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** Every rule of the catalogue has its cases, or a reason why it can have none. */
class RuleCasesTest {
  private static final Map<Rule, String> UNDECIDABLE = undecidable();

  private static Map<Rule, String> undecidable() {
    Map<Rule, String> reasons = new LinkedHashMap<>();
    reasons.put(OverflowRules.UF_6, "no probe reaches last_lr_irq; its effects are INV-FOLD-11");
    reasons.put(ResidencyRules.HW_7, "the guest's masking is unknown");
    reasons.put(ResidencyRules.HW_8, "the active priority registers are read only at put");
    reasons.put(MaintenanceRules.MAINT_3, "a rate, not a verdict");
    reasons.put(MaintenanceRules.MAINT_5, "says that something is no violation");
    reasons.put(OwnershipRules.OWN_8, "no event ties a host interrupt to its forwarding");
    reasons.put(QuirkRules.SGI0, "needs user space that restores a pending SGI without a source");
    reasons.put(QuirkRules.PRUNE61, "a race of two CPUs between two probes");
    return reasons;
  }

  /**
   * Rules about events that no scenario writes; NestedCasesTest, Gicv5CasesTest, HardwareCasesTest
   * and JoinTest have texts.
   */
  private static final List<Rule> BY_TEXT =
      List.of(
          MaintenanceRules.MAINT_4,
          NestedRules.NV_1,
          NestedRules.NV_2,
          NestedRules.NV_3,
          NestedRules.V5_1,
          NestedRules.V5_2,
          NestedRules.V5_3,
          HardwareRules.GIC_1,
          HardwareRules.GIC_2,
          HardwareRules.GIC_3,
          HardwareRules.GIC_4,
          HardwareRules.GIC_5,
          HardwareRules.GIC_6,
          HardwareRules.GIC_7,
          HardwareRules.GIC_8,
          JoinRules.JOIN_1,
          JoinRules.JOIN_2);

  /** What is reported where it shows and not counted where it does not. */
  private static final List<Rule> NEVER_HELD =
      List.of(
          QuirkRules.ACK72, QuirkRules.MOVALL, QuirkRules.LPI5, QuirkRules.EMPTY, QuirkRules.SOFT);

  private static List<RuleCase> cases() {
    return Stream.of(
            EntryImageCasesTest.CASES,
            OverflowCasesTest.CASES,
            ResidencyCasesTest.CASES,
            FoldCasesTest.CASES,
            ApListCasesTest.CASES,
            EdgeCasesTest.CASES,
            SnapshotCasesTest.CASES,
            InjectionCasesTest.CASES,
            SleepCasesTest.CASES,
            MaintenanceCasesTest.CASES,
            OwnershipCasesTest.CASES,
            TimerCasesTest.CASES,
            LockCasesTest.CASES)
        .flatMap(Collection::stream)
        .toList();
  }

  private static Stream<TextCase> textCases() {
    return Stream.of(LpiCasesTest.CASES, VlpiCasesTest.CASES).flatMap(Collection::stream);
  }

  /**
   * The rules of KVM's vGIC and the hardware. XenVgicCasesTest, ChannelCasesTest, KvmXenCasesTest
   * and RunStateCasesTest have those of Xen.
   */
  private static List<Rule> rules() {
    return Catalogue.rules().stream()
        .filter(rule -> rule.id().startsWith("INV-") || rule.id().startsWith("Q-"))
        .toList();
  }

  @Test
  void everyRuleHasARejectingCaseOrAReason() {
    List<Rule> rejecting =
        Stream.concat(
                cases().stream().filter(RuleCase::isRejecting).map(RuleCase::rule),
                textCases().filter(TextCase::isRejecting).map(TextCase::rule))
            .distinct()
            .toList();

    assertThat(Stream.of(rejecting, UNDECIDABLE.keySet(), BY_TEXT).flatMap(Collection::stream))
        .containsExactlyInAnyOrderElementsOf(rules());
  }

  @Test
  void everyRuleHasAnAcceptingCaseOrAReason() {
    List<Rule> accepting =
        Stream.concat(
                cases().stream().filter(RuleCase::isAccepting).map(RuleCase::rule),
                textCases().filter(one -> !one.isRejecting()).map(TextCase::rule))
            .distinct()
            .toList();

    assertThat(
            Stream.of(accepting, UNDECIDABLE.keySet(), NEVER_HELD, BY_TEXT)
                .flatMap(Collection::stream)
                .distinct())
        .containsExactlyInAnyOrderElementsOf(rules());
  }

  /** Whole findings: rule, vCPU, INTID, sentence, expected, observed and the other events. */
  @Test
  void findingsReadAsWritten() throws IOException {
    String read =
        cases().stream()
            .filter(RuleCase::isRejecting)
            .map(RuleCase::finding)
            .collect(Collectors.joining("\n"));
    try (InputStream written =
        Objects.requireNonNull(RuleCasesTest.class.getResourceAsStream("findings.txt"))) {
      assertThat(read).isEqualTo(new String(written.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void rulesThatCannotBeDecidedAreNot() {
    for (RuleCase.Host host : RuleCase.ALL) {
      ReplayResult result = Replays.text(RuleCase.play(FoldCasesTest::overflown, host));
      assertThat(result.rules())
          .filteredOn(count -> UNDECIDABLE.containsKey(count.rule()))
          .hasSameSizeAs(UNDECIDABLE.keySet())
          .extracting(RuleCount::total)
          .containsOnly(0L);
    }
  }
}

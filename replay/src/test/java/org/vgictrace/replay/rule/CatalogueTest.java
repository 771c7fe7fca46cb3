package org.vgictrace.replay.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static final int LONGEST_TITLE = 60;

  @Test
  void ruleIdentifiersInOrder() {
    List<String> expected = new ArrayList<>();
    addNumbered(expected, "INV-LRE-", 19);
    addNumbered(expected, "INV-ORD-", 5);
    addNumbered(expected, "INV-UF-", 6);
    addNumbered(expected, "INV-HW-", 8);
    addNumbered(expected, "INV-FOLD-", 11);
    addNumbered(expected, "INV-AP-", 7);
    addNumbered(expected, "INV-EDGE-", 4);
    addNumbered(expected, "INV-LVL-", 4);
    addNumbered(expected, "INV-INJ-", 2);
    addNumbered(expected, "INV-WFI-", 1);
    addNumbered(expected, "INV-MAINT-", 5);
    addNumbered(expected, "INV-REF-", 6);
    addNumbered(expected, "INV-LPI-", 4);
    addNumbered(expected, "INV-ITS-", 5);
    addNumbered(expected, "INV-V4-", 6);
    addNumbered(expected, "INV-SAVE-", 6);
    addNumbered(expected, "INV-OWN-", 8);
    addNumbered(expected, "INV-TMR-", 11);
    addNumbered(expected, "INV-LOCK-", 9);
    addNumbered(expected, "INV-NV-", 3);
    addNumbered(expected, "INV-V5-", 3);
    addNumbered(expected, "INV-GIC-", 8);
    addNumbered(expected, "INV-JOIN-", 2);
    expected.addAll(List.of("XT-I04", "XT-I05", "XT-I06", "XT-I07"));
    addRange(expected, 1, 12);
    addRange(expected, 20, 40);
    expected.addAll(List.of("EV-43", "EV-45", "EV-41", "EV-42", "EV-44"));
    addRange(expected, 50, 66);
    addRange(expected, 70, 76);
    addNumbered(expected, "EV-BOTH-", 5);
    addPadded(expected, "XV-I", 15);
    addPadded(expected, "OV-I", 20);
    addPadded(expected, "NV-I", 18);
    expected.addAll(
        List.of("Q-SGI0", "Q-ACK72", "Q-PRUNE61", "Q-MOVALL", "Q-LPI5", "Q-EMPTY", "Q-SOFT"));
    addPadded(expected, "OV-K", 8);
    addPadded(expected, "NV-K", 1);
    addPadded(expected, "XV-K", 1);

    assertThat(Catalogue.rules()).extracting(Rule::id).containsExactlyElementsOf(expected);
  }

  @Test
  void rulesThatAreNotErrors() {
    assertThat(Catalogue.rules())
        .filteredOn(rule -> rule.severity() != Severity.ERROR)
        .extracting(rule -> rule.id() + " " + rule.severity().label())
        .containsExactly(
            "INV-UF-5 warning",
            "INV-HW-6 warning",
            "INV-HW-7 warning",
            "INV-EDGE-4 warning",
            "INV-LVL-3 warning",
            "INV-MAINT-1 warning",
            "INV-MAINT-3 info",
            "INV-OWN-8 warning",
            "INV-LOCK-9 warning",
            "XT-I07 warning",
            "EV-10 warning",
            "EV-25 warning",
            "EV-27 info",
            "EV-42 warning",
            "EV-65 warning",
            "EV-66 warning",
            "EV-75 info",
            "XV-I14 warning",
            "OV-I10 warning",
            "OV-I13 warning",
            "OV-I14 warning",
            "NV-I16 warning",
            "Q-SGI0 quirk",
            "Q-ACK72 quirk",
            "Q-PRUNE61 quirk",
            "Q-MOVALL quirk",
            "Q-LPI5 quirk",
            "Q-EMPTY quirk",
            "Q-SOFT quirk",
            "OV-K01 quirk",
            "OV-K02 quirk",
            "OV-K03 quirk",
            "OV-K04 quirk",
            "OV-K05 quirk",
            "OV-K06 quirk",
            "OV-K07 quirk",
            "OV-K08 quirk",
            "NV-K01 quirk",
            "XV-K01 quirk");
  }

  @Test
  void rulesWhoseViolationShowsInSomethingMissing() {
    assertThat(Catalogue.rules())
        .filteredOn(Rule::absence)
        .extracting(Rule::id)
        .containsExactly(
            "INV-ORD-1",
            "INV-HW-4",
            "INV-FOLD-1",
            "INV-FOLD-7",
            "INV-FOLD-8",
            "INV-FOLD-9",
            "INV-FOLD-10",
            "INV-FOLD-11",
            "INV-AP-3",
            "INV-AP-6",
            "INV-EDGE-3",
            "INV-EDGE-4",
            "INV-LVL-3",
            "INV-INJ-2",
            "INV-REF-1",
            "INV-REF-6",
            "INV-LPI-2",
            "INV-LPI-3",
            "INV-ITS-4",
            "INV-ITS-5",
            "INV-V4-2",
            "INV-V4-3",
            "INV-V4-4",
            "INV-V4-5",
            "INV-V4-6",
            "INV-SAVE-3",
            "INV-OWN-3",
            "INV-OWN-4",
            "INV-TMR-1",
            "INV-TMR-2",
            "INV-TMR-3",
            "INV-TMR-5",
            "INV-TMR-6",
            "INV-TMR-7",
            "INV-TMR-8",
            "INV-TMR-11",
            "INV-NV-3",
            "INV-GIC-8",
            "INV-JOIN-2",
            "EV-08",
            "EV-20",
            "EV-21",
            "EV-24",
            "EV-31",
            "EV-33",
            "EV-40",
            "EV-41",
            "EV-44",
            "EV-51",
            "EV-55",
            "EV-56",
            "EV-58",
            "EV-59",
            "EV-61",
            "EV-63",
            "EV-73",
            "EV-74",
            "EV-BOTH-1",
            "EV-BOTH-3",
            "EV-BOTH-5",
            "XV-I06",
            "OV-I02",
            "OV-I09",
            "NV-I02");
  }

  @Test
  void everyRuleIsComplete() {
    for (Rule rule : Catalogue.rules()) {
      assertThat(rule.title()).as(rule.id()).hasSizeBetween(5, LONGEST_TITLE).doesNotEndWith(".");
      assertThat(rule.title().charAt(0)).as(rule.id()).isUpperCase();
      assertThat(rule.needs()).as(rule.id()).isNotEmpty().doesNotHaveDuplicates();
      for (String sentence : List.of(rule.holds(), rule.why(), rule.catches())) {
        assertThat(sentence).as(rule.id()).endsWith(".").hasSizeGreaterThan(20);
      }
      assertThat(rule.functions())
          .as(rule.id())
          .isNotEmpty()
          .doesNotHaveDuplicates()
          .allMatch(function -> function.matches("[a-z0-9_]+ \\([a-z0-9/_.-]+\\.c\\)"));
      assertThat(rule.architecture())
          .as(rule.id())
          .doesNotHaveDuplicates()
          .allMatch(section -> section.matches("Arm IHI 00(48|69) \\S.*"));
    }
  }

  /**
   * Strings are put together from pieces: no blank may be missing, doubled or replaced by a line
   * break.
   */
  @Test
  void textsArePlainSingleLines() {
    for (Rule rule : Catalogue.rules()) {
      for (String text : texts(rule).toList()) {
        assertThat(text)
            .as(rule.id())
            .matches("[ -~]+")
            .doesNotContain("  ")
            .isEqualTo(text.strip());
        assertThat(text).as(rule.id()).doesNotContainPattern("[a-z][,:;][A-Za-z]");
      }
    }
  }

  @Test
  void rulesThatReferToOthersReferToExistingOnes() {
    for (Rule rule : Catalogue.rules()) {
      texts(rule)
          .flatMap(text -> Stream.of(text.split("[^A-Za-z0-9-]+")))
          .filter(word -> word.startsWith("INV-") || word.startsWith("Q-"))
          .forEach(
              word -> assertThat(Catalogue.find(word)).as(rule.id() + ": " + word).isNotNull());
    }
  }

  @Test
  void findsARuleWithAndWithoutPrefixInAnyCase() {
    for (Rule rule : Catalogue.rules()) {
      String id = rule.id();
      assertThat(Catalogue.find(id)).isSameAs(rule);
      assertThat(Catalogue.find(id.toLowerCase(Locale.ROOT))).isSameAs(rule);
      if (id.startsWith("INV-") || id.startsWith("Q-")) {
        assertThat(Catalogue.find(id.substring(id.indexOf('-') + 1))).isSameAs(rule);
      }
    }
    assertThat(Catalogue.find("inv-LRE-5")).isSameAs(EntryImageRules.LRE_5);
    assertThat(Catalogue.find("fold-10")).isSameAs(FoldRules.FOLD_10);
    assertThat(Catalogue.find("sgi0")).isSameAs(QuirkRules.SGI0);
  }

  @Test
  void findsNothingElse() {
    assertThat(Catalogue.find("")).isNull();
    assertThat(Catalogue.find("INV-")).isNull();
    assertThat(Catalogue.find("5")).isNull();
    assertThat(Catalogue.find("LRE-20")).isNull();
    assertThat(Catalogue.find("INV-LRE-5 ")).isNull();
  }

  private static Stream<String> texts(Rule rule) {
    return Stream.of(
            List.of(rule.title(), rule.holds(), rule.why(), rule.catches()),
            rule.functions(),
            rule.architecture())
        .flatMap(List::stream);
  }

  private static void addRange(List<String> ids, int first, int last) {
    for (int i = first; i <= last; i++) {
      ids.add(i < 10 ? "EV-0" + i : "EV-" + i);
    }
  }

  private static void addPadded(List<String> ids, String prefix, int count) {
    for (int i = 1; i <= count; i++) {
      ids.add(prefix + (i < 10 ? "0" : "") + i);
    }
  }

  private static void addNumbered(List<String> ids, String prefix, int count) {
    for (int i = 1; i <= count; i++) {
      ids.add(prefix + i);
    }
  }
}

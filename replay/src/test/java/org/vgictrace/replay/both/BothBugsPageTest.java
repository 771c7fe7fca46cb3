package org.vgictrace.replay.both;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Rule;

/** The page that says which defects a trace of Xen and a guest's capture show together. */
class BothBugsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "BOTH-BUGS.md");

  private static final String HEAD =
      """
      # Defects that both sides of a run show

      What a Xen or a guest that is wrong in one place would have recorded, and what the rules EV-BOTH
      say when its trace and the guest's capture are checked together. Each is a genuine run, altered;
      `BothCases` says how. The page is generated; `BothBugsPageTest` says how to renew it.

      | what is wrong | rule | first finding | times |
      |---|---|---|---|
      """;

  private static final String UNUSUAL =
      """

      What is unusual and allowed is no finding:

      """;

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (BothCase one : BothCases.WRONG) {
      List<BothFinding> findings = one.altered().get().judged().findings();
      for (String rule : one.rules()) {
        List<BothFinding> found =
            findings.stream().filter(each -> each.finding().rule().id().equals(rule)).toList();
        page.append("| ").append(one.name()).append(" | ").append(rule).append(" | ");
        page.append(found.isEmpty() ? "**none**" : found.get(0).finding().message());
        page.append(" | ");
        page.append(found.stream().mapToLong(each -> each.finding().repetitions()).sum());
        page.append(" |\n");
      }
    }
    page.append(UNUSUAL);
    BothCases.RIGHT.forEach(one -> page.append("* ").append(one.name()).append("\n"));
    return page.toString();
  }

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    String page = page();
    if (Boolean.getBoolean("bugs.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=BothBugsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbugs.rewrite=true")
        .hasContent(page);
  }

  @Test
  void everyRuleIsShownToFindSomething() {
    List<String> shown =
        BothCases.WRONG.stream().flatMap(one -> one.rules().stream()).distinct().sorted().toList();

    assertThat(shown)
        .containsExactlyElementsOf(
            Catalogue.rules().stream()
                .map(Rule::id)
                .filter(id -> id.startsWith("EV-BOTH-"))
                .toList());
  }
}

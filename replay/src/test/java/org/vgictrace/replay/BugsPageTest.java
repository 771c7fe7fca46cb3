package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vgictrace.replay.rule.Catalogue;

/**
 * The page that says of each known bug of KVM's vGIC which rule finds it and which test shows that.
 * A test is tied to a bug by its name: {@code bug7...} or {@code bug 7, ...}.
 */
class BugsPageTest {
  private static final Path PAGE = Path.of(System.getProperty("basedir", "."), "BUGS.md");

  private static final List<Class<?>> NAMED_METHODS =
      List.of(
          EdgeBugsTest.class, LockBugsTest.class, TimerCasesTest.class, OwnershipCasesTest.class);

  private static final String HEAD =
      """
      # Known bugs of KVM's vGIC

      Every bug of this list was in a released or release-candidate kernel. The table says which rule
      finds a trace of it, and which test of this module imitates the bug and sees it found. It is
      generated; `BugsPageTest` says how to renew it.

      | | fixed by | in | rule | shown by |
      |---|---|---|---|---|
      """;

  /** A line of the list: number, subject of the change that fixed it, releases, rules, reason. */
  private record Bug(int number, String subject, String fixed, List<String> rules, String why) {
    static Bug of(String line) {
      List<String> cells = new ArrayList<>();
      StringBuilder cell = new StringBuilder();
      boolean quoted = false;
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        if (c == '"') {
          quoted = !quoted;
        } else if (c == ',' && !quoted) {
          cells.add(cell.toString());
          cell.setLength(0);
        } else {
          cell.append(c);
        }
      }
      cells.add(cell.toString());
      List<String> rules =
          cells.get(3).isEmpty() ? List.of() : List.of(cells.get(3).split(";", -1));
      return new Bug(
          Integer.parseInt(cells.get(0)), cells.get(1), cells.get(2), rules, cells.get(4));
    }
  }

  private static List<Bug> bugs() throws IOException {
    try (InputStream csv =
        Objects.requireNonNull(BugsPageTest.class.getResourceAsStream("bugs.csv"))) {
      String text = new String(csv.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().skip(1).map(Bug::of).toList();
    }
  }

  /** The tests that imitate a bug, by its number. */
  private static Map<Integer, Set<String>> tests() {
    Map<Integer, Set<String>> tests = new TreeMap<>();
    for (Class<?> type : NAMED_METHODS) {
      for (Method method : type.getDeclaredMethods()) {
        String name = method.getName();
        if (name.startsWith("bug")) {
          String numbers = name.substring(3).replaceFirst("(?<=\\d)(?=[A-Z](?!nd\\d)).*", "");
          for (String number : numbers.split("And", -1)) {
            add(tests, Integer.parseInt(number), type.getSimpleName() + "." + name);
          }
        }
      }
    }
    Stream.of(LpiCasesTest.CASES, VlpiCasesTest.CASES)
        .flatMap(List::stream)
        .filter(one -> one.name().startsWith("bug ") && one.isRejecting())
        .forEach(
            one -> {
              String[] words = one.name().substring(4).split(", ", 2);
              add(tests, Integer.parseInt(words[0]), one.rule().id() + ": " + words[1]);
            });
    return tests;
  }

  private static void add(Map<Integer, Set<String>> tests, int number, String test) {
    tests.computeIfAbsent(number, n -> new TreeSet<>()).add(test);
  }

  private static String page(List<Bug> bugs) {
    Map<Integer, Set<String>> tests = tests();
    StringBuilder page = new StringBuilder(HEAD);
    for (Bug bug : bugs) {
      String shown;
      if (tests.containsKey(bug.number())) {
        shown = String.join("; ", tests.get(bug.number()));
      } else {
        shown = bug.rules().isEmpty() ? "not visible: " + bug.why() : "cases of the rule";
      }
      page.append("| ")
          .append(bug.number())
          .append(" | ")
          .append(bug.subject())
          .append(" | ")
          .append(bug.fixed())
          .append(" | ")
          .append(String.join(", ", bug.rules()))
          .append(" | ")
          .append(shown)
          .append(" |\n");
    }
    return page.toString();
  }

  @Test
  void pageOnDiskIsUpToDate() throws IOException {
    String page = page(bugs());
    if (Boolean.getBoolean("bugs.rewrite")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=BugsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dbugs.rewrite=true")
        .hasContent(page);
  }

  @Test
  void everyBugHasARuleOrAReasonAndEveryTestABug() throws IOException {
    List<Bug> bugs = bugs();
    assertThat(bugs)
        .allSatisfy(
            bug -> {
              assertThat(bug.rules().isEmpty()).as("%s", bug).isEqualTo(!bug.why().isEmpty());
              assertThat(bug.rules()).allMatch(rule -> Catalogue.find(rule) != null);
            });
    assertThat(bugs.stream().map(Bug::number)).containsAll(tests().keySet());
    assertThat(bugs).hasSize(62);
  }
}

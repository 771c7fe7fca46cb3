package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vgictrace.fixtures.Shipped;
import org.vgictrace.fixtures.mutate.MutationSite;
import org.vgictrace.fixtures.mutate.MutationSites;
import org.vgictrace.fixtures.mutate.TextMutation;
import org.vgictrace.fixtures.mutate.TextTrace;
import org.vgictrace.fixtures.mutate.TraceOperator;
import org.vgictrace.fixtures.mutate.TraceOperator.Change;

/**
 * What becomes of genuine captures with one event dropped, doubled, moved or altered: the share
 * that is detected, that is judged indeterminate, and that is accepted, and why. {@code
 * -Dvgictrace.test.mutants=N} takes N places for each operator instead of a few.
 */
class MutationSurveyTest {
  private static final int FEW = 4;
  private static final int SITES = Integer.getInteger("vgictrace.test.mutants", FEW);

  /** Draws for each place: small captures have no event for some operators. */
  private static final int TRIES = 20;

  private static final long SEED = 20240607;
  private static final Path TABLE = Path.of(System.getProperty("basedir", "."), "MUTATIONS.md");

  /** The shares in percent that accepted damage must stay below. */
  private static final double SILENT_MAX = 5.0;

  /** What became of one operator's applications. */
  private static final class Row {
    int detected;
    final Map<String, Integer> undecided = new TreeMap<>();
    final Map<AcceptedMutation, Integer> accepted = new EnumMap<>(AcceptedMutation.class);

    int undecided() {
      return undecided.values().stream().mapToInt(Integer::intValue).sum();
    }

    int accepted(boolean legal) {
      return accepted.entrySet().stream()
          .filter(entry -> entry.getKey().isLegal() == legal)
          .mapToInt(Map.Entry::getValue)
          .sum();
    }

    int all() {
      return detected + undecided() + accepted(true) + accepted(false);
    }

    void add(Row other) {
      detected += other.detected;
      other.undecided.forEach((why, times) -> undecided.merge(why, times, Integer::sum));
      other.accepted.forEach((why, times) -> accepted.merge(why, times, Integer::sum));
    }
  }

  /** A capture and its verdict before it is damaged. */
  private record Undamaged(String name, MutationSites sites, ReplayResult result) {}

  private final List<Undamaged> captures = new ArrayList<>();
  private final Map<TraceOperator, Row> rows = new EnumMap<>(TraceOperator.class);
  private final List<String> findingsOfDrops = new ArrayList<>();
  private final List<String> silent = new ArrayList<>();

  @Test
  void littleDamageIsAcceptedAndAllOfItExplained() throws IOException {
    for (String name : AlterationTest.captures()) {
      TextTrace trace = TextTrace.read(Shipped.file(name, "trace.txt.zst"));
      captures.add(new Undamaged(name, new MutationSites(trace), Replays.text(trace.text())));
    }
    for (TraceOperator operator : TraceOperator.values()) {
      rows.put(operator, survey(operator));
    }

    assertThat(findingsOfDrops).as("findings from missing events").isEmpty();
    if (SITES == FEW) {
      compare(page());
    } else {
      System.out.println(page() + "\n" + String.join("\n", silent));
    }
    Row all = total();
    assertThat(100.0 * all.accepted(false) / all.all())
        .as("percent silently accepted")
        .isLessThan(SILENT_MAX);
  }

  private static void compare(String page) throws IOException {
    if (Boolean.getBoolean("mutations.rewrite")) {
      Files.writeString(TABLE, page, StandardCharsets.UTF_8);
    }
    assertThat(TABLE)
        .as(
            "renew it with: mvn -pl replay -am test -Dtest=MutationSurveyTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dmutations.rewrite=true")
        .hasContent(page);
  }

  /** Applies an operator to one capture after the other, at places drawn at random. */
  private Row survey(TraceOperator operator) {
    Random random = new Random(SEED + operator.ordinal());
    Set<String> done = new HashSet<>();
    Row row = new Row();
    int n = random.nextInt(captures.size());
    for (int tries = 0; tries < SITES * TRIES && row.all() < SITES; tries++) {
      Undamaged capture = captures.get(n++ % captures.size());
      Optional<MutationSite> site = capture.sites().draw(operator, random);
      if (site.isPresent()) {
        TextMutation damaged = site.get().mutation().get();
        if (done.add(capture.name() + damaged.what())) {
          apply(capture, site.get(), damaged, row);
        }
      }
    }
    return row;
  }

  private void apply(Undamaged capture, MutationSite site, TextMutation damaged, Row row) {
    String what = site.operator() + " " + capture.name() + " " + damaged.what();
    ReplayResult result = Replays.text(damaged.text());
    MutationOutcome outcome = MutationOutcome.of(capture.result(), result);
    switch (outcome.verdict()) {
      case DETECTED -> {
        row.detected++;
        if (site.operator().change() == Change.DROP) {
          findingsOfDrops.add(what + ": " + outcome.why());
        }
      }
      case UNDECIDED -> row.undecided.merge(outcome.why(), 1, Integer::sum);
      case ACCEPTED -> {
        AcceptedMutation why = AcceptedMutation.of(capture.sites().trace(), site);
        row.accepted.merge(why, 1, Integer::sum);
        if (!why.isLegal()) {
          silent.add(why + " " + what);
        }
      }
    }
  }

  private Row total() {
    Row all = new Row();
    rows.values().forEach(all::add);
    return all;
  }

  private String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Damaged captures

        One event of a genuine capture was dropped, recorded twice, moved or altered, and the capture
        was checked again. *Detected*: an error is found. *Undecided*: none, but more instances of rules
        are undecided than before, or events are recognised as missing. *Legal*: accepted, and rightly,
        because a correct kernel can give such a recording. *Silent*: accepted although none can. A
        missing event must never be an error. The page is generated; `MutationSurveyTest` says how to
        renew it.

        | damage | places | detected | undecided | legal | silent | of these |
        |---|--:|--:|--:|--:|--:|---|
        """);
    rows.forEach((operator, row) -> page.append(line(operator.toString(), row)));
    page.append(
        "\n## In all\n\n| | places | detected | undecided | legal | silent | silent, percent |\n");
    page.append("|---|--:|--:|--:|--:|--:|--:|\n");
    for (Change change : Change.values()) {
      Row sum = new Row();
      rows.forEach(
          (operator, row) -> {
            if (operator.change() == change) {
              sum.add(row);
            }
          });
      page.append(sums(change.toString().toLowerCase(Locale.ROOT), sum));
    }
    Row all = total();
    page.append(sums("all", all));
    page.append(
        String.format(
            Locale.ROOT,
            "%nAccepted in all, legal and silent: %.1f percent; silent alone: %.1f percent.%n",
            100.0 * (all.accepted(true) + all.accepted(false)) / all.all(),
            100.0 * all.accepted(false) / all.all()));
    page.append(
        "\n## Why damage is accepted\n\n| class | places | legal | because |\n|---|--:|---|---|\n");
    for (AcceptedMutation why : AcceptedMutation.values()) {
      page.append(
          "| %s | %d | %s | %s |\n"
              .formatted(
                  why, all.accepted.getOrDefault(why, 0), why.isLegal() ? "yes" : "no", why.doc()));
    }
    return page.toString();
  }

  private static String line(String name, Row row) {
    List<String> parts = new ArrayList<>();
    row.undecided.forEach((why, times) -> parts.add(why + " " + times));
    row.accepted.forEach((why, times) -> parts.add(why + " " + times));
    return "| %s | %d | %d | %d | %d | %d | %s |\n"
        .formatted(
            name,
            row.all(),
            row.detected,
            row.undecided(),
            row.accepted(true),
            row.accepted(false),
            parts.stream().collect(Collectors.joining(", ")));
  }

  private static String sums(String name, Row row) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %d | %d | %.1f |%n",
        name,
        row.all(),
        row.detected,
        row.undecided(),
        row.accepted(true),
        row.accepted(false),
        row.all() == 0 ? 0 : 100.0 * row.accepted(false) / row.all());
  }
}

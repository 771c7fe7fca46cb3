package org.vgictrace.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.vgictrace.fixtures.event.Gic;
import org.vgictrace.fixtures.event.Kernel;
import org.vgictrace.fixtures.event.ProbeEvents.LrForm;
import org.vgictrace.fixtures.scenario.ScenarioWriter;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Scenarios that a rule accepts and rejects, on the hosts it applies to.
 *
 * <p>Accepted means: the rule held at least once and nothing was found. Rejected means: the first
 * finding is of this rule, and no other rule of severity error has one unless the case says that it
 * must. Every scenario is replayed as text and as {@code trace.dat}.
 */
final class RuleCase {

  /** A kernel and the GIC of the host it runs on. */
  record Host(Kernel kernel, Gic gic) {
    @Override
    public String toString() {
      return kernel + " GIC" + gic;
    }
  }

  static final List<Host> ALL =
      Stream.of(Kernel.values())
          .flatMap(kernel -> Stream.of(Gic.values()).map(gic -> new Host(kernel, gic)))
          .toList();
  static final List<Host> V2 = ALL.stream().filter(host -> host.gic() == Gic.V2).toList();
  static final List<Host> V3 = ALL.stream().filter(host -> host.gic() == Gic.V3).toList();

  /** Hosts that handle overflow with EOIcount, since 6.19. */
  static final List<Host> COUNTING =
      ALL.stream().filter(host -> host.kernel().countsEoi()).toList();

  /** Hosts that handle overflow with the underflow interrupt alone, before 6.19. */
  static final List<Host> LEGACY = ALL.stream().filter(host -> !host.kernel().countsEoi()).toList();

  /** Hosts that drop a reference at the end of every injection, since 6.7. */
  static final List<Host> DROPPING =
      ALL.stream().filter(host -> host.kernel() != Kernel.V6_1).toList();

  private final Rule rule;
  private List<Host> hosts = ALL;
  private final List<Consumer<ScenarioWriter>> accepted = new ArrayList<>();
  private final List<Consumer<ScenarioWriter>> rejected = new ArrayList<>();
  private final List<List<Rule>> alsoBroken = new ArrayList<>();

  private RuleCase(Rule rule) {
    this.rule = rule;
  }

  static RuleCase of(Rule rule) {
    return new RuleCase(rule);
  }

  Rule rule() {
    return rule;
  }

  boolean isAccepting() {
    return !accepted.isEmpty();
  }

  boolean isRejecting() {
    return !rejected.isEmpty();
  }

  /** The hosts of all scenarios of this case; all if not said. */
  RuleCase on(List<Host> only) {
    hosts = only;
    return this;
  }

  RuleCase accepts(Consumer<ScenarioWriter> scenario) {
    accepted.add(scenario);
    return this;
  }

  /**
   * @param also rules that the same scenario must break too, in the order of their findings
   */
  RuleCase rejects(Consumer<ScenarioWriter> scenario, Rule... also) {
    rejected.add(scenario);
    alsoBroken.add(List.of(also));
    return this;
  }

  /** The first rejected scenario on the last host: its finding in words. */
  String finding() {
    Host host = hosts.get(hosts.size() - 1);
    Finding first = Replays.text(play(rejected.get(0), host)).findings().get(0);
    return host + ": " + Replays.describe(first);
  }

  static Stream<DynamicTest> tests(List<RuleCase> cases) {
    return cases.stream().flatMap(RuleCase::tests);
  }

  private Stream<DynamicTest> tests() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Host host : hosts) {
      for (int i = 0; i < accepted.size(); i++) {
        Consumer<ScenarioWriter> scenario = accepted.get(i);
        tests.add(test("holds", i, host, () -> accept(play(scenario, host))));
      }
      for (int i = 0; i < rejected.size(); i++) {
        int which = i;
        tests.add(test("is broken", i, host, () -> reject(which, host)));
      }
    }
    return tests.stream();
  }

  private DynamicTest test(String what, int which, Host host, Runnable body) {
    String number = which == 0 ? "" : " (" + (which + 1) + ")";
    return dynamicTest(rule.id() + " " + what + number + " on " + host, body::run);
  }

  /** The scenario, played on a host. */
  static ScenarioWriter play(Consumer<ScenarioWriter> scenario, Host host) {
    ScenarioWriter vm = new ScenarioWriter(host.kernel(), host.gic(), 2, 4, LrForm.SCALARS);
    scenario.accept(vm);
    return vm;
  }

  private void accept(ScenarioWriter vm) {
    for (ReplayResult result : List.of(Replays.text(vm), Replays.dat(vm))) {
      assertThat(result.findings()).map(Replays::describe).isEmpty();
      assertThat(result.gaps()).as("gaps").isZero();
      assertThat(count(result).consistent()).as("instances that hold").isPositive();
    }
  }

  private void reject(int which, Host host) {
    ScenarioWriter vm = play(rejected.get(which), host);
    for (ReplayResult result : List.of(Replays.text(vm), Replays.dat(vm))) {
      List<Rule> broken = new ArrayList<>(List.of(rule));
      broken.addAll(alsoBroken.get(which));
      List<Finding> relevant =
          result.findings().stream()
              .filter(f -> f.rule().severity() == Severity.ERROR || f.rule().equals(rule))
              .toList();
      assertThat(relevant)
          .as(() -> relevant.stream().map(Replays::describe).toList() + "" + count(result))
          .extracting(Finding::rule)
          .containsExactlyElementsOf(broken);
      assertThat(count(result).inconsistent()).isPositive();
      boolean isQuirk = rule.severity() == Severity.QUIRK;
      assertThat(result.inconsistent() > 0).as("a transition counts").isNotEqualTo(isQuirk);
    }
  }

  private RuleCount count(ReplayResult result) {
    return result.rules().stream().filter(c -> c.rule().equals(rule)).findFirst().orElseThrow();
  }
}

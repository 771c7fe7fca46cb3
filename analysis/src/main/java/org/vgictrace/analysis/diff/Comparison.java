package org.vgictrace.analysis.diff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vgictrace.analysis.stat.HardwareFigures;
import org.vgictrace.analysis.stat.InterruptFigures;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.analysis.text.Intid;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Two captures side by side.
 *
 * @param a the first, usually the older kernel
 * @param b the second
 * @param figures what was measured, all vCPUs together
 * @param interrupts median latencies of interrupts that both have, by number: from injection to
 *     list register, in logs of hardware from there to the acknowledgement
 * @param rules rules judged on either side, in catalogue order
 * @param eventsOnlyA events that occur in the first only, with counts
 * @param eventsOnlyB events that occur in the second only, with counts
 */
public record Comparison(
    Side a,
    Side b,
    List<Delta> figures,
    List<Delta> interrupts,
    List<RuleDelta> rules,
    SortedMap<String, Long> eventsOnlyA,
    SortedMap<String, Long> eventsOnlyB) {

  public Comparison {
    figures = List.copyOf(figures);
    interrupts = List.copyOf(interrupts);
    rules = List.copyOf(rules);
  }

  /** Compares two captures. */
  public static Comparison of(Side a, Side b) {
    SortedMap<String, Long> eventsA = a.check().counts().eventsByName();
    SortedMap<String, Long> eventsB = b.check().counts().eventsByName();
    return new Comparison(
        a,
        b,
        figures(a.stat(), b.stat()),
        interrupts(a.stat(), b.stat()),
        rules(a, b),
        without(eventsA, eventsB),
        without(eventsB, eventsA));
  }

  /** The rules that only the first breaks. */
  public List<RuleDelta> brokenOnlyInA() {
    return rules.stream()
        .filter(rule -> rule.inconsistentA() > 0 && rule.inconsistentB() == 0)
        .toList();
  }

  /** The rules that only the second breaks. */
  public List<RuleDelta> brokenOnlyInB() {
    return rules.stream()
        .filter(rule -> rule.inconsistentB() > 0 && rule.inconsistentA() == 0)
        .toList();
  }

  /** Whether the second breaks a rule, as an error or a warning, that the first keeps. */
  public boolean isRegression() {
    return brokenOnlyInB().stream()
        .map(rule -> rule.rule().severity())
        .anyMatch(severity -> severity == Severity.ERROR || severity == Severity.WARNING);
  }

  private static SortedMap<String, Long> without(
      SortedMap<String, Long> events, SortedMap<String, Long> others) {
    SortedMap<String, Long> rest = new TreeMap<>(events);
    rest.keySet().removeAll(others.keySet());
    rest.values().removeIf(count -> count == 0);
    return rest;
  }

  /** Whether hardware is compared, not hypervisors. */
  public boolean isOfHardware() {
    return !a.stat().hardware().cpus().isEmpty();
  }

  private static List<Delta> figures(StatReport a, StatReport b) {
    Map<String, SideFigures.Figure> left = SideFigures.of(a, b);
    Map<String, SideFigures.Figure> right = SideFigures.of(b, a);
    Map<String, SideFigures.Figure> all = new LinkedHashMap<>(left);
    right.forEach(all::putIfAbsent);
    List<Delta> deltas = new ArrayList<>();
    all.forEach(
        (name, figure) -> {
          SideFigures.Figure inA = left.get(name);
          SideFigures.Figure inB = right.get(name);
          deltas.add(
              new Delta(
                  name,
                  figure.unit(),
                  inA == null ? null : inA.value(),
                  inB == null ? null : inB.value()));
        });
    return deltas;
  }

  /**
   * Interrupts have the same number on both sides only by design of the guest, so only numbers are
   * matched.
   */
  private static List<Delta> interrupts(StatReport a, StatReport b) {
    Map<String, Double> left = medians(a);
    Map<String, Double> right = medians(b);
    List<Delta> deltas = new ArrayList<>();
    left.forEach(
        (name, value) -> {
          if (right.containsKey(name)) {
            deltas.add(new Delta(name, Unit.NANOSECONDS, value, right.get(name)));
          }
        });
    return deltas;
  }

  private static Map<String, Double> medians(StatReport stat) {
    Map<String, Double> medians = new LinkedHashMap<>();
    for (HardwareFigures.Interrupt interrupt : stat.hardware().interrupts()) {
      if (interrupt.toAcknowledge().count() > 0) {
        medians.put(Intid.name(interrupt.intid()), (double) interrupt.toAcknowledge().p50());
      }
    }
    for (InterruptFigures interrupt : stat.interrupts()) {
      if (interrupt.intid() >= 0 && interrupt.toLr().count() > 0) {
        String vm = interrupt.vm() == null ? "vm?" : interrupt.vm();
        String vcpu = interrupt.vcpu() == null ? "" : "/" + interrupt.vcpu();
        medians.put(
            vm + vcpu + " " + Intid.name(interrupt.intid()), (double) interrupt.toLr().p50());
      }
    }
    return medians;
  }

  private static List<RuleDelta> rules(Side a, Side b) {
    Map<String, RuleCount> right = byId(b);
    List<RuleDelta> deltas = new ArrayList<>();
    for (RuleCount count : a.check().replay().rules()) {
      RuleCount other = right.get(count.rule().id());
      if (other != null && count.total() + other.total() > 0) {
        deltas.add(
            new RuleDelta(
                count.rule(),
                count.inconsistent(),
                other.inconsistent(),
                count.undecided(),
                other.undecided(),
                count.total(),
                other.total()));
      }
    }
    return deltas;
  }

  private static Map<String, RuleCount> byId(Side side) {
    Map<String, RuleCount> counts = new LinkedHashMap<>();
    for (RuleCount count : side.check().replay().rules()) {
      counts.put(count.rule().id(), count);
    }
    return counts;
  }
}

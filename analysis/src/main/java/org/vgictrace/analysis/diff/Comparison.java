package org.vgictrace.analysis.diff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.vgictrace.analysis.stat.InterruptFigures;
import org.vgictrace.analysis.stat.LatencyFigures;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.analysis.stat.VcpuFigures;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Intid;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Two captures side by side.
 *
 * @param a the first, usually the older kernel
 * @param b the second
 * @param figures what was measured, all vCPUs together
 * @param interrupts median latencies of interrupts that both have, by number
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

  private static List<Delta> figures(StatReport a, StatReport b) {
    Map<String, Figure> left = sideFigures(a, b);
    Map<String, Figure> right = sideFigures(b, a);
    Map<String, Figure> all = new LinkedHashMap<>(left);
    right.forEach(all::putIfAbsent);
    List<Delta> deltas = new ArrayList<>();
    all.forEach(
        (name, figure) -> {
          Figure inA = left.get(name);
          Figure inB = right.get(name);
          deltas.add(
              new Delta(
                  name,
                  figure.unit(),
                  inA == null ? null : inA.value(),
                  inB == null ? null : inB.value()));
        });
    return deltas;
  }

  private record Figure(Unit unit, double value) {}

  /** The figures of one side by name, in the order in which they are shown. */
  private static Map<String, Figure> sideFigures(StatReport stat, StatReport other) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    VcpuFigures total = stat.total();
    if (stat.meta().nanoseconds()) {
      long duration = stat.counts().duration();
      figures.put(
          "entries", new Figure(Unit.PER_SECOND, Figures.perSecond(total.entries(), duration)));
      figures.put(
          "exits", new Figure(Unit.PER_SECOND, Figures.perSecond(total.exitCount(), duration)));
      figures.put("kicks", new Figure(Unit.PER_SECOND, Figures.perSecond(total.kicks(), duration)));
    }
    if (total.entries() > 0) {
      // A reason that occurs on one side only is 0 on the other, not unknown.
      for (String reason : union(total.exits(), other.total().exits())) {
        perEntry(figures, "exits " + reason, total.exits().getOrDefault(reason, 0L), total);
      }
      if (stat.hostIrqsSeen()) {
        perEntry(figures, "maintenance exits", total.maintenanceCount(), total);
        for (String cause : union(total.maintenance(), other.total().maintenance())) {
          long count = total.maintenance().getOrDefault(cause, 0L);
          perEntry(figures, "maintenance " + cause, count, total);
        }
      }
      perEntry(figures, "populations", total.populations(), total);
      perEntry(figures, "folds", total.folds(), total);
      perEntry(figures, "underflow requests", total.underflows(), total);
    }
    if (total.images() > 0) {
      long used = 0;
      for (int lrs = 0; lrs < total.occupancy().size(); lrs++) {
        used += lrs * total.occupancy().get(lrs);
      }
      figures.put("LRs in use at entry", new Figure(Unit.MEAN, (double) used / total.images()));
    }
    latency(figures, "inject to LR", total.toLr());
    latency(figures, "LR to retire", total.toRetire());
    return figures;
  }

  private static Set<String> union(Map<String, Long> a, Map<String, Long> b) {
    Set<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    return names;
  }

  private static void perEntry(
      Map<String, Figure> figures, String name, long count, VcpuFigures total) {
    figures.put(name, new Figure(Unit.PER_1000_ENTRIES, count * 1000.0 / total.entries()));
  }

  private static void latency(Map<String, Figure> figures, String name, LatencyFigures latency) {
    if (latency.count() > 0) {
      figures.put(name + " p50", new Figure(Unit.NANOSECONDS, latency.p50()));
      figures.put(name + " p90", new Figure(Unit.NANOSECONDS, latency.p90()));
      figures.put(name + " p99", new Figure(Unit.NANOSECONDS, latency.p99()));
      figures.put(name + " max", new Figure(Unit.NANOSECONDS, latency.max()));
    }
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

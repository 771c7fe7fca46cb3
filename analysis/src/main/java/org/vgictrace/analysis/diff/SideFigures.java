package org.vgictrace.analysis.diff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.vgictrace.analysis.stat.HardwareFigures;
import org.vgictrace.analysis.stat.LatencyFigures;
import org.vgictrace.analysis.stat.RunStateFigures;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.analysis.stat.VcpuFigures;
import org.vgictrace.analysis.text.Figures;

/** The figures of one side of a comparison. */
final class SideFigures {
  /** A figure. */
  record Figure(Unit unit, double value) {}

  private SideFigures() {}

  /** The figures of one side by name, in the order in which they are shown. */
  static Map<String, Figure> of(StatReport stat, StatReport other) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    VcpuFigures total = stat.total();
    long duration = stat.meta().nanoseconds() ? stat.counts().duration() : 0;
    boolean vcpus = !stat.vcpus().isEmpty() || !other.vcpus().isEmpty();
    if (duration > 0 && vcpus) {
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
    if (duration > 0 && !stat.hardware().cpus().isEmpty()) {
      interfaces(figures, stat.hardware().cpus(), duration);
    }
    runStates(figures, stat.runStates());
    return figures;
  }

  private static void interfaces(
      Map<String, Figure> figures, List<HardwareFigures.Cpu> cpus, long duration) {
    rate(figures, "LRs written", cpus, HardwareFigures.Cpu::written, duration);
    rate(figures, "LRs read", cpus, HardwareFigures.Cpu::read, duration);
    rate(figures, "acknowledgements", cpus, HardwareFigures.Cpu::acknowledged, duration);
    rate(figures, "spurious", cpus, HardwareFigures.Cpu::spurious, duration);
    rate(figures, "ends of interrupt", cpus, HardwareFigures.Cpu::ended, duration);
    rate(figures, "deactivations", cpus, HardwareFigures.Cpu::deactivated, duration);
    rate(figures, "maintenance line rises", cpus, HardwareFigures.Cpu::maintenance, duration);
  }

  private static void rate(
      Map<String, Figure> figures,
      String name,
      List<HardwareFigures.Cpu> cpus,
      ToLongFunction<HardwareFigures.Cpu> count,
      long duration) {
    long sum = cpus.stream().mapToLong(count).sum();
    figures.put(name, new Figure(Unit.PER_SECOND, Figures.perSecond(sum, duration)));
  }

  /** How all vCPUs of guests together spend their time; idle ones are left out. */
  private static void runStates(Map<String, Figure> figures, List<RunStateFigures> vcpus) {
    List<RunStateFigures> guests =
        vcpus.stream().filter(vcpu -> vcpu.domain() != RunStateFigures.IDLE_DOMAIN).toList();
    long total = guests.stream().mapToLong(RunStateFigures::total).sum();
    for (int i = 0; i < RunStateFigures.STATES.size() && total > 0; i++) {
      int state = i;
      long time = guests.stream().mapToLong(vcpu -> vcpu.times().get(state)).sum();
      figures.put(
          "time " + RunStateFigures.STATES.get(state),
          new Figure(Unit.PERCENT, time * 100.0 / total));
    }
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
}

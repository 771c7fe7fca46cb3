package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.TransitionCount;

/**
 * Which steps of the model some captures exercised.
 *
 * @param counts steps that a profile of the captures has or that were seen, in the order of the
 *     model, summed over the captures
 */
public record StepCoverage(List<TransitionCount> counts) {
  public StepCoverage {
    counts = List.copyOf(counts);
  }

  /** The steps that captures exercised together; a trace of Xen may show none, of any model. */
  public static StepCoverage of(List<CheckReport> reports) {
    Map<Transition, Long> sums = new EnumMap<>(Transition.class);
    for (CheckReport report : reports) {
      List<TransitionCount> steps = report.replay().steps();
      boolean xen = XenAnswers.concern(report.meta(), report.counts());
      if (!xen || steps.stream().anyMatch(count -> count.times() > 0)) {
        steps.forEach(count -> sums.merge(count.transition(), count.times(), Long::sum));
      }
    }
    List<TransitionCount> counts = new ArrayList<>();
    sums.forEach((transition, times) -> counts.add(new TransitionCount(transition, times)));
    return new StepCoverage(counts);
  }

  /** Steps exercised at least once. */
  public long exercised() {
    return counts.stream().filter(count -> count.times() > 0).count();
  }

  /** Groups of which no step was exercised, in the order of the model. */
  public Set<String> idleGroups() {
    Set<String> idle = new LinkedHashSet<>();
    counts.forEach(count -> idle.add(count.transition().group()));
    counts.stream()
        .filter(count -> count.times() > 0)
        .forEach(count -> idle.remove(count.transition().group()));
    return idle;
  }

  /** {@code 57 of 132 exercised; none seen of LPI, ITS}. */
  public String text() {
    Set<String> idle = idleGroups();
    return exercised()
        + " of "
        + counts.size()
        + " exercised"
        + (idle.isEmpty() ? "" : "; none seen of " + String.join(", ", idle));
  }
}

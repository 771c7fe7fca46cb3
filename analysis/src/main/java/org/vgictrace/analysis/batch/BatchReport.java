package org.vgictrace.analysis.batch;

import java.util.List;
import java.util.Objects;
import org.vgictrace.analysis.check.CheckReport;

/**
 * What became of many captures.
 *
 * @param outcomes one per capture, in the order in which they were named and found
 * @param skipped files among them that are no captures
 */
public record BatchReport(List<Outcome> outcomes, List<String> skipped) {
  public BatchReport {
    outcomes = List.copyOf(outcomes);
    skipped = List.copyOf(skipped);
  }

  /** The checks of the captures that could be read. */
  public List<CheckReport> reports() {
    return outcomes.stream().map(Outcome::report).filter(Objects::nonNull).toList();
  }

  /** Captures that could not be read. */
  public long unreadable() {
    return outcomes.stream().filter(outcome -> outcome.error() != null).count();
  }
}

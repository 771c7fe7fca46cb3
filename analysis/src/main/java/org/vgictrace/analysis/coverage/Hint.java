package org.vgictrace.analysis.coverage;

import java.util.ArrayList;
import java.util.List;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Something to record next time, because rules could not be decided, or had nothing to judge,
 * without it.
 *
 * @param record what to record
 * @param reason what that is good for, or why it is needed
 * @param rules identifiers of the rules that would gain, in catalogue order; empty if all would
 */
public record Hint(String record, String reason, List<String> rules) {
  /** Most rules named in the sentence; there the rest is a number. */
  private static final int RULES_NAMED = 4;

  public Hint {
    rules = List.copyOf(rules);
  }

  /** The hints for a checked capture: what was lost, then the observations in their order. */
  public static List<Hint> of(CheckReport report) {
    List<Hint> hints = new ArrayList<>();
    CaptureCounts counts = report.counts();
    ReplayResult replay = report.replay();
    long overwritten = Math.max(counts.overwritten(), 0);
    boolean xen = XenAnswers.concern(report.meta(), counts);
    if (counts.lostMarks() > 0 || counts.lost() > 0 || overwritten > 0 || replay.gaps() > 0) {
      String how =
          xen ? "xentrace -S PAGES, once after boot" : "trace-cmd record -b KB, or buffer_size_kb";
      hints.add(
          new Hint(
              "with a larger ring buffer (" + how + ")", "because events were lost", List.of()));
    }
    if (xen) {
      // Probes of Linux add nothing to a trace of Xen.
      return hints;
    }
    for (Observation observation : replay.missing()) {
      List<String> rules = new ArrayList<>();
      for (RuleCount count : replay.rules()) {
        boolean gains = count.total() == 0 || count.undecided() > 0;
        if (gains && count.rule().needs().contains(observation)) {
          rules.add(count.rule().id());
        }
      }
      if (!rules.isEmpty()) {
        hints.add(new Hint(observation.record(), "which shows " + observation.doc(), rules));
      }
    }
    return hints;
  }

  /** One sentence, which names a few of the rules. */
  public String text() {
    if (rules.isEmpty()) {
      return record + ", " + reason;
    }
    int named = rules.size() <= RULES_NAMED ? rules.size() : RULES_NAMED - 1;
    String more = named == rules.size() ? "" : " and " + (rules.size() - named) + " more rules";
    return record
        + ", "
        + reason
        + " (for "
        + String.join(", ", rules.subList(0, named))
        + more
        + ")";
  }
}

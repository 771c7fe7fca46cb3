package org.vgictrace.replay.join;

import java.util.Map;
import java.util.SortedMap;

/**
 * Compares a recording of KVM with the log of the emulated hardware of the same run.
 *
 * <p>The clocks are aligned by the writes of list registers themselves; then each write of KVM is
 * laid beside that of the log, CPU by CPU and in order.
 */
public final class Join {
  /** Rounds in which the line between the clocks is made better by what it matches. */
  private static final int ROUNDS = 2;

  private Join() {}

  /**
   * Compares.
   *
   * @param trace the hypervisor's recording
   * @param log the hardware's
   */
  public static JoinResult of(JoinSide trace, JoinSide log) {
    if (trace.writes().areTooMany() || log.writes().areTooMany()) {
      return JoinResult.apart(
          trace.file(),
          log.file(),
          "more than " + ListRegisterWrites.WRITES_MAX + " list register writes; compare a part");
    }
    SortedMap<Integer, Writes> written = trace.writes().written();
    SortedMap<Integer, Writes> seen = log.writes().seen();
    ClockEstimate estimate = new ClockEstimate(written, seen);
    Long offset = estimate.find();
    if (offset == null) {
      return apart(trace, log);
    }
    ClockFit fit = ClockFit.of(offset);
    Comparison comparison = compare(trace, log, estimate.cpus(), fit);
    for (int round = 0; round < ROUNDS && comparison.matched() > 0; round++) {
      fit = comparison.fit();
      comparison = compare(trace, log, estimate.cpus(), fit);
    }
    if (comparison.matched() == 0) {
      return apart(trace, log);
    }
    return comparison.result(comparison.fit(), estimate.cpus());
  }

  private static Comparison compare(
      JoinSide trace, JoinSide log, Map<Integer, Integer> cpus, ClockFit fit) {
    Comparison comparison = new Comparison(trace, log);
    for (Writes written : trace.writes().written().values()) {
      Integer cpu = cpus.get(written.cpu);
      Writes seen = cpu == null ? null : log.writes().seen().get(cpu);
      if (seen == null) {
        comparison.addAlone(written);
      } else {
        comparison.add(written, seen, fit);
      }
    }
    return comparison;
  }

  private static JoinResult apart(JoinSide trace, JoinSide log) {
    return JoinResult.apart(
        trace.file(),
        log.file(),
        "no sequence of list register writes fixes one offset between the clocks");
  }
}

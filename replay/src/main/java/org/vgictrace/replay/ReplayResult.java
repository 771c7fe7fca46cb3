package org.vgictrace.replay;

import java.util.List;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/**
 * The outcome of a replay.
 *
 * @param profile the profile that was used, and what it was chosen by, such as {@code M612 (release
 *     6.12.107)}
 * @param hostGic {@code GICv2}, {@code GICv3} or {@code unknown}
 * @param transitions transitions recorded
 * @param consistent transitions that hold under every rule that could be decided
 * @param inconsistent transitions that break a rule
 * @param indeterminate transitions of which nothing could be decided
 * @param rules counts per rule, in catalogue order, rules without an instance included
 * @param steps how often each step of the model was exercised: those the profile has, and others
 *     that were seen nevertheless
 * @param findings in the order of the capture; at most one per rule and VM
 * @param observed what the recording showed
 * @param missing what it did not show but rules needed, with the share of rule instances that would
 *     gain
 * @param gaps places where events are missing without a loss mark
 * @param vms VMs seen
 * @param vcpus vCPUs seen
 */
public record ReplayResult(
    String profile,
    String hostGic,
    long transitions,
    long consistent,
    long inconsistent,
    long indeterminate,
    List<RuleCount> rules,
    List<TransitionCount> steps,
    List<Finding> findings,
    List<Observation> observed,
    List<Observation> missing,
    long gaps,
    int vms,
    int vcpus) {

  public ReplayResult {
    rules = List.copyOf(rules);
    steps = List.copyOf(steps);
    findings = List.copyOf(findings);
    observed = List.copyOf(observed);
    missing = List.copyOf(missing);
  }

  /** Share of rule instances that were decided, 0..1; 1 if there was none. */
  public double decidedShare() {
    long total = rules.stream().mapToLong(RuleCount::total).sum();
    long undecided = rules.stream().mapToLong(RuleCount::undecided).sum();
    return total == 0 ? 1.0 : (double) (total - undecided) / total;
  }
}

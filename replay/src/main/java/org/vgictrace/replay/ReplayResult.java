package org.vgictrace.replay;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Subject;
import org.vgictrace.replay.verdict.CandidateOutcome;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/**
 * The outcome of a replay.
 *
 * @param profile the profile that was used, and what it was chosen by, such as {@code M612 (release
 *     6.12.107)}
 * @param candidates if the release is unknown, what became of each generation, oldest first; else
 *     empty
 * @param hostGic {@code GICv2}, {@code GICv3} or {@code unknown}
 * @param transitions transitions recorded
 * @param consistent transitions that hold under every rule that could be decided
 * @param inconsistent transitions that break a rule
 * @param indeterminate transitions of which nothing could be decided
 * @param rules counts per rule, in catalogue order, rules without an instance included
 * @param steps how often each step of the models of what was recorded was exercised: those the
 *     profile has, and others that were seen nevertheless
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
    List<CandidateOutcome> candidates,
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
    candidates = List.copyOf(candidates);
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

  /** What the recording is of, as far as it tells; that of KVM's vGIC if it tells nothing. */
  public Set<Subject> subjects() {
    return Subject.of(observed);
  }

  /** The same with rules that were judged, and found broken, in view of another capture. */
  public ReplayResult and(List<RuleCount> more, List<Finding> moreFindings) {
    List<RuleCount> counts = new ArrayList<>(rules);
    for (RuleCount count : more) {
      counts.replaceAll(each -> each.rule().equals(count.rule()) ? count : each);
    }
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(moreFindings);
    return new ReplayResult(
        profile,
        candidates,
        hostGic,
        transitions,
        consistent,
        inconsistent,
        indeterminate,
        counts,
        steps,
        all,
        observed,
        missing,
        gaps,
        vms,
        vcpus);
  }

  /** The same under another description of how the profile was chosen. */
  ReplayResult judgedAs(String newProfile, List<CandidateOutcome> newCandidates) {
    return new ReplayResult(
        newProfile,
        newCandidates,
        hostGic,
        transitions,
        consistent,
        inconsistent,
        indeterminate,
        rules,
        steps,
        findings,
        observed,
        missing,
        gaps,
        vms,
        vcpus);
  }

  /**
   * What this result and that of another profile have in common: instances on which they differ are
   * undecided, and findings that only one of them has are none.
   */
  ReplayResult agreedWith(ReplayResult other) {
    List<RuleCount> agreed = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      agreed.add(agreed(rules.get(i), other.rules.get(i)));
    }
    return new ReplayResult(
        profile,
        candidates,
        hostGic,
        transitions,
        consistent,
        inconsistent,
        indeterminate,
        agreed,
        steps,
        CandidateReplay.common(findings, other.findings),
        observed,
        missing,
        gaps,
        vms,
        vcpus);
  }

  private static RuleCount agreed(RuleCount a, RuleCount b) {
    long good = Math.min(a.consistent(), b.consistent());
    long bad = Math.min(a.inconsistent(), b.inconsistent());
    long differ = a.consistent() - good + a.inconsistent() - bad;
    if (differ == 0) {
      return a;
    }
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    reasons.putAll(a.indeterminate());
    reasons.merge(Reason.UNKNOWN_VERSION, differ, Long::sum);
    return new RuleCount(a.rule(), good, bad, reasons);
  }
}

package org.vgictrace.replay.join;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * What came of comparing two recordings.
 *
 * @param trace file of the hypervisor's recording
 * @param log file of the hardware's log
 * @param why why they could not be aligned, null if they could
 * @param clock how their clocks relate, null if they could not be aligned
 * @param cpus CPU of the log by CPU of the trace
 * @param vcpus the writes of every vCPU
 * @param rules counts of the rules about both
 * @param findings at most one per rule and list register
 */
public record JoinResult(
    String trace,
    String log,
    @Nullable String why,
    @Nullable ClockFit clock,
    Map<Integer, Integer> cpus,
    List<Agreement> vcpus,
    List<RuleCount> rules,
    List<Finding> findings) {

  public JoinResult {
    cpus = Map.copyOf(cpus);
    vcpus = List.copyOf(vcpus);
    rules = List.copyOf(rules);
    findings = List.copyOf(findings);
  }

  /** What is to be said of two recordings that cannot be compared. */
  public static JoinResult apart(String trace, String log, String why) {
    return new JoinResult(trace, log, why, null, Map.of(), List.of(), List.of(), List.of());
  }

  /** The same without the rules that do not count. */
  public JoinResult judged(Predicate<Rule> counts) {
    return new JoinResult(
        trace,
        log,
        why,
        clock,
        cpus,
        vcpus,
        rules.stream().filter(count -> counts.test(count.rule())).toList(),
        findings.stream().filter(finding -> counts.test(finding.rule())).toList());
  }

  /** All vCPUs together. */
  public Agreement total() {
    long agree = vcpus.stream().mapToLong(Agreement::agree).sum();
    long differ = vcpus.stream().mapToLong(Agreement::differ).sum();
    long missing = vcpus.stream().mapToLong(Agreement::missing).sum();
    long undecided = vcpus.stream().mapToLong(Agreement::undecided).sum();
    return new Agreement(-1, -1, agree, differ, missing, undecided);
  }
}

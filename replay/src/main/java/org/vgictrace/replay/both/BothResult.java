package org.vgictrace.replay.both;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * What came of laying a guest's capture beside the trace of its hypervisor.
 *
 * @param hypervisor file of the hypervisor's trace
 * @param guest file of the guest's capture
 * @param why why they could not be aligned, null if they could
 * @param alignment which domain the guest is and how the clocks relate, null if they could not
 * @param nsPerUnit nanoseconds of a unit of the hypervisor's clock, 0 if unknown
 * @param sends events that the guest sent while it is known where its vCPU ran
 * @param sendsSeen those of which the hypervisor has the hypercall
 * @param upcalls upcalls of the guest while it is known whether its vCPU ran
 * @param upcallsWithin those while it ran
 * @param delays how long steps between the sides took
 * @param rules counts of the rules about both
 * @param findings at most one per rule and vCPU
 */
public record BothResult(
    String hypervisor,
    String guest,
    @Nullable String why,
    @Nullable Alignment alignment,
    double nsPerUnit,
    long sends,
    long sendsSeen,
    long upcalls,
    long upcallsWithin,
    List<Delay> delays,
    List<RuleCount> rules,
    List<BothFinding> findings) {

  public BothResult {
    delays = List.copyOf(delays);
    rules = List.copyOf(rules);
    findings = List.copyOf(findings);
  }

  /** What is to be said of two captures that cannot be laid side by side. */
  static BothResult apart(String hypervisor, String guest, String why) {
    return new BothResult(
        hypervisor, guest, why, null, 0, 0, 0, 0, 0, List.of(), List.of(), List.of());
  }

  /** The same without the rules that do not count. */
  public BothResult judged(Predicate<Rule> counts) {
    return new BothResult(
        hypervisor,
        guest,
        why,
        alignment,
        nsPerUnit,
        sends,
        sendsSeen,
        upcalls,
        upcallsWithin,
        delays,
        rules.stream().filter(count -> counts.test(count.rule())).toList(),
        findings.stream().filter(found -> counts.test(found.finding().rule())).toList());
  }
}

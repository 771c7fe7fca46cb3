package org.vgictrace.replay.verdict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Rule;

/**
 * A transition that no execution of the modelled hypervisor explains.
 *
 * @param rule the rule it breaks
 * @param message what is wrong, in one sentence
 * @param at the event that shows it
 * @param because the earlier events it contradicts, the most telling first; empty if the event
 *     contradicts itself
 * @param pid thread of the event, -1 if unknown
 * @param vm label of the VM ({@code vm0}, {@code vm1} in order of appearance), null if unknown
 * @param vcpu number of the vCPU, null if unknown
 * @param intid interrupt number, null if it is not about one interrupt
 * @param expected what a correct hypervisor would have shown, decoded
 * @param observed what was recorded, decoded
 * @param switches the model switches the verdict depended on, such as {@code profile=M612,
 *     host-gic=v3}
 * @param repetitions how often the same was seen, 1 or more; known only at the end
 */
public record Finding(
    Rule rule,
    String message,
    EventRef at,
    List<EventRef> because,
    int pid,
    @Nullable String vm,
    @Nullable Integer vcpu,
    @Nullable Long intid,
    String expected,
    String observed,
    String switches,
    long repetitions) {

  public Finding {
    because = List.copyOf(because);
  }

  /** The same finding, seen that often. */
  public Finding repeated(long times) {
    return new Finding(
        rule, message, at, because, pid, vm, vcpu, intid, expected, observed, switches, times);
  }
}

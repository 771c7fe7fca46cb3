package org.vgictrace.analysis.stat;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one vCPU did.
 *
 * @param vm label of its VM, null if unknown
 * @param vcpu its number, null if unknown
 * @param pid its thread, -1 if unknown
 * @param entries guest entries
 * @param exits guest exits by reason
 * @param populations list registers populated
 * @param folds list registers folded back
 * @param images images taken before entry
 * @param occupancy entries by number of list registers in use, index 0 to 16
 * @param underflows entries that asked for the underflow maintenance interrupt
 * @param maintenance exits for an interrupt that only a maintenance interrupt explains, by cause
 * @param kicks kicks of this vCPU
 * @param toLr from injection to the list register
 * @param toRetire from the list register to the end of the interrupt
 */
public record VcpuFigures(
    @Nullable String vm,
    @Nullable Integer vcpu,
    int pid,
    long entries,
    SortedMap<String, Long> exits,
    long populations,
    long folds,
    long images,
    List<Long> occupancy,
    long underflows,
    SortedMap<String, Long> maintenance,
    long kicks,
    LatencyFigures toLr,
    LatencyFigures toRetire) {

  public VcpuFigures {
    exits = new TreeMap<>(exits);
    maintenance = new TreeMap<>(maintenance);
    occupancy = List.copyOf(occupancy);
  }

  /** All exits. */
  public long exitCount() {
    return sum(exits);
  }

  /** All maintenance exits. */
  public long maintenanceCount() {
    return sum(maintenance);
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** {@code vm0 vcpu1}; what is unknown is a question mark or the thread. */
  public String label() {
    return (vm == null ? "vm?" : vm) + " " + (vcpu == null ? "pid " + pid : "vcpu" + vcpu);
  }
}

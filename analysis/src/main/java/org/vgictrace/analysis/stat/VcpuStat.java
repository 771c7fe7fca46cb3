package org.vgictrace.analysis.stat;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.text.ExitReason;
import org.vgictrace.analysis.vcpu.Vcpu;
import org.vgictrace.analysis.vcpu.Vm;
import org.vgictrace.parser.event.LrImage;
import org.vgictrace.replay.gic.Misr;

/** Counts what one vCPU does. */
final class VcpuStat {
  /** Different sets of maintenance causes: eight bits. */
  private static final int CAUSES = 256;

  private final @Nullable Vcpu vcpu;
  final Latency toLr = new Latency();
  final Latency toRetire = new Latency();
  final long[] exits = new long[ExitReason.COUNT];
  final long[] occupancy = new long[LrImage.LRS_MAX + 1];
  final long[] maintenance = new long[CAUSES];
  long entries;
  long populations;
  long folds;
  long images;
  long underflows;
  long kicks;

  /** HCR image of the latest entry, -1 if unknown. */
  long entryHcr = -1;

  /** Maintenance causes of the latest exit image, -1 if there was none since entry. */
  int misr = -1;

  /**
   * @param vcpu null for the sum of several
   */
  VcpuStat(@Nullable Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** Adds what another vCPU did. */
  void addAll(VcpuStat other) {
    toLr.addAll(other.toLr);
    toRetire.addAll(other.toRetire);
    addAll(exits, other.exits);
    addAll(occupancy, other.occupancy);
    addAll(maintenance, other.maintenance);
    entries += other.entries;
    populations += other.populations;
    folds += other.folds;
    images += other.images;
    underflows += other.underflows;
    kicks += other.kicks;
  }

  private static void addAll(long[] sums, long[] values) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += values[i];
    }
  }

  VcpuFigures figures() {
    SortedMap<String, Long> exitsByReason = new TreeMap<>();
    for (int reason = 0; reason < exits.length; reason++) {
      if (exits[reason] > 0) {
        exitsByReason.put(ExitReason.name(reason), exits[reason]);
      }
    }
    SortedMap<String, Long> byCause = new TreeMap<>();
    for (int cause = 0; cause < CAUSES; cause++) {
      if (maintenance[cause] > 0) {
        byCause.put(Misr.text(cause), maintenance[cause]);
      }
    }
    List<Long> used = new ArrayList<>();
    for (long count : occupancy) {
      used.add(count);
    }
    Vm vm = vcpu == null ? null : vcpu.vm();
    return new VcpuFigures(
        vm == null ? null : vm.label(),
        vcpu == null || vcpu.id() < 0 ? null : vcpu.id(),
        vcpu == null ? -1 : vcpu.pid(),
        entries,
        exitsByReason,
        populations,
        folds,
        images,
        used,
        underflows,
        byCause,
        kicks,
        toLr.figures(),
        toRetire.figures());
  }
}

package org.vgictrace.replay;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.KindTable;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.rule.Generation;

/**
 * What the shape of the events says about the generation that was recorded: some functions and
 * arguments exist in one generation only. It looks at whole batches, so it costs nothing per event.
 */
final class Evidence {
  private static final int INJECT_CPUID = Kind.INJECT.column("cpuid");
  private static final int INJECT_VCPU = Kind.INJECT.column("vcpu");
  private static final int MAP_EMUL_VTIMER = Kind.TIMER_MAP.column("emul_vtimer");

  private final Map<Generation, String> excluded = new EnumMap<>(Generation.class);

  /** Learns from a batch. */
  void observe(Batch batch) {
    if (batch.table(Kind.HCR_CONFIG).rows() > 0) {
      only(EnumSet.of(Generation.M72), "configure_hcr");
    }
    if (batch.table(Kind.DEACTIVATE).rows() > 0) {
      only(EnumSet.of(Generation.M72), "trapped deactivations");
    }
    if (batch.table(Kind.UNDERFLOW).rows() > 0) {
      only(EnumSet.of(Generation.M61, Generation.M612), "set_underflow");
    }
    if (first(batch, Kind.LR_WRITE, Snapshot.ON_LR)) {
      only(EnumSet.of(Generation.M72), "on_lr");
    }
    if (first(batch, Kind.INJECT, INJECT_CPUID)) {
      only(EnumSet.of(Generation.M61), "injection with a vCPU number");
    }
    if (first(batch, Kind.INJECT, INJECT_VCPU)) {
      only(EnumSet.of(Generation.M612, Generation.M72), "injection with a vCPU pointer");
    }
    if (first(batch, Kind.TIMER_MAP, MAP_EMUL_VTIMER)) {
      only(EnumSet.of(Generation.M612, Generation.M72), "timer maps of four timers");
    }
  }

  /** Whether the first event of a kind has a value in the column. */
  private static boolean first(Batch batch, Kind kind, int column) {
    KindTable table = batch.table(kind);
    return table.rows() > 0 && table.has(0, column);
  }

  private void only(EnumSet<Generation> possible, String by) {
    for (Generation generation : Generation.values()) {
      if (!possible.contains(generation)) {
        excluded.putIfAbsent(generation, by);
      }
    }
  }

  /** The generations that lack something recorded, and what; all of them if events contradict. */
  Map<Generation, String> excluded() {
    return excluded;
  }
}

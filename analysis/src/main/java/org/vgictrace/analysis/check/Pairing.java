package org.vgictrace.analysis.check;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.join.Join;
import org.vgictrace.replay.join.JoinResult;
import org.vgictrace.replay.join.JoinSide;
import org.vgictrace.replay.join.ListRegisterWrites;
import org.vgictrace.replay.rule.Observation;

/**
 * Finds among captures that are checked one after the other the pairs that are of one run, a
 * capture of KVM and the log of the emulated hardware it ran on, and compares each pair:
 * neighbours, in either order. Not thread-safe.
 */
public final class Pairing {
  private final CheckOptions options;

  /** What the latest capture wrote, until it has a partner. */
  private @Nullable Side waiting;

  private ListRegisterWrites writes = new ListRegisterWrites();

  private record Side(CheckReport report, ListRegisterWrites writes) {
    boolean isOfHardware() {
      return report.replay().observed().equals(List.of(Observation.HARDWARE));
    }

    boolean isOfHypervisor() {
      List<Observation> observed = report.replay().observed();
      return !observed.isEmpty() && !observed.contains(Observation.HARDWARE);
    }

    JoinSide toJoin() {
      CaptureCounts counts = report.counts();
      return new JoinSide(
          report.meta().file(), counts.firstTs(), counts.lastTs(), report.replay().gaps(), writes);
    }
  }

  /**
   * @param options which rules count
   */
  public Pairing(CheckOptions options) {
    this.options = options;
  }

  /** What has to see the batches of the next capture. */
  public BatchObserver observer() {
    ListRegisterWrites next = new ListRegisterWrites();
    writes = next;
    return new BatchObserver() {
      @Override
      public void observe(Batch batch) {
        next.observe(batch);
      }

      @Override
      public Set<Kind> kinds() {
        return next.kinds();
      }
    };
  }

  /** The report of that capture, with the comparison if the one before it is its partner. */
  public CheckReport completed(CheckReport report) {
    Side latest = new Side(report, writes);
    Side before = waiting;
    waiting = latest;
    if (before == null) {
      return report;
    }
    if (before.isOfHypervisor() && latest.isOfHardware()) {
      waiting = null;
      return report.joined(join(before, latest));
    }
    if (before.isOfHardware() && latest.isOfHypervisor()) {
      waiting = null;
      return report.joined(join(latest, before));
    }
    return report;
  }

  private JoinResult join(Side trace, Side log) {
    String obstacle = obstacle(trace, log);
    return obstacle == null
        ? Join.of(trace.toJoin(), log.toJoin()).judged(options::judges)
        : JoinResult.apart(trace.report.meta().file(), log.report.meta().file(), obstacle);
  }

  private static @Nullable String obstacle(Side trace, Side log) {
    CaptureMeta meta = trace.report.meta();
    if (!meta.nanoseconds()) {
      return "trace clock " + meta.clock() + " does not count nanoseconds";
    }
    if (log.report.meta().clock() == null) {
      return "the log has no times (QEMU's option -msg timestamp=on)";
    }
    return trace.writes.isOfHypervisor()
        ? null
        : "the capture has no list register images (probes vgic:restore or vgic:enter)";
  }
}

package org.vgictrace.analysis.stat;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.vgictrace.replay.both.Alignment;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.SendPath;

/** Adds up how long the events of a guest of Xen take. Not thread-safe. */
public final class SendStat implements Consumer<SendPath> {
  private static final class Target {
    final Latency toWake = new Latency();
    final Latency toUpcall = new Latency();
  }

  private final double scale;
  private final boolean nanoseconds;
  private final Latency toHypercall = new Latency();
  private final Latency toWake = new Latency();
  private final Latency toRunning = new Latency();
  private final Latency toUpcall = new Latency();
  private final SortedMap<Integer, Target> targets = new TreeMap<>();

  /**
   * @param nsPerUnit nanoseconds of a unit of the clock of Xen's trace, 0 if unknown
   */
  public SendStat(double nsPerUnit) {
    nanoseconds = nsPerUnit > 0;
    scale = nanoseconds ? nsPerUnit : 1;
  }

  @Override
  public void accept(SendPath path) {
    add(toHypercall, path.sent(), path.hypercall());
    if (path.vcpu() < 0) {
      return;
    }
    add(toWake, path.hypercall(), path.woken());
    add(toRunning, path.woken(), path.ran());
    add(toUpcall, path.ran(), path.upcall());
    Target target = targets.computeIfAbsent(path.vcpu(), key -> new Target());
    add(target.toWake, path.sent(), path.woken());
    add(target.toUpcall, path.sent(), path.upcall());
  }

  private void add(Latency latency, long from, long to) {
    if (from != SendPath.UNKNOWN && to != SendPath.UNKNOWN) {
      latency.add(scaled(to - from));
    }
  }

  private long scaled(long units) {
    return Math.round(units * scale);
  }

  /** The figures of what was added. */
  public SendFigures figures(BothResult both) {
    Alignment alignment = both.alignment();
    List<SendFigures.Target> perVcpu = new ArrayList<>();
    targets.forEach(
        (vcpu, target) ->
            perVcpu.add(
                new SendFigures.Target(vcpu, target.toWake.figures(), target.toUpcall.figures())));
    return new SendFigures(
        both.guest(),
        both.why(),
        alignment == null ? -1 : alignment.domain(),
        nanoseconds,
        alignment == null ? 0 : scaled(alignment.unsure()),
        toHypercall.figures(),
        toWake.figures(),
        toRunning.figures(),
        toUpcall.figures(),
        perVcpu);
  }
}

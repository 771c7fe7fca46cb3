package org.vgictrace.analysis.check;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.both.BothSides;
import org.vgictrace.replay.both.GuestRecords;
import org.vgictrace.replay.both.HypervisorRecords;
import org.vgictrace.replay.join.Join;
import org.vgictrace.replay.join.JoinResult;
import org.vgictrace.replay.join.JoinSide;
import org.vgictrace.replay.join.ListRegisterWrites;
import org.vgictrace.replay.rule.Observation;

/**
 * Finds among captures that are checked one after the other those that are of one run, and compares
 * them: a capture of KVM and the log of the emulated hardware it ran on, which are neighbours in
 * either order; and a trace of Xen and the captures of its guests, which are before it or after it.
 * Not thread-safe.
 */
public final class Pairing {
  /** Captures of guests that wait for a trace of their hypervisor. */
  private static final int WAITING_MAX = 16;

  private final CheckOptions options;

  /** What the latest capture wrote, until it has a partner. */
  private @Nullable Side waiting;

  /** The latest trace of Xen, and the guests before the first one. */
  private @Nullable Xen xen;

  private final List<Guest> guests = new ArrayList<>();

  private Collector collector = new Collector();

  private record Xen(CaptureMeta meta, HypervisorRecords records) {}

  private record Guest(CaptureMeta meta, GuestRecords records) {}

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

  /** Takes in what of one capture may have to be compared. */
  private static final class Collector implements BatchObserver {
    final ListRegisterWrites writes = new ListRegisterWrites();
    final HypervisorRecords hypervisor = new HypervisorRecords();
    final GuestRecords guest = new GuestRecords();

    @Override
    public void observe(Batch batch) {
      writes.observe(batch);
      hypervisor.observe(batch);
      guest.observe(batch);
    }

    @Override
    public Set<Kind> kinds() {
      Set<Kind> kinds = EnumSet.copyOf(writes.kinds());
      kinds.addAll(hypervisor.kinds());
      kinds.addAll(guest.kinds());
      return kinds;
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
    collector = new Collector();
    return collector;
  }

  /** The report of that capture, with the comparison if one before it is its partner. */
  public CheckReport completed(CheckReport report) {
    return besideXen(joined(report));
  }

  private CheckReport joined(CheckReport report) {
    Side latest = new Side(report, collector.writes);
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

  private CheckReport besideXen(CheckReport report) {
    CheckReport result = report;
    if (collector.hypervisor.isOfXen()) {
      Xen latest = new Xen(report.meta(), collector.hypervisor);
      for (Guest guest : guests) {
        result = beside(result, latest, guest);
      }
      guests.clear();
      xen = latest;
    } else if (collector.guest.isOfGuest()) {
      Guest latest = new Guest(report.meta(), collector.guest);
      if (xen != null) {
        result = beside(result, xen, latest);
      } else if (guests.size() < WAITING_MAX) {
        guests.add(latest);
      }
    }
    return result;
  }

  private CheckReport beside(CheckReport report, Xen host, Guest guest) {
    return report.beside(
        BothSides.of(source(host.meta), host.records, source(guest.meta), guest.records)
            .judged(options::judges),
        host.meta.nanoseconds());
  }

  private static BothSides.Source source(CaptureMeta meta) {
    return new BothSides.Source(meta.file(), meta.nanoseconds());
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

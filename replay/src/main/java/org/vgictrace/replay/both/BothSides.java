package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.verdict.RuleCount;

/**
 * Lays a guest's capture beside the trace of the Xen it ran on, and judges both together.
 *
 * <p>The clocks are aligned by the records themselves; see {@code Aligner}. Nothing is judged where
 * they cannot be.
 */
public final class BothSides {
  /** How much two clocks may differ in rate and still be taken for one, as a share. */
  private static final double SAME_RATE = 1e-3;

  private BothSides() {}

  /**
   * One of two recordings of a run.
   *
   * @param file as the user named it
   * @param nanoseconds whether its times are nanoseconds
   */
  public record Source(String file, boolean nanoseconds) {}

  /**
   * Aligns and judges.
   *
   * @param xenSource what the hypervisor's trace is
   * @param xen its records
   * @param guestSource what the guest's capture is
   * @param guest its records
   */
  public static BothResult of(
      Source xenSource, HypervisorRecords xen, Source guestSource, GuestRecords guest) {
    return of(xenSource, xen, guestSource, guest, path -> {});
  }

  /**
   * Aligns and judges, and tells of each send of the guest that Xen got.
   *
   * @param paths told of them, vCPU by vCPU of the senders
   */
  public static BothResult of(
      Source xenSource,
      HypervisorRecords xen,
      Source guestSource,
      GuestRecords guest,
      Consumer<SendPath> paths) {
    if (!xen.hasRunStates()) {
      return BothResult.apart(
          xenSource.file(),
          guestSource.file(),
          "the trace of Xen has no run states (xentrace -e sched)");
    }
    SortedMap<Integer, SortedMap<Integer, Timeline>> domains = xen.domains();
    double[] rates = rates(xenSource, guestSource, xen.nsPerUnit());
    Aligner aligner =
        new Aligner(guest, domains, xen.calls(), xen.gaps() > 0, unitsPerNs(xenSource, xen));
    Alignment alignment = aligner.find(rates);
    SortedMap<Integer, Timeline> vcpus = alignment == null ? null : domains.get(alignment.domain());
    if (alignment == null || vcpus == null) {
      return BothResult.apart(
          xenSource.file(), guestSource.file(), why(aligner, xen, rates.length == 0));
    }
    return judge(xenSource, guestSource, new Pair(xen, guest, alignment, vcpus), paths);
  }

  /** How the guest's capture relates to the trace; null if they cannot be aligned. */
  public static @Nullable Alignment align(
      Source xenSource, HypervisorRecords xen, Source guestSource, GuestRecords guest) {
    return of(xenSource, xen, guestSource, guest).alignment();
  }

  private static BothResult judge(
      Source xenSource, Source guestSource, Pair pair, Consumer<SendPath> paths) {
    HypervisorRecords xen = pair.xen();
    long unsure = pair.alignment().unsure();
    RunChecks runs = new RunChecks(pair);
    SendChecks sends = new SendChecks(pair, paths);
    WakeChecks wakes = new WakeChecks(pair);
    runs.run();
    sends.run();
    wakes.run();
    List<BothFinding> findings = new ArrayList<>();
    List<RuleCount> rules = new ArrayList<>();
    List<Tally> tallies =
        List.of(sends.sends(), runs.upcalls(), sends.wakes(), runs.others(), wakes.wakes());
    for (Tally tally : tallies) {
      rules.add(tally.close(xen.gaps() > 0, findings));
    }
    findings.sort(Comparator.comparingLong(found -> found.finding().at().ts()));
    return new BothResult(
        xenSource.file(),
        guestSource.file(),
        null,
        pair.alignment(),
        xenSource.nanoseconds() ? 1 : xen.nsPerUnit(),
        sends.judged(),
        sends.seen(),
        runs.upcallsJudged(),
        runs.upcallsWithin(),
        List.of(
            Delay.of("send to hypercall", sends.toHypercall(), unsure),
            Delay.of("hypercall to wake", sends.toWake(), 0),
            Delay.of("wake to running", wakes.toRunning(), 0),
            Delay.of("running to upcall", wakes.toUpcall(), unsure)),
        rules,
        findings);
  }

  private static double unitsPerNs(Source xenSource, HypervisorRecords xen) {
    double nsPerUnit = xen.nsPerUnit();
    return nsPerUnit > 0 && !xenSource.nanoseconds() ? 1 / nsPerUnit : 1;
  }

  /**
   * What the hypervisor's clock may count in a unit of the guest's: as much, or as many as its own
   * figures say there are in a nanosecond.
   */
  private static double[] rates(Source xen, Source guest, double nsPerUnit) {
    double perNs = nsPerUnit > 0 ? 1 / nsPerUnit : 0;
    boolean differs = perNs > 0 && Math.abs(perNs - 1) > SAME_RATE;
    if (guest.nanoseconds() && !xen.nanoseconds()) {
      return perNs > 0 ? new double[] {differs ? perNs : 1} : new double[0];
    }
    return differs ? new double[] {1, perNs} : new double[] {1};
  }

  private static String why(Aligner aligner, HypervisorRecords xen, boolean noRate) {
    if (noRate) {
      return "nothing in the trace of Xen tells how fast its clock counts";
    }
    if (xen.gaps() > 0) {
      return "a CPU or lines are missing in the trace of Xen, and the clocks are not known to be"
          + " one";
    }
    return "no difference of the clocks puts what the guest records where a domain's vCPUs run (at"
        + " best "
        + Math.round(aligner.bestShare() * 100)
        + " % of it); they are of different runs, or too short";
  }
}

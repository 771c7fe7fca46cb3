package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which domain a guest's capture is of, and how its clock relates to the hypervisor's.
 *
 * <p>A guest records something only while its vCPU runs, and when that is the hypervisor's run
 * states say. So each record bounds the difference of the clocks from both sides, by when its vCPU
 * began to run and by when it ceased to. Where all records agree, that is the difference; where no
 * difference satisfies nearly all of them, the two captures are not of one run.
 */
final class Aligner {
  /** Share of the bursts that must lie well, where nothing is missing in the trace. */
  private static final double SHARE_MIN = 0.95;

  /** The same where a CPU was left out, so that it does not say when a vCPU does not run. */
  private static final double SHARE_MIN_WITH_GAPS = 0.7;

  /** What as many must be likelier than by chance, natural logarithm. */
  private static final double EVIDENCE_MIN = 20;

  /** Share of the evidence for a domain that there may be for another one. */
  private static final double EVIDENCE_FOR_OTHERS = 0.5;

  /** Records by which a difference is looked for, and pairs with stretches. */
  private static final int SAMPLES = 1024;

  private static final int PAIRS_MAX = 1 << 20;

  /** Domains that are looked at. */
  private static final int DOMAINS_MAX = 64;

  /** How often the part that is looked at first may be halved. */
  private static final int HALVES = 5;

  /** Share of the records that a clock must put in place to be as good as the best. */
  private static final double NEARLY_ALL = 0.995;

  private static final int WINDOWS = 8;
  private static final int ROUNDS = 3;

  /** How far a rate may be from what was expected. */
  private static final double DRIFT_MAX = 2e-3;

  /** Two times that one clock gave may be apart by that much, nanoseconds. */
  private static final double SLACK_NS = 2000;

  private final GuestRecords guest;
  private final SortedMap<Integer, SortedMap<Integer, Timeline>> domains;
  private final RecordBounds bounds;
  private final boolean gaps;
  private final double unitsPerNs;
  private double bestShare;

  /**
   * @param unitsPerNs units of the hypervisor's clock in a nanosecond
   */
  Aligner(
      GuestRecords guest,
      SortedMap<Integer, SortedMap<Integer, Timeline>> domains,
      Hypercalls calls,
      boolean gaps,
      double unitsPerNs) {
    this.guest = guest;
    this.domains = busiest(domains);
    this.bounds = new RecordBounds(guest, calls, unitsPerNs);
    this.gaps = gaps;
    this.unitsPerNs = unitsPerNs;
  }

  /** The domains with the most to lay records against, if there are very many. */
  private static SortedMap<Integer, SortedMap<Integer, Timeline>> busiest(
      SortedMap<Integer, SortedMap<Integer, Timeline>> domains) {
    SortedMap<Integer, SortedMap<Integer, Timeline>> busiest = new TreeMap<>();
    domains.entrySet().stream()
        .sorted(Comparator.comparingLong(domain -> -stretches(domain.getValue())))
        .limit(DOMAINS_MAX)
        .forEach(domain -> busiest.put(domain.getKey(), domain.getValue()));
    return busiest;
  }

  private static long stretches(SortedMap<Integer, Timeline> vcpus) {
    return vcpus.values().stream().mapToLong(Timeline::size).sum();
  }

  /** The greatest share of bursts of records that any difference of the clocks puts in place. */
  double bestShare() {
    return bestShare;
  }

  /**
   * Looks for the one domain and difference that the records agree on.
   *
   * @param rates what the hypervisor's clock may count in a unit of the guest's
   * @return null if there is none
   */
  @Nullable Alignment find(double[] rates) {
    List<Fit> fits = new ArrayList<>();
    domains.forEach((domain, vcpus) -> fits.add(fit(domain, vcpus, ClockLine.SAME)));
    Alignment same = decide(fits, 0);
    if (same != null || gaps) {
      return same;
    }
    for (double rate : rates) {
      List<Fit> shifted = new ArrayList<>();
      domains.forEach(
          (domain, vcpus) -> {
            ClockLine clock = search(domain, vcpus, rate);
            if (clock != null) {
              shifted.add(fit(domain, vcpus, clock));
            }
          });
      Alignment found = decide(shifted, Math.log(PAIRS_MAX));
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private Fit fit(int domain, SortedMap<Integer, Timeline> vcpus, ClockLine clock) {
    return Fit.of(guest, 0, guest.size(), domain, vcpus, clock);
  }

  /** The alignment by the best of them, if it stands out. */
  private @Nullable Alignment decide(List<Fit> fits, double tries) {
    Fit best = null;
    for (Fit fit : fits) {
      best = best == null || fit.evidence() > best.evidence() ? fit : best;
      bestShare = Math.max(bestShare, fit.share());
    }
    if (best == null || !isGood(best, tries)) {
      return null;
    }
    double runnerUp = 0;
    for (Fit fit : fits) {
      if (fit != best) {
        if (fit.evidence() > EVIDENCE_FOR_OTHERS * best.evidence()) {
          return null;
        }
        runnerUp = Math.max(runnerUp, fit.share());
      }
    }
    return bounded(best, runnerUp);
  }

  private boolean isGood(Fit fit, double tries) {
    return fit.share() >= (gaps ? SHARE_MIN_WITH_GAPS : SHARE_MIN)
        && fit.evidence() >= EVIDENCE_MIN + tries;
  }

  private Alignment bounded(Fit fit, double runnerUp) {
    Overlap overlap = bounds.of(fit.vcpus, fit.clock, 0, guest.size());
    Overlap.Range range = overlap.densest();
    boolean held = gaps || overlap.at(0) >= range.ranges();
    long shift = held ? 0 : range.middle();
    ClockLine clock = fit.clock.shifted(shift);
    Fit last = fit(fit.domain, fit.vcpus, clock);
    long low = range.low() - shift;
    long high = range.high() - shift;
    long unsure = 0;
    if (!clock.isSame()) {
      int most = (int) (range.ranges() * NEARLY_ALL);
      Overlap.Range near = overlap.around(range.middle(), most);
      long wide = Math.max(shift - near.low(), near.high() - shift);
      unsure =
          Math.min(
              ClockBounds.UNBOUNDED, Math.max(bounds.farthest(fit.vcpus, clock, DRIFT_MAX), wide));
    }
    return new Alignment(
        fit.domain,
        clock,
        low,
        high,
        unsure + Math.max(1, Math.round(SLACK_NS * unitsPerNs)),
        unsure,
        last.recordsWithin,
        last.recordsApart,
        last.recordsUnknown,
        last.recordsOutside,
        runnerUp);
  }

  /** The difference that most records agree on; first of all of them, then of parts that grow. */
  private @Nullable ClockLine search(int domain, SortedMap<Integer, Timeline> vcpus, double rate) {
    int size = guest.size();
    for (int halves = 0, length = size; halves <= HALVES; halves++, length /= 2) {
      int from = (size - length) / 2;
      ClockLine clock = search(vcpus, rate, from, from + length);
      int reach = length;
      while (clock != null) {
        int begin = (size - reach) / 2;
        int end = begin + reach;
        clock = refined(vcpus, clock, rate, begin, end);
        Fit fit = Fit.of(guest, begin, end, domain, vcpus, clock);
        if (!isGood(fit, Math.log(PAIRS_MAX))) {
          bestShare = Math.max(bestShare, reach == size ? fit.share() : 0);
          clock = null;
        } else if (reach == size) {
          return clock;
        } else {
          reach = (int) Math.min(size, 2L * reach);
        }
      }
    }
    return null;
  }

  private @Nullable ClockLine search(
      SortedMap<Integer, Timeline> vcpus, double rate, int from, int to) {
    if (from >= to) {
      return null;
    }
    ClockLine clock = new ClockLine(guest.ts(from + (to - from) / 2), 0, rate);
    long stretches = vcpus.values().stream().mapToLong(Timeline::size).max().orElse(0);
    int samples = (int) Math.max(64, Math.min(SAMPLES, PAIRS_MAX / Math.max(1, stretches)));
    int every = Math.max(1, (to - from) / samples);
    Overlap overlap = new Overlap();
    for (int i = from; i < to; i += every) {
      Timeline vcpu = vcpus.get(guest.cpu(i));
      long at = clock.toXen(guest.ts(i));
      for (int k = 0; vcpu != null && k < vcpu.size(); k++) {
        if (vcpu.state(k) == Timeline.RUNNING && overlap.size() < 2 * PAIRS_MAX) {
          overlap.add(vcpu.begin(k) - at, vcpu.end(k) - at);
        }
      }
    }
    return overlap.size() == 0 ? null : clock.shifted(overlap.densest().middle());
  }

  /** The line turned and shifted until windows of time agree on it. */
  private ClockLine refined(
      SortedMap<Integer, Timeline> vcpus, ClockLine coarse, double rate, int from, int to) {
    ClockLine clock = coarse;
    for (int round = 0; round < ROUNDS; round++) {
      Overlap all = bounds.of(vcpus, clock, from, to);
      if (all.size() == 0) {
        return clock;
      }
      Overlap.Range range = all.densest();
      ClockLine shifted = clock.shifted(range.middle());
      if (range.ranges() >= all.size()) {
        return shifted;
      }
      ClockLine turned = turned(vcpus, clock, from, to);
      boolean near = Math.abs(turned.rate() / rate - 1) <= DRIFT_MAX;
      Overlap inView = near ? bounds.of(vcpus, turned, from, to) : all;
      Overlap.Range better = near && inView.size() > 0 ? inView.densest() : range;
      if (better.ranges() <= range.ranges()) {
        return shifted;
      }
      clock = turned.shifted(better.middle());
    }
    return clock;
  }

  /** The line through the middles of what windows of time agree on, by least squares. */
  private ClockLine turned(SortedMap<Integer, Timeline> vcpus, ClockLine clock, int from, int to) {
    Slope line = new Slope();
    long origin = guest.ts(from + (to - from) / 2);
    for (int w = 0; w < WINDOWS; w++) {
      int begin = from + (int) ((long) (to - from) * w / WINDOWS);
      int end = from + (int) ((long) (to - from) * (w + 1) / WINDOWS);
      Overlap overlap = begin < end ? bounds.of(vcpus, clock, begin, end) : new Overlap();
      if (overlap.size() > 0) {
        double x = guest.ts(begin + (end - begin) / 2) - origin;
        double y = overlap.densest().middle();
        line.add(x, y);
      }
    }
    long shift = Math.round(line.atZero());
    return clock.turned(origin, clock.rate() + line.slope()).shifted(shift);
  }
}

package org.vgictrace.replay.both;

import java.util.SortedMap;
import org.agrona.collections.IntArrayList;

/**
 * How well a guest's records lie where the vCPUs of a domain run, under one relation of the clocks.
 *
 * <p>What counts is not the record but the burst, the records of a CPU within one stretch of its
 * vCPU: the records of a burst depend on each other. A clock that is wrong puts bursts into
 * stretches by chance; how unlikely as many as these are is the evidence for the clock.
 */
final class Fit {
  /** Even for clocks that are wrong every second burst lies well, where stretches alternate. */
  private static final double CHANCE_MIN = 0.5;

  private static final double CHANCE_MAX = 0.999;

  final SortedMap<Integer, Timeline> vcpus;
  final int domain;
  final ClockLine clock;

  /** Bursts in stretches in which the vCPU runs, and in those in which it does not. */
  long hits;

  long misses;

  /** Records likewise, and those in stretches of which nothing is known, or in none. */
  long recordsWithin;

  long recordsApart;
  long recordsUnknown;
  long recordsOutside;

  private double evidence;

  private Fit(int domain, SortedMap<Integer, Timeline> vcpus, ClockLine clock) {
    this.domain = domain;
    this.vcpus = vcpus;
    this.clock = clock;
  }

  /**
   * Lays records against a domain.
   *
   * @param from position of the first record that counts
   * @param to end of those
   */
  static Fit of(
      GuestRecords guest,
      int from,
      int to,
      int domain,
      SortedMap<Integer, Timeline> vcpus,
      ClockLine clock) {
    Fit fit = new Fit(domain, vcpus, clock);
    guest
        .byCpu()
        .forEach(
            (cpu, records) -> {
              Timeline vcpu = vcpus.get(cpu);
              if (vcpu != null) {
                fit.lay(guest, records, from, to, vcpu);
              }
            });
    return fit;
  }

  private void lay(GuestRecords guest, IntArrayList records, int from, int to, Timeline vcpu) {
    long within = 0;
    long apart = 0;
    int latest = Integer.MIN_VALUE;
    int first = vcpu.size();
    int last = -1;
    for (int k = 0; k < records.size(); k++) {
      int i = records.getInt(k);
      if (i < from || i >= to) {
        continue;
      }
      int stretch = vcpu.at(clock.toXen(guest.ts(i)));
      int state = vcpu.state(stretch);
      boolean fresh = stretch != latest;
      latest = stretch;
      if (stretch < 0 || stretch >= vcpu.size()) {
        recordsOutside++;
        continue;
      }
      first = Math.min(first, stretch);
      last = Math.max(last, stretch);
      if (state == Timeline.UNKNOWN) {
        recordsUnknown++;
      } else if (state == Timeline.RUNNING) {
        recordsWithin++;
        within += fresh ? 1 : 0;
      } else {
        recordsApart++;
        apart += fresh ? 1 : 0;
      }
    }
    hits += within;
    misses += apart;
    evidence += evidence(within, within + apart, chance(vcpu, first, last));
  }

  /** Share of the time in which the vCPU runs, of that of which it is known. */
  private static double chance(Timeline vcpu, int first, int last) {
    double runs = 0;
    double known = 0;
    for (int stretch = first; stretch <= last; stretch++) {
      double length = vcpu.end(stretch) - vcpu.begin(stretch);
      int state = vcpu.state(stretch);
      runs += state == Timeline.RUNNING ? length : 0;
      known += state == Timeline.UNKNOWN ? 0 : length;
    }
    double share = known > 0 ? runs / known : 1;
    return Math.max(CHANCE_MIN, Math.min(CHANCE_MAX, share));
  }

  /** How much likelier the outcome is than by chance, as a natural logarithm (Chernoff's bound). */
  private static double evidence(long within, long all, double chance) {
    double share = all == 0 ? 0 : (double) within / all;
    if (share <= chance) {
      return 0;
    }
    double apart = 1 - share;
    double sum = share * Math.log(share / chance);
    sum += apart > 0 ? apart * Math.log(apart / (1 - chance)) : 0;
    return all * sum;
  }

  double evidence() {
    return evidence;
  }

  /** Share of the bursts that lie well. */
  double share() {
    return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
  }
}

package org.vgictrace.replay.both;

import java.util.SortedMap;
import org.agrona.collections.IntArrayList;

/**
 * By how much a clock may be wrong, in view of each of a guest's records: it cannot be from before
 * its vCPU began to run or from after it ceased to, and a send is not later than its hypercall.
 */
final class RecordBounds {
  /** How far a record may be from where its vCPU runs to bound the difference, nanoseconds. */
  private static final double NEAR_NS = 300_000;

  private final GuestRecords guest;
  private final Hypercalls calls;
  private final double unitsPerNs;

  RecordBounds(GuestRecords guest, Hypercalls calls, double unitsPerNs) {
    this.guest = guest;
    this.calls = calls;
    this.unitsPerNs = unitsPerNs;
  }

  /** By how much the clock may be wrong somewhere, in view of the records that it puts in place. */
  long farthest(SortedMap<Integer, Timeline> vcpus, ClockLine clock, double driftMax) {
    int first = 0;
    int last = guest.size() - 1;
    while (first < last && running(vcpus, clock, first) < 0) {
      first++;
    }
    while (last > first && running(vcpus, clock, last) < 0) {
      last--;
    }
    long from = clock.toXen(guest.ts(first));
    ClockBounds bounds = new ClockBounds(from, clock.toXen(guest.ts(last)));
    for (int i = first; i <= last; i++) {
      Timeline vcpu = vcpus.get(guest.cpu(i));
      int stretch = running(vcpus, clock, i);
      if (vcpu != null && stretch >= 0) {
        long at = clock.toXen(guest.ts(i));
        bounds.add(at, vcpu.begin(stretch) - at, vcpu.end(stretch) - at);
      }
    }
    sent(
        vcpus,
        clock,
        0,
        guest.size(),
        (at, low, high) -> {
          if (low <= 0 && high >= 0) {
            bounds.add(at, low, high);
          }
        });
    return bounds.farthest(driftMax);
  }

  /** The stretch in which the vCPU of a record runs when it was made; -1 if it does not. */
  private int running(SortedMap<Integer, Timeline> vcpus, ClockLine clock, int record) {
    Timeline vcpu = vcpus.get(guest.cpu(record));
    int stretch = vcpu == null ? -1 : vcpu.at(clock.toXen(guest.ts(record)));
    return vcpu != null && vcpu.state(stretch) == Timeline.RUNNING ? stretch : -1;
  }

  /** By how much the clock may be wrong in view of each record that lies near a stretch. */
  Overlap of(SortedMap<Integer, Timeline> vcpus, ClockLine clock, int from, int to) {
    long near = Math.round(NEAR_NS * unitsPerNs);
    Overlap overlap = new Overlap();
    guest
        .byCpu()
        .forEach(
            (cpu, records) -> {
              Timeline vcpu = vcpus.get(cpu);
              if (vcpu != null) {
                add(overlap, vcpu, records, clock, from, to, near);
              }
            });
    sent(vcpus, clock, from, to, (at, low, high) -> overlap.add(low, high));
    return overlap;
  }

  /** Is told by how much a clock may be wrong at a time. */
  private interface Bound {
    void of(long at, long low, long high);
  }

  /**
   * Sends bound the clock too: the hypercall comes after the record of the send, and before the
   * next record of the sender.
   */
  private void sent(
      SortedMap<Integer, Timeline> vcpus, ClockLine clock, int from, int to, Bound bound) {
    guest
        .byCpu()
        .forEach(
            (cpu, records) -> {
              Timeline vcpu = vcpus.get(cpu);
              for (int k = 0; vcpu != null && k < records.size(); k++) {
                int record = records.getInt(k);
                if (record >= from && record < to && Sends.isCertain(guest, record)) {
                  sent(vcpu, clock, records, k, bound);
                }
              }
            });
  }

  private void sent(Timeline vcpu, ClockLine clock, IntArrayList records, int k, Bound bound) {
    int record = records.getInt(k);
    int end = guest.stays(record) ? Sends.end(guest, records, k) : -1;
    long at = clock.toXen(guest.ts(record));
    int stretch = vcpu.at(at);
    Hypercalls.Calls events =
        end < 0 || vcpu.state(stretch) != Timeline.RUNNING ? null : calls.events(vcpu.cpu(stretch));
    if (events == null) {
      return;
    }
    int call = events.nearest(at);
    if (call >= 0 && Math.abs(events.ts(call) - at) <= NEAR_NS * unitsPerNs) {
      bound.of(at, events.ts(call) - clock.toXen(guest.ts(end)), events.ts(call) - at);
    }
  }

  private void add(
      Overlap overlap,
      Timeline vcpu,
      IntArrayList records,
      ClockLine clock,
      int from,
      int to,
      long near) {
    for (int k = 0; k < records.size(); k++) {
      int i = records.getInt(k);
      if (i >= from && i < to) {
        long at = clock.toXen(guest.ts(i));
        int stretch = nearest(vcpu, at, near);
        if (stretch >= 0) {
          overlap.add(vcpu.begin(stretch) - at, vcpu.end(stretch) - at);
        }
      }
    }
  }

  /** The stretch in which the vCPU runs at a time or nearest to it; -1 if none is near. */
  private static int nearest(Timeline vcpu, long at, long near) {
    int stretch = vcpu.at(at);
    if (vcpu.state(stretch) == Timeline.RUNNING) {
      return stretch;
    }
    int best = -1;
    long distance = near;
    for (int k = Math.max(0, stretch - 2); k <= stretch + 2 && k < vcpu.size(); k++) {
      if (vcpu.state(k) == Timeline.RUNNING) {
        long away = vcpu.begin(k) > at ? vcpu.begin(k) - at : at - vcpu.end(k);
        if (away <= distance) {
          distance = away;
          best = k;
        }
      }
    }
    return best;
  }
}

package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/** Both sides of a run on one time line, and the words for what is found there. */
final class Pair {
  /** Records shown on each side of a finding, of each of the two. */
  private static final int AROUND = 2;

  private final HypervisorRecords xen;
  private final GuestRecords guest;
  private final Alignment alignment;
  private final SortedMap<Integer, Timeline> vcpus;

  Pair(
      HypervisorRecords xen,
      GuestRecords guest,
      Alignment alignment,
      SortedMap<Integer, Timeline> vcpus) {
    this.xen = xen;
    this.guest = guest;
    this.alignment = alignment;
    this.vcpus = vcpus;
  }

  HypervisorRecords xen() {
    return xen;
  }

  GuestRecords guest() {
    return guest;
  }

  Alignment alignment() {
    return alignment;
  }

  int domain() {
    return alignment.domain();
  }

  long slack() {
    return alignment.slack();
  }

  /** The vCPU that a CPU of the guest is; null if the hypervisor says nothing of it. */
  @Nullable Timeline vcpu(int cpu) {
    return vcpus.get(cpu);
  }

  /** When a record of the guest was, time in the hypervisor's trace. */
  long time(int record) {
    return alignment.clock().toXen(guest.ts(record));
  }

  /**
   * When a guest's CPU took its first upcall from one time up to another, time in the hypervisor's
   * trace; {@link SendPath#UNKNOWN} if it recorded none.
   */
  long upcall(int cpu, long from, long to) {
    IntArrayList records = guest.byCpu().get(cpu);
    int low = 0;
    int high = records == null ? 0 : records.size();
    while (records != null && low < high) {
      int middle = low + high >>> 1;
      if (time(records.getInt(middle)) < from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (int k = low; records != null && k < records.size(); k++) {
      long at = time(records.getInt(k));
      if (at > to || guest.kind(records.getInt(k)) == Kind.LOST) {
        break;
      }
      if (guest.kind(records.getInt(k)) == Kind.GUEST_UPCALL) {
        return at;
      }
    }
    return SendPath.UNKNOWN;
  }

  /** Why nothing is known of a stretch. */
  static Reason whyUnknown(Timeline vcpu, int stretch) {
    if (stretch < 0 || stretch >= vcpu.size()) {
      return Reason.TRACE_START;
    }
    return vcpu.isLossy(stretch) ? Reason.LOST_EVENTS : Reason.UNMARKED_LOSS;
  }

  /** A record of the guest to refer to. */
  EventRef ref(int record) {
    return new EventRef(
        guest.seq(record), time(record), guest.cpu(record), "[guest] " + guest.text(record));
  }

  /** The hypervisor's record that begins a stretch, to refer to. */
  static EventRef ref(Timeline vcpu, int stretch) {
    return new EventRef(
        vcpu.seq(stretch), vcpu.begin(stretch), vcpu.cpu(stretch), "[xen] " + vcpu.text(stretch));
  }

  /** A hypercall to refer to. */
  static EventRef ref(Hypercalls.Calls calls, int call, int cpu) {
    return new EventRef(
        calls.seq(call), calls.ts(call), cpu, "[xen] xen_hypercall event_channel_op");
  }

  /**
   * A finding with the records around it.
   *
   * @param record the guest's record that shows it
   * @param vcpu whose run states are shown with it
   */
  BothFinding finding(
      Rule rule,
      String message,
      int record,
      Timeline vcpu,
      List<EventRef> because,
      String expected,
      String observed) {
    EventRef at = ref(record);
    Finding finding =
        new Finding(
            rule,
            message,
            at,
            because,
            guest.pid(record),
            "d" + domain(),
            vcpu.vcpu,
            null,
            expected,
            observed,
            "hypervisor=Xen, both sides, clocks within " + slack() + " units",
            1);
    return new BothFinding(finding, around(record, vcpu, because));
  }

  private List<SideLine> around(int record, Timeline vcpu, List<EventRef> because) {
    List<SideLine> lines = new ArrayList<>();
    IntArrayList own = guest.byCpu().get(guest.cpu(record));
    int place = own == null ? -1 : position(own, record);
    for (int k = Math.max(0, place - AROUND); own != null && k < own.size(); k++) {
      if (k > place + AROUND) {
        break;
      }
      int i = own.getInt(k);
      lines.add(
          new SideLine(false, guest.seq(i), time(i), guest.cpu(i), guest.text(i), i == record));
    }
    int stretch = vcpu.at(time(record));
    for (int k = Math.max(0, stretch - AROUND + 1); k <= stretch + AROUND; k++) {
      if (k < vcpu.size()) {
        lines.add(new SideLine(true, vcpu.seq(k), vcpu.begin(k), vcpu.cpu(k), vcpu.text(k), false));
      }
    }
    for (EventRef reason : because) {
      lines.removeIf(line -> line.xen() && line.seq() == reason.seq());
      lines.add(
          new SideLine(
              true,
              reason.seq(),
              reason.ts(),
              reason.cpu(),
              reason.text().substring(reason.text().indexOf(' ') + 1),
              true));
    }
    lines.sort(Comparator.comparingLong(SideLine::ts).thenComparingLong(SideLine::seq));
    return lines;
  }

  private static int position(IntArrayList sorted, int record) {
    int low = 0;
    int high = sorted.size() - 1;
    while (low < high) {
      int middle = low + high >>> 1;
      if (sorted.getInt(middle) < record) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

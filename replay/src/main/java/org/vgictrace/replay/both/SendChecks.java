package org.vgictrace.replay.both;

import java.util.List;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.BothSidesRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;

/**
 * What a guest sends reaches Xen, and wakes whom it is for: EV-BOTH-1 and EV-BOTH-3.
 *
 * <pre>
 *  guest  xen_send_IPI_one(cpu 1) ............................... next record of the sender
 *  xen                       event_channel_op   d0v1 blocked -> runnable
 *                            |--- EV-BOTH-1     |--- EV-BOTH-3
 * </pre>
 *
 * <p>Where the guest can send without a hypercall, because a port is not bound, the hypercall is
 * looked for but not missed.
 */
final class SendChecks {
  private static final int VIA = Kind.GUEST_SEND.column("via");
  private static final int IPI = Labels.of(Kind.GUEST_SEND, VIA, "ipi");
  private static final int BY_IRQ = Labels.of(Kind.GUEST_SEND, VIA, "irq");
  private static final int VECTOR = Kind.GUEST_SEND.column("vector");

  /** Is sent by another hypercall ({@code VCPUOP_send_nmi}). */
  private static final int NMI = Labels.of(Kind.GUEST_SEND, VECTOR, "nmi");

  private static final int VECTOR_UNKNOWN = 0xf;
  private static final int STEP = Kind.GUEST_EVDEV.column("step");
  private static final int IOCTL = Labels.of(Kind.GUEST_EVDEV, STEP, "ioctl");
  private static final int INTERRUPT = Labels.of(Kind.GUEST_EVDEV, STEP, "interrupt");

  /** {@code IOCTL_EVTCHN_NOTIFY} (include/uapi/xen/evtchn.h). */
  private static final int NOTIFY = 0x44504;

  /** A context deeper than any, for records that do not say theirs. */
  private static final int LEVEL_UNKNOWN = 4;

  private final Pair pair;
  private final Tally sends = new Tally(BothSidesRules.BOTH_1);
  private final Tally wakes = new Tally(BothSidesRules.BOTH_3);
  private final LongArrayList toHypercall = new LongArrayList();
  private final LongArrayList toWake = new LongArrayList();
  private long seen;
  private long judged;

  SendChecks(Pair pair) {
    this.pair = pair;
  }

  void run() {
    if (!pair.xen().calls().shows(pair.domain())) {
      return;
    }
    pair.guest().byCpu().forEach(this::run);
  }

  private void run(int cpu, IntArrayList records) {
    GuestRecords guest = pair.guest();
    Timeline vcpu = pair.vcpu(cpu);
    for (int k = 0; vcpu != null && k < records.size(); k++) {
      int record = records.getInt(k);
      int stretch = vcpu.at(pair.time(record));
      if (stretch < 0 || stretch >= vcpu.size()) {
        continue;
      }
      Kind kind = guest.kind(record);
      if (kind == Kind.GUEST_SEND) {
        send(records, k, vcpu);
      } else if (kind == Kind.GUEST_EVDEV
          && guest.step(record) == IOCTL
          && guest.detail(record) == NOTIFY) {
        look(vcpu, record, endOfIoctl(records, k), false);
      }
    }
  }

  private void send(IntArrayList records, int k, Timeline vcpu) {
    GuestRecords guest = pair.guest();
    int record = records.getInt(k);
    boolean ipi = guest.step(record) == IPI;
    if (ipi && guest.vector(record) == NMI) {
      return;
    }
    if (guest.level(record) == LEVEL_UNKNOWN) {
      sends.undecided(Reason.NO_CONTEXT);
      return;
    }
    if (!guest.stays(record)) {
      sends.undecided(Reason.RACE_WINDOW);
      return;
    }
    int end = endOfSend(records, k);
    boolean certain = ipi && guest.vector(record) != VECTOR_UNKNOWN;
    Call call = look(vcpu, record, end, certain);
    boolean alone = k + 1 < records.size() && records.getInt(k + 1) == end;
    if (call != null && call.count == 1 && ipi && alone) {
      wake(record, end, call, vcpu);
    }
  }

  /** The next record of the same context or of one it interrupted; -1 if nothing tells. */
  private int endOfSend(IntArrayList records, int k) {
    GuestRecords guest = pair.guest();
    int level = guest.level(records.getInt(k));
    for (int next = k + 1; next < records.size(); next++) {
      int record = records.getInt(next);
      Kind kind = guest.kind(record);
      if (kind == Kind.LOST) {
        return -1;
      }
      boolean within = kind == Kind.GUEST_SEND && guest.step(record) == BY_IRQ;
      if (guest.level(record) <= level && !within) {
        return record;
      }
    }
    return -1;
  }

  /** The next call of the device by the same thread, if it kept the CPU; -1 if nothing tells. */
  private int endOfIoctl(IntArrayList records, int k) {
    GuestRecords guest = pair.guest();
    int pid = guest.pid(records.getInt(k));
    for (int next = k + 1; next < records.size(); next++) {
      int record = records.getInt(next);
      Kind kind = guest.kind(record);
      if (kind == Kind.LOST || kind == Kind.SCHED_SWITCH) {
        return -1;
      }
      if (kind == Kind.GUEST_EVDEV && guest.pid(record) == pid && guest.step(record) != INTERRUPT) {
        return record;
      }
    }
    return -1;
  }

  /** The hypercalls of a send: the first, and how many there are. */
  private record Call(Hypercalls.Calls calls, int first, int cpu, int count) {
    long ts() {
      return calls.ts(first);
    }
  }

  /**
   * Looks for the hypercall.
   *
   * @param certain whether it must be there
   * @return null if there is none, or nothing is known
   */
  private @Nullable Call look(Timeline vcpu, int record, int end, boolean certain) {
    if (end < 0) {
      sends.undecided(Reason.RACE_WINDOW);
      return null;
    }
    long slack = pair.slack();
    long from = pair.time(record);
    long to = pair.time(end);
    Call found = null;
    for (int stretch = vcpu.at(from); stretch <= vcpu.at(to); stretch++) {
      int state = vcpu.state(stretch);
      if (state == Timeline.UNKNOWN) {
        sends.undecided(Pair.whyUnknown(vcpu, stretch));
        return null;
      }
      Hypercalls.Calls calls = pair.xen().calls().events(vcpu.cpu(stretch));
      if (state == Timeline.RUNNING && calls != null) {
        long low = Math.max(from - slack, vcpu.begin(stretch));
        int count = calls.between(low, Math.min(to + slack, vcpu.end(stretch)));
        if (count > 0) {
          found =
              found == null
                  ? new Call(calls, calls.from(low), vcpu.cpu(stretch), count)
                  : new Call(found.calls, found.first, found.cpu, found.count + count);
        }
      }
    }
    judged++;
    if (found != null) {
      seen++;
      sends.consistent();
      toHypercall.addLong(found.ts() - from);
    } else if (certain) {
      sends.violated(vcpu.vcpu, () -> missed(vcpu, record, end));
    } else {
      sends.undecided(Reason.CONFIG);
    }
    return found;
  }

  private BothFinding missed(Timeline vcpu, int record, int end) {
    int stretch = vcpu.at(pair.time(record));
    return pair.finding(
        sends.rule(),
        "The guest sends an IPI on CPU " + pair.guest().cpu(record) + " that Xen does not record",
        record,
        vcpu,
        List.of(Pair.ref(vcpu, stretch)),
        "event_channel_op on CPU " + vcpu.cpu(stretch) + " before the sender goes on",
        "no such hypercall for " + (pair.time(end) - pair.time(record)) + " units");
  }

  private void wake(int record, int end, Call call, Timeline sender) {
    Timeline target = pair.vcpu(pair.guest().detail(record));
    if (target == null || target == sender) {
      return;
    }
    int stretch = target.at(call.ts());
    boolean open = stretch >= 0 && stretch == target.size();
    int state = open ? target.lastState() : target.state(stretch);
    if (state != Timeline.BLOCKED || target.begin(stretch) >= call.ts()) {
      return;
    }
    boolean sleeps =
        stretch > 0
            && target.state(stretch - 1) == Timeline.RUNNING
            && pair.xen().calls().endsInSleep(target, stretch - 1);
    if (!sleeps) {
      wakes.undecided(Reason.PROBE_MISSING);
      return;
    }
    long until = pair.time(end) + pair.slack();
    if (open && pair.xen().latest(call.cpu) <= until) {
      wakes.undecided(Reason.TRACE_START);
    } else if (!open && target.end(stretch) <= until) {
      wakes.consistent();
      toWake.addLong(target.end(stretch) - call.ts());
    } else {
      wakes.violated(target.vcpu, () -> asleep(record, target, stretch, call, open));
    }
  }

  private BothFinding asleep(int record, Timeline target, int stretch, Call call, boolean open) {
    EventRef got = Pair.ref(call.calls, call.first, call.cpu);
    return pair.finding(
        wakes.rule(),
        "Xen gets an IPI for " + target + ", which sleeps, and does not wake it",
        record,
        target,
        List.of(got, Pair.ref(target, stretch)),
        target + " blocked -> runnable before the sender goes on",
        target
            + (open
                ? " still blocked at the end"
                : " blocked for " + (target.end(stretch) - call.ts()) + " more units"));
  }

  Tally sends() {
    return sends;
  }

  Tally wakes() {
    return wakes;
  }

  long seen() {
    return seen;
  }

  long judged() {
    return judged;
  }

  LongArrayList toHypercall() {
    return toHypercall;
  }

  LongArrayList toWake() {
    return toWake;
  }
}

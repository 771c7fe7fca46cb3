package org.vgictrace.replay.both;

import java.util.List;
import java.util.function.Consumer;
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
  private final Pair pair;
  private final Consumer<SendPath> paths;
  private final Tally sends = new Tally(BothSidesRules.BOTH_1);
  private final Tally wakes = new Tally(BothSidesRules.BOTH_3);
  private final LongArrayList toHypercall = new LongArrayList();
  private final LongArrayList toWake = new LongArrayList();
  private long seen;
  private long judged;

  SendChecks(Pair pair, Consumer<SendPath> paths) {
    this.pair = pair;
    this.paths = paths;
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
      } else if (Sends.isNotify(guest, record)) {
        Call call = look(vcpu, record, Sends.endOfIoctl(guest, records, k), false);
        if (call != null) {
          paths.accept(SendPath.toXen(pair.time(record), call.ts()));
        }
      }
    }
  }

  private void send(IntArrayList records, int k, Timeline vcpu) {
    GuestRecords guest = pair.guest();
    int record = records.getInt(k);
    boolean ipi = Sends.isIpi(guest, record);
    if (ipi && Sends.isNmi(guest, record)) {
      return;
    }
    if (guest.level(record) == GuestRecords.LEVEL_UNKNOWN) {
      sends.undecided(Reason.NO_CONTEXT);
      return;
    }
    if (!guest.stays(record)) {
      sends.undecided(Reason.RACE_WINDOW);
      return;
    }
    int end = Sends.end(guest, records, k);
    boolean certain = Sends.isCertain(guest, record);
    Call call = look(vcpu, record, end, certain);
    boolean alone = k + 1 < records.size() && records.getInt(k + 1) == end;
    if (call != null) {
      SendPath path = SendPath.toXen(pair.time(record), call.ts());
      boolean aimed = call.count == 1 && ipi && alone;
      paths.accept(aimed ? wake(record, end, call, vcpu, path) : path);
    }
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
    } else if (certain && !pair.xen().calls().cover(from, to)) {
      sends.undecided(Reason.PROBE_MISSING);
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

  /** Judges whether an IPI wakes its target if that sleeps, and follows it there. */
  private SendPath wake(int record, int end, Call call, Timeline sender, SendPath path) {
    Timeline target = pair.vcpu(pair.guest().detail(record));
    if (target == null || target == sender) {
      return path;
    }
    int stretch = target.at(call.ts());
    boolean open = stretch >= 0 && stretch == target.size();
    int state = open ? target.lastState() : target.state(stretch);
    if (state != Timeline.BLOCKED || target.begin(stretch) >= call.ts()) {
      return path;
    }
    boolean sleeps =
        stretch > 0
            && target.state(stretch - 1) == Timeline.RUNNING
            && pair.xen().calls().endsInSleep(target, stretch - 1);
    if (!sleeps) {
      wakes.undecided(Reason.PROBE_MISSING);
      return path;
    }
    long until = pair.time(end) + pair.slack();
    if (open && pair.xen().latest(call.cpu) <= until) {
      wakes.undecided(Reason.TRACE_START);
    } else if (!open && target.end(stretch) <= until) {
      wakes.consistent();
      toWake.addLong(target.end(stretch) - call.ts());
      return onTo(target, stretch + 1, path);
    } else if (mayWakeEarlier(target, stretch, call, open)) {
      wakes.undecided(Reason.RACE_WINDOW);
    } else {
      wakes.violated(target.vcpu, () -> asleep(record, target, stretch, call, open));
    }
    return path;
  }

  /** The way of an event on to the upcall of the vCPU it woke. */
  private SendPath onTo(Timeline target, int stretch, SendPath path) {
    if (target.state(stretch) != Timeline.RUNNABLE) {
      return path;
    }
    long ran = target.end(stretch);
    long upcall = SendPath.UNKNOWN;
    if (target.state(stretch + 1) == Timeline.RUNNING) {
      long slack = pair.slack();
      upcall = pair.upcall(target.vcpu, ran - slack, target.end(stretch + 1) + slack);
    }
    return path.onTo(target.vcpu, target.begin(stretch), ran, upcall);
  }

  /**
   * Whether another CPU may already have been waking the vCPU when Xen got the IPI: it has set the
   * upcall pending or a bit of the port, has yet to unblock the vCPU, and the IPI finds nothing to
   * do. Whoever ends the sleep then did nothing else since the IPI; or it is another one, and the
   * first is at the same port.
   */
  private boolean mayWakeEarlier(Timeline target, int stretch, Call call, boolean open) {
    HypervisorRecords xen = pair.xen();
    if (open) {
      return !xen.allWentOn(call.ts(), Long.MAX_VALUE - 1);
    }
    long woken = target.end(stretch);
    return !xen.wentOn(target.cpu(stretch + 1), call.ts(), woken)
        || !xen.sendersWentOn(call.ts(), woken);
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

package org.vgictrace.replay.both;

import java.util.List;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.BothSidesRules;
import org.vgictrace.replay.rule.Reason;

/**
 * A vCPU that is woken from its sleep takes an upcall first: EV-BOTH-5.
 *
 * <pre>
 *  xen    running | blocked | runnable | running
 *  guest                                 upcall ...
 * </pre>
 */
final class WakeChecks {
  /** Upcalls out of the idle loop that show that such are recorded. */
  private static final int SHOWN_MIN = 3;

  /** How much longer than two times of one moment may be apart a sleep must be to tell. */
  private static final int SLACKS = 4;

  private static final int INTERRUPT_LEVEL = 2;

  private final Pair pair;
  private final Tally wakes = new Tally(BothSidesRules.BOTH_5);
  private final LongArrayList toRunning = new LongArrayList();
  private final LongArrayList toUpcall = new LongArrayList();

  /** Between them upcalls are recorded, on whatever CPU; what is recorded may change. */
  private long firstUpcall = Long.MAX_VALUE;

  private long latestUpcall = Long.MIN_VALUE;

  WakeChecks(Pair pair) {
    this.pair = pair;
  }

  void run() {
    GuestRecords guest = pair.guest();
    for (int i = 0; i < guest.size(); i++) {
      if (guest.kind(i) == Kind.GUEST_UPCALL) {
        firstUpcall = Math.min(firstUpcall, guest.ts(i));
        latestUpcall = Math.max(latestUpcall, guest.ts(i));
      }
    }
    guest.byCpu().forEach(this::run);
  }

  private void run(int cpu, IntArrayList records) {
    Timeline vcpu = pair.vcpu(cpu);
    if (vcpu == null || !showsUpcallsOfIdle(records)) {
      return;
    }
    int k = 0;
    Polls polls = new Polls(pair.xen(), vcpu);
    for (int stretch = 1; stretch + 2 < vcpu.size(); stretch++) {
      polls.ran(stretch - 1);
      boolean slept =
          vcpu.state(stretch - 1) == Timeline.RUNNING
              && vcpu.state(stretch) == Timeline.BLOCKED
              && vcpu.state(stretch + 1) == Timeline.RUNNABLE
              && vcpu.state(stretch + 2) == Timeline.RUNNING
              && vcpu.end(stretch) - vcpu.begin(stretch) > SLACKS * pair.slack()
              && pair.xen().calls().endsInSleep(vcpu, stretch - 1);
      if (slept) {
        k = firstFrom(records, k, vcpu.begin(stretch + 2) - pair.slack());
        if (k < records.size() && pair.time(records.getInt(k)) <= vcpu.end(stretch + 2)) {
          judge(records.getInt(k), vcpu, stretch, polls);
        }
      }
    }
  }

  /** Whether upcalls that interrupt the idle loop are recorded on a CPU. */
  private boolean showsUpcallsOfIdle(IntArrayList records) {
    int shown = 0;
    for (int k = 0; k < records.size() && shown < SHOWN_MIN; k++) {
      int record = records.getInt(k);
      boolean idle = pair.guest().pid(record) == 0;
      shown += idle && pair.guest().kind(record) == Kind.GUEST_UPCALL ? 1 : 0;
    }
    return shown >= SHOWN_MIN;
  }

  private int firstFrom(IntArrayList records, int start, long time) {
    int k = start;
    while (k < records.size() && pair.time(records.getInt(k)) < time) {
      k++;
    }
    return k;
  }

  private void judge(int record, Timeline vcpu, int stretch, Polls polls) {
    GuestRecords guest = pair.guest();
    Kind kind = guest.kind(record);
    boolean upcall =
        kind == Kind.GUEST_UPCALL
            || kind == Kind.GUEST_PORT
            || kind == Kind.GUEST_CHIP
            || guest.level(record) >= INTERRUPT_LEVEL;
    if (kind == Kind.LOST) {
      wakes.undecided(Reason.LOST_EVENTS);
    } else if (upcall) {
      wakes.consistent();
      toRunning.addLong(vcpu.begin(stretch + 2) - vcpu.begin(stretch + 1));
      toUpcall.addLong(pair.time(record) - vcpu.begin(stretch + 2));
    } else if (guest.ts(record) < firstUpcall || guest.ts(record) > latestUpcall) {
      wakes.undecided(Reason.PROBE_MISSING);
    } else if (polls.mayWake(stretch)) {
      wakes.undecided(Reason.RACE_WINDOW);
    } else {
      wakes.violated(
          vcpu.vcpu,
          () ->
              pair.finding(
                  wakes.rule(),
                  "Xen wakes " + vcpu + " from SCHEDOP_block and the guest takes no upcall",
                  record,
                  vcpu,
                  List.of(Pair.ref(vcpu, stretch + 1), Pair.ref(vcpu, stretch)),
                  "an upcall first",
                  guest.text(record)));
    }
  }

  Tally wakes() {
    return wakes;
  }

  /** From the wake until the vCPU runs. */
  LongArrayList toRunning() {
    return toRunning;
  }

  /** From then until the guest takes the upcall. */
  LongArrayList toUpcall() {
    return toUpcall;
  }
}

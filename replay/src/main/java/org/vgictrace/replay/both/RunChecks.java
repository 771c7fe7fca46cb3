package org.vgictrace.replay.both;

import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.rule.BothSidesRules;
import org.vgictrace.replay.rule.Reason;

/** Whatever a guest records, it records while its vCPU runs: EV-BOTH-2 and EV-BOTH-4. */
final class RunChecks {
  private final Pair pair;
  private final Tally upcalls = new Tally(BothSidesRules.BOTH_2);
  private final Tally others = new Tally(BothSidesRules.BOTH_4);
  private long upcallsJudged;
  private long upcallsWithin;

  RunChecks(Pair pair) {
    this.pair = pair;
  }

  void run() {
    pair.guest().byCpu().forEach(this::run);
  }

  private void run(int cpu, IntArrayList records) {
    Timeline vcpu = pair.vcpu(cpu);
    for (int k = 0; k < records.size(); k++) {
      int record = records.getInt(k);
      Kind kind = pair.guest().kind(record);
      if (kind != Kind.LOST) {
        boolean upcall = kind == Kind.GUEST_UPCALL;
        judge(upcall ? upcalls : others, record, vcpu, upcall);
      }
    }
  }

  private void judge(Tally tally, int record, @Nullable Timeline vcpu, boolean upcall) {
    if (vcpu == null) {
      tally.undecided(Reason.UNKNOWN_VCPU);
      return;
    }
    long at = pair.time(record);
    int stretch = vcpu.at(at);
    if (stretch < 0 || stretch >= vcpu.size()) {
      return;
    }
    int state = vcpu.state(stretch);
    if (state == Timeline.UNKNOWN) {
      tally.undecided(Pair.whyUnknown(vcpu, stretch));
      return;
    }
    upcallsJudged += upcall ? 1 : 0;
    if (state == Timeline.RUNNING) {
      upcallsWithin += upcall ? 1 : 0;
      tally.consistent();
      return;
    }
    long slack = pair.slack();
    if (mayRun(vcpu, at - slack, at + slack)) {
      tally.undecided(Reason.RACE_WINDOW);
      return;
    }
    tally.violated(
        vcpu.vcpu,
        () ->
            pair.finding(
                tally.rule(),
                (upcall ? "The guest takes an upcall on CPU " : "The guest is active on CPU ")
                    + pair.guest().cpu(record)
                    + " while Xen says that "
                    + vcpu
                    + " is not running",
                record,
                vcpu,
                List.of(Pair.ref(vcpu, stretch), Pair.ref(vcpu, stretch + 1)),
                vcpu + " running",
                vcpu
                    + " "
                    + vcpu.stateName(stretch)
                    + " from "
                    + (at - vcpu.begin(stretch))
                    + " units before to "
                    + (vcpu.end(stretch) - at)
                    + " after"));
  }

  private static boolean mayRun(Timeline vcpu, long from, long to) {
    for (int stretch = vcpu.at(from); stretch <= vcpu.at(to); stretch++) {
      int state = vcpu.state(stretch);
      if (state == Timeline.RUNNING || state == Timeline.UNKNOWN) {
        return true;
      }
    }
    return false;
  }

  Tally upcalls() {
    return upcalls;
  }

  Tally others() {
    return others;
  }

  long upcallsJudged() {
    return upcallsJudged;
  }

  long upcallsWithin() {
    return upcallsWithin;
  }
}

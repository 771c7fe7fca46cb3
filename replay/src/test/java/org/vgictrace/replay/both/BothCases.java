package org.vgictrace.replay.both;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.vgictrace.parser.event.Kind;

/** The cases of the rules EV-BOTH. */
final class BothCases {
  private static final int HARD_INTERRUPT = 8;
  private static final int NMI = 64;
  private static final int EVENT_CHANNEL_OP = 32;

  private static final int SCHED_OP = 29;
  private static final int POLL = 3;
  private static final int IDLE = 0x7fff;
  private static final int UNSEEN_CPU = 5;
  private static final int RUNNING = 0;
  private static final int RUNNABLE = 1;
  private static final int BLOCKED = 2;
  private static final int OFFLINE = 3;

  /** Shortest sleep that is altered, units. */
  private static final int SLEEP = 200_000;

  private static final BothCase.Records RUN = BothCase.genuine();
  private static final List<Row> XEN = RUN.xen();
  private static final List<Row> GUEST = RUN.guest();

  private BothCases() {}

  /** What each hypervisor does wrong. */
  static final List<BothCase> WRONG =
      List.of(
          of("a third of the hypercalls that send is dropped", BothCases::sendsDropped, "1"),
          of("hypercalls on one CPU are recorded on another", BothCases::sendsElsewhere, "1"),
          of("hypercalls that send are taken late", BothCases::sendsLate, "1"),
          of("a vCPU runs before it is accounted as running", BothCases::runsEarly, "2", "4"),
          of("a vCPU is accounted as blocked while it runs", BothCases::blockedEarly, "2", "4"),
          of("a preempted vCPU goes on", BothCases::goesOnPreempted, "4"),
          of("an upcall is taken by a vCPU that sleeps", BothCases::upcallAsleep, "2"),
          of("a sleeping vCPU is woken only when it runs", BothCases::wakesLate, "3"),
          of("a sleeping vCPU is never woken again", BothCases::wakesNever, "3"),
          of("upcalls are forgotten on the way back", BothCases::upcallsForgotten, "5"),
          of("a vCPU is woken without an event", BothCases::wakesWithoutEvent, "5"));

  /** What is unusual, and right. */
  static final List<BothCase> RIGHT =
      List.of(
          of("as it was recorded", () -> RUN),
          of("another CPU is already waking the vCPU", BothCases::wakerInFlight),
          of("the domain is paused when the event comes", BothCases::wokenWhilePaused),
          of("an NMI ends the sleep", BothCases::wokenByNmi),
          of("upcalls are no longer recorded in the second half", BothCases::upcallsOff),
          of("hypercalls are no longer recorded in the second half", BothCases::callsOff),
          of("the vCPU has polled just before", BothCases::polledBefore));

  private static BothCase of(String name, Supplier<BothCase.Records> altered, String... rules) {
    List<String> ids = List.of(rules).stream().map(number -> "EV-BOTH-" + number).toList();
    return new BothCase(name, ids, altered);
  }

  private static BothCase.Records xen(List<Row> rows) {
    return new BothCase.Records(rows, GUEST);
  }

  private static BothCase.Records guest(List<Row> rows) {
    return new BothCase.Records(XEN, rows);
  }

  private static List<Row> moved(List<Row> rows, UnaryOperator<Row> change) {
    return rows.stream().map(change).toList();
  }

  private static List<Row> without(List<Row> rows, Predicate<Row> dropped) {
    return rows.stream().filter(dropped.negate()).toList();
  }

  private static boolean isSend(Row row) {
    return row.is(Kind.XEN_HYPERCALL) && row.get("op") == EVENT_CHANNEL_OP;
  }

  private static boolean isChange(Row row, int vcpu, String from, String to) {
    return isOf(row, vcpu) && row.is("old", from) && row.is("new", to);
  }

  private static boolean isOf(Row row, int vcpu) {
    return row.is(Kind.XEN_RUNSTATE) && row.get("domain") == 0 && row.get("vcpu_id") == vcpu;
  }

  /** Position of the next change of a vCPU from a position on. */
  private static int next(List<Row> rows, int from, int vcpu, String old, String now) {
    int i = from;
    while (!isChange(rows.get(i), vcpu, old, now)) {
      i++;
    }
    return i;
  }

  static BothCase.Records sendsDropped() {
    List<Row> rows = new ArrayList<>();
    int calls = 0;
    for (Row row : XEN) {
      if (!isSend(row) || calls++ % 3 != 0) {
        rows.add(row);
      }
    }
    return xen(rows);
  }

  private static BothCase.Records sendsElsewhere() {
    return xen(moved(XEN, row -> isSend(row) && row.cpu() == 1 ? row.on(2) : row));
  }

  private static BothCase.Records sendsLate() {
    return xen(moved(XEN, row -> isSend(row) ? row.at(row.ts() + 3_000_000) : row));
  }

  static BothCase.Records runsEarly() {
    List<Row> rows = new ArrayList<>(XEN);
    int at = next(XEN, XEN.size() / 2, 1, "runnable", "running");
    Row idle = rows.get(at - 1);
    Row begins = rows.get(at);
    rows.set(at - 1, idle.at(idle.ts() + 30_000));
    rows.set(at, begins.at(begins.ts() + 30_000));
    return xen(rows);
  }

  private static BothCase.Records blockedEarly() {
    List<Row> rows = new ArrayList<>(XEN);
    int changed = 0;
    for (int i = XEN.size() / 2; changed < 20; i++) {
      i = next(XEN, i, 0, "running", "blocked");
      Row begins = XEN.get(previous(i, 0));
      Row idle = rows.get(i + 1);
      long half = (begins.ts() + XEN.get(i).ts()) / 2;
      if (idle.is(Kind.XEN_RUNSTATE) && idle.is("new", "running")) {
        rows.set(i, XEN.get(i).at(half));
        rows.set(i + 1, idle.at(half));
        changed++;
      }
    }
    return xen(rows);
  }

  private static int previous(int from, int vcpu) {
    int i = from - 1;
    while (!isOf(XEN.get(i), vcpu)) {
      i--;
    }
    return i;
  }

  private static BothCase.Records goesOnPreempted() {
    List<Row> rows = new ArrayList<>(XEN);
    int changed = 0;
    long free = 0;
    for (int i = GUEST.size() / 2; changed < 3; i++) {
      Row row = GUEST.get(i);
      int at = row.cpu() == 1 && row.ts() > free && isQuiet(i) ? running(row.ts()) : -1;
      if (at >= 0) {
        Row begins = XEN.get(at);
        Row idle = idle(begins);
        rows.add(begins.at(row.ts() - 20_000).with("old", RUNNING).with("new", RUNNABLE));
        rows.add(idle.at(row.ts() - 19_999).with("old", RUNNABLE).with("new", RUNNING));
        rows.add(idle.at(row.ts() + 19_999).with("old", RUNNING).with("new", RUNNABLE));
        rows.add(begins.at(row.ts() + 20_000));
        changed++;
        free = row.ts() + 1_000_000;
      }
    }
    return xen(rows);
  }

  /** Whether a record of the guest is of a task that sends nothing at that time. */
  private static boolean isQuiet(int record) {
    boolean quiet = true;
    for (int i = record - 3; i <= record + 3; i++) {
      Row row = GUEST.get(i);
      quiet &= (row.flags() & HARD_INTERRUPT) == 0 && !row.is(Kind.GUEST_SEND);
      quiet &= row.cpu() == GUEST.get(record).cpu() && !row.is(Kind.GUEST_EVDEV);
    }
    return quiet;
  }

  /** Position of the record since which vCPU 1 runs, if it does so for a while; -1 if not. */
  private static int running(long time) {
    int at = -1;
    for (int i = 0; i < XEN.size() && XEN.get(i).ts() < time + 30_000; i++) {
      at = isOf(XEN.get(i), 1) ? i : at;
    }
    boolean runs = at >= 0 && isChange(XEN.get(at), 1, "runnable", "running");
    return runs && XEN.get(at).ts() < time - 30_000 ? at : -1;
  }

  private static Row idle(Row change) {
    return change.with("domain", IDLE).with("vcpu_id", change.cpu());
  }

  private static BothCase.Records upcallAsleep() {
    List<Row> rows = new ArrayList<>(GUEST);
    Row upcall =
        GUEST.stream()
            .filter(row -> row.is(Kind.GUEST_UPCALL) && row.cpu() == 1)
            .findFirst()
            .orElseThrow();
    for (int sleep : sleeps().subList(10, 14)) {
      rows.add(upcall.at(XEN.get(sleep).ts() + SLEEP / 2));
    }
    return guest(rows);
  }

  /** Positions of the records since which vCPU 1 sleeps for long, with an idle CPU meanwhile. */
  private static List<Integer> sleeps() {
    List<Integer> sleeps = new ArrayList<>();
    for (int i = 0; i < XEN.size(); i++) {
      Row row = XEN.get(i);
      if (isChange(row, 1, "running", "blocked")) {
        int wake = i + 1;
        while (wake < XEN.size() && !isOf(XEN.get(wake), 1)) {
          wake++;
        }
        int cpu = row.cpu();
        boolean idle =
            XEN.subList(i, wake).stream()
                .filter(other -> other.is(Kind.XEN_RUNSTATE) && other.cpu() == cpu)
                .allMatch(other -> isOf(other, 1) || other.get("domain") == IDLE);
        if (wake < XEN.size() && XEN.get(wake).ts() - row.ts() > SLEEP && idle) {
          sleeps.add(i);
        }
      }
    }
    return sleeps;
  }

  static BothCase.Records wakesLate() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < XEN.size(); i++) {
      Row row = XEN.get(i);
      boolean wakes = isChange(row, 1, "blocked", "runnable");
      rows.add(wakes ? row.at(XEN.get(next(XEN, i, 1, "runnable", "running")).ts() - 1) : row);
    }
    return xen(rows);
  }

  private static BothCase.Records wakesNever() {
    int end = sleeps().get(sleeps().size() / 4);
    long time = XEN.get(end).ts();
    List<Row> rows = without(XEN, row -> row.ts() > time && isOf(row, 1));
    return new BothCase.Records(rows, without(GUEST, row -> row.ts() > time && row.cpu() == 1));
  }

  static BothCase.Records upcallsForgotten() {
    long half = GUEST.get(GUEST.size() / 2).ts();
    return guest(
        without(
            GUEST,
            row -> row.ts() >= half && row.cpu() == 1 && (row.flags() & HARD_INTERRUPT) != 0));
  }

  private static BothCase.Records wakesWithoutEvent() {
    return wokenInSleep(0, false);
  }

  /**
   * Wakes vCPU 1 from many a sleep, has it record something and sleep again.
   *
   * @param flags of what it records
   * @param polled whether it polled before it slept
   */
  private static BothCase.Records wokenInSleep(int flags, boolean polled) {
    List<Row> xen = new ArrayList<>(XEN);
    List<Row> guest = new ArrayList<>(GUEST);
    Row irq =
        GUEST.stream().filter(row -> row.is(Kind.HOST_IRQ) && row.cpu() == 1).findFirst().get();
    for (int sleep : sleeps()) {
      Row slept = XEN.get(sleep);
      long at = slept.ts() + SLEEP / 2;
      Row wakes = slept.with("old", BLOCKED).with("new", RUNNABLE);
      Row runs = slept.with("old", RUNNABLE).with("new", RUNNING);
      xen.add(wakes.at(at));
      xen.add(idle(slept).at(at + 1_000).with("old", RUNNING).with("new", RUNNABLE));
      xen.add(runs.at(at + 1_001));
      xen.add(slept.at(at + 10_000));
      xen.add(idle(slept).at(at + 10_001).with("old", RUNNABLE).with("new", RUNNING));
      guest.add(irq.at(at + 5_000).in(flags));
      if (polled) {
        Row block = latestSchedOp(sleep);
        xen.add(block.at(block.ts() - 1).with("arg0", POLL));
      }
    }
    return new BothCase.Records(xen, guest);
  }

  private static Row latestSchedOp(int from) {
    int i = from;
    Row last = XEN.get(i);
    while (!last.is(Kind.XEN_HYPERCALL) || last.get("op") != SCHED_OP) {
      last = XEN.get(--i);
    }
    return last;
  }

  private static BothCase.Records wakerInFlight() {
    return xen(
        moved(
            wakesLate().xen(),
            row -> isChange(row, 1, "blocked", "runnable") ? row.on(UNSEEN_CPU) : row));
  }

  private static BothCase.Records wokenWhilePaused() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < XEN.size(); i++) {
      Row row = XEN.get(i);
      if (isChange(row, 1, "blocked", "runnable")) {
        Row runs = XEN.get(next(XEN, i, 1, "runnable", "running"));
        rows.add(row.with("new", OFFLINE));
        rows.add(row.at(runs.ts() - 1).with("old", OFFLINE));
      } else {
        rows.add(row);
      }
    }
    return xen(rows);
  }

  private static BothCase.Records wokenByNmi() {
    return wokenInSleep(NMI, false);
  }

  private static BothCase.Records upcallsOff() {
    long half = GUEST.get(GUEST.size() / 2).ts();
    return guest(without(GUEST, row -> row.ts() >= half && (row.flags() & HARD_INTERRUPT) != 0));
  }

  private static BothCase.Records callsOff() {
    long half = XEN.get(XEN.size() / 2).ts();
    return xen(without(XEN, row -> row.ts() >= half && row.is(Kind.XEN_HYPERCALL)));
  }

  private static BothCase.Records polledBefore() {
    return wokenInSleep(0, true);
  }
}

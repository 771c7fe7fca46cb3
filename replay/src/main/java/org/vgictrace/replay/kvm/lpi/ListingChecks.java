package org.vgictrace.replay.kvm.lpi;

import static org.vgictrace.replay.rule.LpiRules.LPI_1;
import static org.vgictrace.replay.rule.LpiRules.LPI_3;
import static org.vgictrace.replay.rule.QuirkRules.EMPTY;
import static org.vgictrace.replay.rule.QuirkRules.LPI5;

import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Snapshot;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.VcpuState;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.verdict.EventRef;

/** Judges which LPIs are put on ap_lists, and that disabling LPIs takes them off. */
final class ListingChecks {
  private static final int L1 = Ledger.index(LPI_1);
  private static final int L3 = Ledger.index(LPI_3);
  private static final int Q5 = Ledger.index(LPI5);
  private static final int QE = Ledger.index(EMPTY);

  private static final int QUEUED = Kind.QUEUE_RET.column("queued");

  /** An attempt to queue an LPI that has not returned. */
  private static final class Attempt {
    @Nullable Lpi lpi;
    int pid;
    boolean targetless;
    long seq;
    long ts;
  }

  private final Machine machine;
  private final Reporter reporter;
  private final Ledger ledger;
  private final Int2ObjectHashMap<Attempt> attemptByCpu = new Int2ObjectHashMap<>();

  ListingChecks(Machine machine, Reporter reporter) {
    this.machine = machine;
    this.reporter = reporter;
    this.ledger = reporter.ledger();
  }

  /** Somebody tries to queue an interrupt, an LPI or, with null, another one. */
  void queue(Event e, @Nullable Lpi lpi) {
    Attempt attempt = attemptByCpu.get(e.cpu);
    if (attempt == null) {
      if (lpi == null) {
        return;
      }
      attempt = new Attempt();
      attemptByCpu.put(e.cpu, attempt);
    }
    attempt.lpi = lpi;
    if (lpi == null) {
      return;
    }
    attempt.pid = e.pid;
    attempt.seq = e.seq;
    attempt.ts = e.ts;
    attempt.targetless = e.has(Snapshot.TARGET) && e.get(Snapshot.TARGET, 0) == 0 && lpi.own == 0;
    lpi.unlistedFrom = 0;
  }

  /** The attempt returns. */
  void queued(Event e) {
    Attempt attempt = attemptByCpu.get(e.cpu);
    Lpi lpi = attempt == null ? null : attempt.lpi;
    if (attempt == null || lpi == null || attempt.pid != e.pid || !e.has(QUEUED)) {
      return;
    }
    attempt.lpi = null;
    if (!attempt.targetless) {
      return;
    }
    ledger.beginTransition();
    if (e.get(QUEUED, 0) == 0) {
      ledger.consistent(L1);
    } else {
      reporter.violated(
          L1,
          Strength.PAIR,
          e,
          "queue returns",
          null,
          lpi.intid,
          "An LPI without a target was put on an ap_list.",
          "not queued: its collection is mapped to no vCPU",
          "queued",
          new EventRef(attempt.seq, attempt.ts, e.cpu, "queue LPI " + lpi.intid));
    }
    ledger.endTransition();
  }

  /** The LPIs of a vCPU are taken off its list. */
  void flush(Event e, LpiVm vm, VcpuState v) {
    machine.saw(Observation.LPI_SWITCH);
    if (vm.ending) {
      vm.flushed.add(v.pointer());
      return;
    }
    boolean other = v.pid() >= 0 && v.pid() != e.pid;
    if (other && v.isInGuest() && machine.profile().isLegacy()) {
      reporter.violated(
          QE,
          Strength.PAIR,
          e,
          "flush LPIs of vcpu" + v.id(),
          v,
          -1,
          "LPIs are taken off the list of a vCPU that is in the guest.",
          "the vCPU out of the guest",
          "in the guest: what its list registers hold is lost if the list becomes empty");
    }
    for (Lpi lpi : vm.byIntid.values()) {
      if (lpi.own == v.pointer()) {
        unlist(e, lpi, v.pointer());
      }
    }
  }

  private static void unlist(Event e, Lpi lpi, long vcpu) {
    lpi.unlistedFrom = vcpu;
    lpi.unlistedSeq = e.seq;
    lpi.unlistedTs = e.ts;
    lpi.unlistedCpu = e.cpu;
  }

  /**
   * An LPI shows that was taken off a list and not queued since.
   *
   * @param onList whether the event is one that only listed interrupts have
   */
  void shown(Event e, LpiVm vm, Lpi lpi, boolean onList) {
    if (lpi.unlistedFrom == 0
        || vm.ending
        || vm.isBusy()
        || e.ts - lpi.unlistedTs <= machine.skew()
        || e.ts - vm.switchedTs <= machine.skew()) {
      return;
    }
    boolean listed = onList || e.get(Snapshot.OWN, 0) == lpi.unlistedFrom;
    boolean pending = e.get(Snapshot.PENDING, 0) != 0;
    String text = "state LPI " + lpi.intid + (pending ? " pending" : "");
    EventRef because =
        new EventRef(lpi.unlistedSeq, lpi.unlistedTs, lpi.unlistedCpu, "LPIs taken off the list");
    if (listed || pending && machine.profile().isEoiCount()) {
      violated(
          L3,
          e,
          text,
          lpi,
          listed
              ? "An LPI is on the list of a vCPU whose LPIs were disabled."
              : "An LPI stays pending though the LPIs of its vCPU were disabled.",
          listed ? "on no list" : "pending=0",
          listed ? "on the list" : "pending=1",
          because);
    } else if (pending && machine.profile().isLegacy()) {
      violated(
          Q5,
          e,
          text,
          lpi,
          "An LPI stays pending and unlisted after LPIs were disabled.",
          "pending=0, or on a list",
          "pending=1 own=none",
          because);
    } else {
      ledger.consistent(L3);
    }
    lpi.unlistedFrom = 0;
  }

  private void violated(
      int rule,
      Event e,
      String text,
      Lpi lpi,
      String message,
      String expected,
      String observed,
      EventRef because) {
    reporter.violated(
        rule,
        // An attempt to queue it that is missing would explain a single one.
        rule == Q5 ? Strength.SOFT : Strength.ABSENCE,
        e,
        text,
        machine.vcpuOfThread(e.pid),
        lpi.intid,
        message,
        expected,
        observed,
        because);
  }
}

package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;

import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnQueueRules;

/** vCPUs that sleep and what wakes them: EV-40. */
final class XenSleepers {
  private static final int EV_40 = index(EvtchnQueueRules.EV_40);

  private final Reporter reporter;
  private final CpuRecords records;
  private boolean sawWake;

  XenSleepers(Reporter reporter, CpuRecords records) {
    this.reporter = reporter;
    this.records = records;
  }

  /**
   * A raise is over: one that newly set the upcall flag wakes a vCPU that sleeps.
   *
   * @param flagged whether it did
   */
  void raised(XenDomain domain, XenVcpu v, boolean flagged, Event e) {
    if (v.wokenBy == e.cpu) {
      v.wokenBy = -1;
      if (flagged) {
        reporter.consistent(EV_40);
      }
    } else if (v.blocked && flagged && v.asleep == null && v.knownSeq <= records.latest(e.cpu)) {
      v.asleep =
          Reporter.finding(
              EV_40,
              e,
              "raise",
              domain.label,
              v.id,
              "The upcall of vCPU " + v.id + " does not wake it",
              "a wake of the vCPU next to the raise",
              XenRaises.text(e));
    } else if (v.blocked && v.asleep != null) {
      reporter.broken(EV_40, Strength.ABSENCE, v.asleep);
      v.asleep = null;
      v.blocked = false;
    }
  }

  /** A vCPU is woken by what a CPU does. */
  void woken(XenVcpu v, int cpu) {
    sawWake = true;
    v.wokenBy = v.blocked ? cpu : -1;
    awake(v);
  }

  /** The vCPU runs: it may do anything. One that slept was woken, which is recorded. */
  void runs(XenVcpu v) {
    if (v.blocked && sawWake && v.asleep == null) {
      reporter.gap();
    }
    v.wokenBy = -1;
    awake(v);
  }

  private void awake(XenVcpu v) {
    v.blocked = false;
    v.blocking = false;
    if (v.asleep != null) {
      v.asleep = null;
      reporter.consistent(EV_40);
    }
  }
}

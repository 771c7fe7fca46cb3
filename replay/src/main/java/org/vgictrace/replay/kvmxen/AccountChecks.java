package org.vgictrace.replay.kvmxen;

import org.agrona.collections.Int2IntHashMap;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;

/** Judges run states and one-shot timers. */
final class AccountChecks {
  private static final int RUNNING = 0;
  private static final int RUNNABLE = 1;
  private static final String[] STATES = {"running", "runnable", "blocked", "offline"};

  private static final int STATE = Kind.KVM_XEN_RUNSTATE.column("state");
  private static final int PREV_PID = Kind.SCHED_SWITCH.column("prev_pid");

  private static final int EV_61 = Ledger.index(KvmXenRules.EV_61);
  private static final int EV_63 = Ledger.index(KvmXenRules.EV_63);

  private final XenHost host;

  /** Thread that last left each CPU. */
  private final Int2IntHashMap left = new Int2IntHashMap(-1);

  AccountChecks(XenHost host) {
    this.host = host;
  }

  /** A CPU switches threads. */
  void switched(Event e) {
    host.saw(Observation.SWITCHES);
    int thread = e.getInt(PREV_PID, -1);
    if (thread < 0) {
      left.remove(e.cpu);
    } else {
      left.put(e.cpu, thread);
    }
  }

  void forget() {
    left.clear();
  }

  /** The run state of a vCPU is set; {@code byUser} if user space may have asked for it. */
  void runState(Event e, XenVcpu vcpu, boolean byUser) {
    host.saw(Observation.XEN_RUNSTATE);
    int state = e.getInt(STATE, -1);
    if (state < 0) {
      return;
    }
    int before = vcpu.state;
    vcpu.state = state;
    if (byUser) {
      vcpu.stateSet.set(e);
      return;
    }
    String wrong = null;
    if (state > RUNNABLE) {
      wrong = "KVM makes a vCPU " + STATES[state] + " by itself";
    } else if (state == RUNNABLE && before == RUNNABLE) {
      wrong = "A vCPU becomes runnable that was not running";
    } else if (state == RUNNABLE && left.containsKey(e.cpu) && left.get(e.cpu) != e.pid) {
      wrong = "A vCPU becomes runnable whose thread was not switched out";
    }
    if (wrong != null) {
      host.violated(
          EV_61,
          Strength.ABSENCE,
          e,
          "run state " + STATES[state],
          vcpu.id,
          wrong,
          state == RUNNABLE ? "running, then a switch of threads" : "running or runnable",
          (before < 0 ? "an unknown state" : STATES[before]) + " before " + STATES[state],
          vcpu.stateSet.ref("run state " + (before < 0 ? "unknown" : STATES[before])));
    } else if (state == RUNNABLE && before == RUNNING && left.containsKey(e.cpu)) {
      host.consistent(EV_61);
    } else if (state == RUNNING && before == RUNNABLE) {
      host.consistent(EV_61);
    } else if (before < 0) {
      host.indeterminate(EV_61, Reason.TRACE_START);
    }
    vcpu.stateSet.set(e);
  }

  /** A vCPU's timer is set. */
  void armed(Event e, XenVcpu vcpu) {
    host.saw(Observation.XEN_TIMER);
    vcpu.armed = 1;
    vcpu.timerSet.set(e);
  }

  /** A vCPU's timer was given another port or state. */
  static void reconfigured(XenVcpu vcpu) {
    vcpu.armed = -1;
    vcpu.timerPort = -1;
  }

  /** A timer's callback has delivered its event. */
  void fired(Event e, XenVcpu vcpu, Delivery delivery) {
    vcpu.timerPort = delivery.port;
    if (vcpu.armed < 0) {
      host.indeterminate(EV_63, Reason.TRACE_START);
      return;
    }
    if (vcpu.armed == 0) {
      host.violated(
          EV_63,
          Strength.ABSENCE,
          e,
          "timer fires",
          vcpu.id,
          "A timer fires that was not set since it last fired",
          "one event for each setting",
          "an event on " + delivery.target(),
          vcpu.timerSet.ref("timer set"));
      return;
    }
    vcpu.armed = 0;
    host.consistent(EV_63);
  }
}

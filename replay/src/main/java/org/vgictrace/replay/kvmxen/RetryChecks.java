package org.vgictrace.replay.kvmxen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.KvmXenRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * Follows deliveries that found the guest's memory out of reach (-11) until the same port is tried
 * again for the same vCPU. Memory is bounded by the ports that wait.
 */
final class RetryChecks {
  /** Deliveries waiting at a time; those beyond are not followed. */
  private static final int MOST = 1 << 12;

  /**
   * Time within which a worker runs, in units of the trace clock: 10 ms of nanoseconds, a few
   * milliseconds of a time stamp counter. Only systematic failure to run by then counts.
   */
  private static final long WORKER_MOST = 10_000_000;

  private static final int EV_51 = Ledger.index(KvmXenRules.EV_51);

  private final XenHost host;
  private final Ledger ledger;
  private final Long2ObjectHashMap<Waiting> waiting = new Long2ObjectHashMap<>();
  private long latest;

  /** A delivery that must be tried again. */
  private record Waiting(EventRef at, int pid, int vcpuId, boolean inInterrupt, String target) {}

  RetryChecks(XenHost host, Ledger ledger) {
    this.host = host;
    this.ledger = ledger;
  }

  private static long key(Delivery delivery) {
    return delivery.port << 32 | delivery.vcpuId & 0xffffffffL;
  }

  /**
   * A delivery begins: one that waited for it is answered. What an interrupt could not deliver is
   * for a thread to repeat; another interrupt's delivery is another event.
   */
  void begins(Event e, Delivery delivery) {
    latest = Math.max(latest, e.ts);
    if (waiting.isEmpty()) {
      return;
    }
    Waiting one = waiting.get(key(delivery));
    if (one != null && !(one.inInterrupt && e.isInInterrupt())) {
      waiting.remove(key(delivery));
      host.consistent(EV_51);
    }
  }

  /** A delivery has returned. */
  void returned(Event e, Delivery delivery, int ret) {
    latest = Math.max(latest, e.ts);
    if (ret == Delivery.AGAIN && delivery.port >= 0 && waiting.size() < MOST) {
      waiting.putIfAbsent(
          key(delivery),
          new Waiting(
              Delivery.returned(e, ret),
              e.pid,
              delivery.vcpuId,
              e.isInInterrupt(),
              delivery.target()));
    }
  }

  /** A caller that may sleep returned success although its last try was out of reach. */
  void gaveUp(Event e, Delivery delivery) {
    Waiting one = waiting.remove(key(delivery));
    if (one != null) {
      dropped(one);
    }
  }

  /** Nothing is known of what waits: events were lost. */
  void forget() {
    for (int i = waiting.size(); i > 0; i--) {
      host.indeterminate(EV_51, Reason.LOST_EVENTS);
    }
    waiting.clear();
  }

  /** The recording ends. */
  void finish() {
    List<Waiting> left = new ArrayList<>(waiting.values());
    left.sort(Comparator.comparingLong(one -> one.at.seq()));
    for (Waiting one : left) {
      if (latest - one.at.ts() > WORKER_MOST) {
        dropped(one);
      } else {
        host.indeterminate(EV_51, Reason.PROBE_MISSING);
      }
    }
    waiting.clear();
  }

  private void dropped(Waiting one) {
    ledger.violated(
        EV_51,
        Strength.ABSENCE,
        new Finding(
            KvmXenRules.EV_51,
            "A delivery that found the memory out of reach is not tried again",
            one.at,
            List.of(),
            one.pid,
            null,
            one.vcpuId < 0 ? null : one.vcpuId,
            null,
            "another delivery of " + one.target,
            "none",
            "",
            1));
  }
}

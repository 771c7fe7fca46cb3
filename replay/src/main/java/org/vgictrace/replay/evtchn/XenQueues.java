package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.Objects;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnPortRules;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.Reason;

/**
 * The queues of the FIFO ABI, from the records of links: EV-30, EV-35, and EV-05 for ports that
 * were handed out while linked.
 *
 * <pre>
 *  head -> 4 -> 9 -> 5 <- tail     a link of 7 finds tail 5 and makes 7 the tail
 *                                  a link of 5, once it was taken, finds tail 0
 * </pre>
 *
 * <p>The tail is the hypervisor's own: it is known from the records. That a port was put behind it
 * says that the tail's word was still linked; that it was not says that the guest has taken the
 * whole queue.
 */
final class XenQueues {
  private static final int EV_05 = index(EvtchnPortRules.EV_05);
  private static final int EV_30 = index(EvtchnQueueRules.EV_30);
  private static final int EV_33 = index(EvtchnQueueRules.EV_33);
  private static final int EV_35 = index(EvtchnQueueRules.EV_35);

  private static final int TAIL = Kind.XEN_EVTCHN.column("tail");
  private static final int PRIORITY = Kind.XEN_EVTCHN.column("priority");
  private static final int FLAGS = Kind.XEN_EVTCHN.column("link_flags");

  /** Of the flags: put behind the tail. */
  private static final int BEHIND = 1;

  private final Reporter reporter;

  XenQueues(Reporter reporter) {
    this.reporter = reporter;
  }

  void linked(XenDomain domain, XenPort p, XenVcpu v, XenRaises.Link link, long began, Event e) {
    int priority = e.getInt(PRIORITY, -1);
    domain.fifo = true;
    if (!e.has(TAIL) || priority < 0 || priority >= XenVcpu.PRIORITIES) {
      return;
    }
    int tail = e.getInt(TAIL, 0);
    boolean behind = (e.getInt(FLAGS, 0) & BEHIND) != 0;
    XenQueue queue = v.queue(priority);
    if (!v.hasQueues) {
      v.hasQueues = true;
      reporter.consistent(EV_33);
    }
    if (p.reused) {
      reporter.consistent(EV_05);
    }
    link.port = p;
    link.wasUnlinked = p.isUnlinked(began);
    link.queue = queue;
    link.behind = behind;
    if (tail < 0 || tail >= XenBindings.PORTS_MAX) {
      report(EV_35, Strength.HARD, domain, v, p, e, "a tail that can exist", tail);
    } else if (tail == p.port) {
      report(EV_30, Strength.HARD, domain, v, p, e, "tail 0: the port was the tail itself", tail);
    } else {
      reporter.consistent(EV_35);
      chained(domain, p, v, link, tail, began, e);
    }
    p.queue = queue;
    p.linkedSeq = e.seq;
    p.unlinkedSince = XenPort.UNKNOWN;
    p.reused = false;
    queue.tail = p.port;
  }

  private void chained(
      XenDomain domain, XenPort p, XenVcpu v, XenRaises.Link link, int tail, long began, Event e) {
    XenQueue queue = Objects.requireNonNull(link.queue);
    boolean behind = link.behind;
    XenQueue old = p.queue;
    if (old != null && old.tail == p.port) {
      old.tail = 0;
    }
    if (queue.tail == XenQueue.UNKNOWN) {
      reporter.indeterminate(EV_30, Reason.TRACE_START);
    } else if (queue.tail == tail && !(behind && tail == 0)) {
      reporter.consistent(EV_30);
    } else {
      String expected = behind && tail == 0 ? "a head: there is no tail" : "tail " + queue.tail;
      report(EV_30, Strength.ABSENCE, domain, v, p, e, expected, tail);
    }
    XenPort last = tail == 0 ? null : domain.ports.get(tail);
    if (last == null) {
      return;
    }
    if (!behind) {
      queue.drainedSeq = e.seq;
    } else if (last.isUnlinked(began)) {
      int rule = last.reused ? EV_05 : EV_30;
      String expected =
          last.reused
              ? "port " + tail + " not handed out while it was linked"
              : "a new head: port " + tail + " was taken";
      report(rule, Strength.ABSENCE, domain, v, p, e, expected, tail);
      last.reused = false;
    }
  }

  private void report(
      int rule,
      Strength strength,
      XenDomain domain,
      XenVcpu v,
      XenPort p,
      Event e,
      String expected,
      int tail) {
    boolean behind = (e.getInt(FLAGS, 0) & BEHIND) != 0;
    reporter.broken(
        rule,
        strength,
        Reporter.finding(
            rule,
            e,
            "link",
            domain.label,
            v.id,
            "Port " + p.port + " is linked where the queue does not end",
            expected,
            (behind ? "behind" : "as head, not behind")
                + " tail "
                + Integer.toUnsignedString(tail)));
  }
}

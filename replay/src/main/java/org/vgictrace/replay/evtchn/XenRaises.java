package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.engine.Ledger.index;

import java.util.Objects;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Strength;
import org.vgictrace.replay.rule.EvtchnPortRules;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.Finding;

/** What a raise, or an unmasking, did: EV-20 to EV-24, EV-31 to EV-33. */
final class XenRaises {
  private static final int EV_05 = index(EvtchnPortRules.EV_05);
  private static final int EV_20 = index(EvtchnQueueRules.EV_20);
  private static final int EV_21 = index(EvtchnQueueRules.EV_21);
  private static final int EV_22 = index(EvtchnQueueRules.EV_22);
  private static final int EV_23 = index(EvtchnQueueRules.EV_23);
  private static final int EV_24 = index(EvtchnQueueRules.EV_24);
  private static final int EV_31 = index(EvtchnQueueRules.EV_31);
  private static final int EV_32 = index(EvtchnQueueRules.EV_32);
  private static final int EV_33 = index(EvtchnQueueRules.EV_33);

  /** Bits of a word of the selector, of all guests but 32-bit ones of x86. */
  private static final int WORD_BITS = 64;

  private static final int NEWLY = Kind.XEN_EVTCHN.column("newly_pending");
  private static final int MASKED = Kind.XEN_EVTCHN.column("masked");
  private static final int SELECTOR = Kind.XEN_EVTCHN.column("selector");
  private static final int UPCALL = Kind.XEN_EVTCHN.column("upcall");

  private final Reporter reporter;
  private final XenQueues queues;
  private final Int2ObjectHashMap<Link> links = new Int2ObjectHashMap<>();

  /** The link that a CPU recorded last, until the raise that made it is recorded. */
  static final class Link {
    @Nullable XenPort port;
    @Nullable XenQueue queue;

    /** Whether its word was known to be on no queue. */
    boolean wasUnlinked;

    /** Whether it was put behind another port; otherwise it is the head of its queue. */
    boolean behind;
  }

  private final CpuRecords records;
  private final XenSleepers sleepers;

  XenRaises(Reporter reporter, CpuRecords records, XenSleepers sleepers) {
    this.reporter = reporter;
    this.records = records;
    this.sleepers = sleepers;
    queues = new XenQueues(reporter);
  }

  void forget() {
    links.clear();
    records.forget();
  }

  void linked(XenDomain domain, XenPort p, XenVcpu v, Event e) {
    Link link = links.computeIfAbsent(e.cpu, cpu -> new Link());
    if (link.port != null) {
      reporter.gap();
    }
    v.blocking = false;
    queues.linked(domain, p, v, link, records.latest(e.cpu), e);
  }

  void raised(XenDomain domain, XenPort p, XenVcpu v, Event e) {
    Link link = takeLink(p, e.cpu);
    if (!e.has(NEWLY) || !e.has(MASKED) || !e.has(SELECTOR) || !e.has(UPCALL)) {
      return;
    }
    boolean masked = e.get(MASKED, 0) != 0;
    boolean marked = e.get(SELECTOR, 0) != 0;
    boolean flagged = e.get(UPCALL, 0) != 0;
    guestMayHaveActed(domain, v, e.cpu);
    v.blocking = false;
    if (masked) {
      maskedRaise(domain, p, v, link, marked || flagged, e);
      return;
    }
    reporter.consistent(EV_23);
    if (flagged && !marked) {
      broken(
          EV_22,
          Strength.HARD,
          finding(
              EV_22,
              e,
              domain,
              v,
              "Port " + p.port + " newly sets the upcall flag without a selector or ready bit",
              "the flag set only if such a bit was",
              text(e)));
      v.forgetFlags();
    } else {
      boolean newly = e.get(NEWLY, 0) != 0;
      delivered(domain, p, v, link, newly, marked, flagged, EV_20, e);
    }
    sleepers.raised(domain, v, flagged, e);
  }

  private void maskedRaise(
      XenDomain domain, XenPort p, XenVcpu v, @Nullable Link link, boolean bits, Event e) {
    if (bits || link != null) {
      broken(
          EV_23,
          bits ? Strength.HARD : Strength.SOFT,
          finding(
              EV_23,
              e,
              domain,
              v,
              "Port " + p.port + " is delivered although it is masked",
              "neither selector nor ready bit, no link, no upcall",
              (link == null ? "" : "linked, ") + text(e)));
      v.forgetFlags();
    } else {
      reporter.consistent(EV_23);
    }
  }

  void unmasked(XenDomain domain, XenPort p, XenVcpu v, Event e) {
    Link link = takeLink(p, e.cpu);
    if (!e.has(NEWLY) || !e.has(MASKED) || !e.has(SELECTOR) || !e.has(UPCALL)) {
      return;
    }
    boolean marked = e.get(SELECTOR, 0) != 0;
    boolean flagged = e.get(UPCALL, 0) != 0;
    guestMayHaveActed(domain, v, e.cpu);
    v.blocking = false;
    boolean waited = e.get(NEWLY, 0) == 0 && e.get(MASKED, 0) != 0;
    if (flagged && !marked) {
      v.forgetFlags();
    } else if (waited || marked) {
      delivered(domain, p, v, link, waited, marked, flagged, EV_24, e);
    }
    sleepers.raised(domain, v, flagged, e);
  }

  private @Nullable Link takeLink(XenPort p, int cpu) {
    Link link = links.get(cpu);
    if (link == null || link.port == null) {
      return null;
    }
    boolean own = link.port == p;
    link.port = null;
    if (!own) {
      reporter.gap();
      return null;
    }
    return link;
  }

  /** A port that can be taken was raised or unmasked. */
  private void delivered(
      XenDomain domain,
      XenPort p,
      XenVcpu v,
      @Nullable Link link,
      boolean newly,
      boolean marked,
      boolean flagged,
      int lost,
      Event e) {
    if (domain.fifo) {
      if (link != null) {
        if (link.wasUnlinked) {
          reporter.consistent(EV_31);
        }
        ready(domain, p, v, link, marked, flagged, e);
      } else if (marked) {
        reporter.gap();
        v.forgetFlags();
      } else {
        onQueue(domain, p, v, lost, e);
      }
      return;
    }
    if (!newly && marked && lost == EV_20) {
      again(domain, p, v, e);
    } else if (marked) {
      domain.raisedPlainly();
      int word = p.port / WORD_BITS;
      if (newly && FlagSet.isUnmarked(v.flags(word))) {
        reporter.consistent(lost);
      }
      mark(domain, v, word, flagged, e);
    } else if (!newly) {
      reporter.consistent(EV_22);
    } else {
      found(domain, p, v, p.port / WORD_BITS, lost, e);
    }
  }

  private void again(XenDomain domain, XenPort p, XenVcpu v, Event e) {
    if (domain.isTwoLevel()) {
      broken(
          EV_22,
          Strength.SOFT,
          finding(
              EV_22,
              e,
              domain,
              v,
              "Port " + p.port + " is pending and its raise sets the selector bit again",
              "nothing but the pending bit, which was set",
              text(e)));
    } else {
      // The FIFO ABI links such a port, and its link may not have been recorded.
      reporter.indeterminate(EV_22, Reason.CONFIG);
    }
    v.forgetFlags();
  }

  /** With the FIFO ABI: a head has to set the ready bit, another port has not. */
  private void ready(
      XenDomain domain, XenPort p, XenVcpu v, Link link, boolean marked, boolean flagged, Event e) {
    int priority = Objects.requireNonNull(link.queue).priority;
    if (link.behind && marked) {
      broken(
          EV_32,
          Strength.SOFT,
          finding(
              EV_32,
              e,
              domain,
              v,
              "Port " + p.port + " is no head and sets the ready bit of its queue",
              "no ready bit: the port is linked behind another",
              text(e)));
      v.forgetFlags();
    } else if (link.behind) {
      reporter.consistent(EV_32);
    } else if (marked) {
      reporter.consistent(EV_32);
      mark(domain, v, priority, flagged, e);
    } else {
      found(domain, p, v, priority, EV_32, e);
    }
  }

  /** With the FIFO ABI: a port that was not linked must have been. */
  private void onQueue(XenDomain domain, XenPort p, XenVcpu v, int lost, Event e) {
    // Between the unmasking and the link the guest may have masked the port again.
    if (lost == EV_24 || !p.isUnlinked(records.latest(e.cpu))) {
      reporter.indeterminate(EV_31, Reason.RACE_WINDOW);
      return;
    }
    boolean noQueues = !v.hasQueues && domain.whole;
    int rule = noQueues ? EV_33 : p.reused ? EV_05 : EV_31;
    broken(
        rule,
        Strength.ABSENCE,
        finding(
            rule,
            e,
            domain,
            v,
            "Port " + p.port + " is raised and not linked, though it is on no queue",
            "a link, or no raise if the vCPU has no control block",
            "no link since it was " + (p.queue == null ? "bound" : "taken off its queue")));
    p.unlinkedSince = XenPort.UNKNOWN;
    p.reused = false;
    p.queue = null;
  }

  /** A selector or ready bit was newly set, and the flag with it or before. */
  private void mark(XenDomain domain, XenVcpu v, int word, boolean flagged, Event e) {
    explained(v, word, flagged, e.cpu);
    int before = v.flags(word);
    int after = FlagSet.marked(before, flagged);
    if (after != 0) {
      reporter.consistent(EV_21);
      v.mark(word, after, flagged);
      return;
    }
    if (!flagged && FlagSet.mayBeUnmarked(before) && isSure(v, e)) {
      suspect(
          v,
          EV_21,
          word,
          e,
          finding(
              EV_21,
              e,
              domain,
              v,
              "A selector or ready bit is set and the upcall flag is not",
              "the upcall flag newly set: vCPU " + v.id + " had cleared it",
              text(e)));
    }
    v.forgetFlags();
  }

  /** A bit had to be set and was found set. */
  private void found(XenDomain domain, XenPort p, XenVcpu v, int word, int rule, Event e) {
    int after = FlagSet.foundMarked(v.flags(word));
    if (after != 0) {
      if (after == v.flags(word)) {
        reporter.consistent(rule);
      } else {
        reporter.indeterminate(rule, Reason.RACE_WINDOW);
      }
      v.put(word, after);
      return;
    }
    if (!isSure(v, e) || !domain.fifo && !domain.isTwoLevel()) {
      reporter.indeterminate(rule, Reason.RACE_WINDOW);
      v.forgetFlags();
      return;
    }
    suspect(
        v,
        rule,
        word,
        e,
        finding(
            rule,
            e,
            domain,
            v,
            "Port " + p.port + " is raised and vCPU " + v.id + " is not told",
            (domain.fifo ? "the ready bit" : "the selector bit") + " newly set: it was clear",
            text(e)));
    v.forgetFlags();
  }

  /** Whether a raise began after the moment from which the vCPU's bits are known. */
  private boolean isSure(XenVcpu v, Event e) {
    return v.knownSeq <= records.latest(e.cpu);
  }

  /**
   * Holds a contradiction until every CPU has recorded something: a raise that began before is over
   * then, and its record may explain what was found.
   */
  private void suspect(XenVcpu v, int rule, int word, Event e, Finding finding) {
    if (v.suspicion == null) {
      v.suspicion = finding;
      v.suspectedRule = rule;
      v.suspectedWord = word;
      v.suspectedBy = e.cpu;
    }
  }

  private void settle(XenVcpu v) {
    Finding finding = v.suspicion;
    if (finding != null && records.haveAllRecordedSince(finding.at().seq())) {
      v.suspicion = null;
      reporter.broken(v.suspectedRule, Strength.ABSENCE, finding);
    }
  }

  /** A mark is recorded: one that was under way elsewhere explains what was suspected. */
  private void explained(XenVcpu v, int word, boolean flagged, int cpu) {
    if (v.suspicion == null || v.suspectedBy == cpu) {
      return;
    }
    if (v.suspectedRule == EV_21 ? flagged : word == v.suspectedWord) {
      v.suspicion = null;
      reporter.indeterminate(v.suspectedRule, Reason.RACE_WINDOW);
    }
  }

  private void guestMayHaveActed(XenDomain domain, XenVcpu v, int cpu) {
    settle(v);
    if (!v.blocked && v.wokenBy != cpu) {
      v.guestActed(domain.fifo);
    }
  }

  /** The vCPU has blocked, after it asked for it and with no raise in between. */
  void blocks(XenVcpu v, long seq) {
    settle(v);
    v.block(seq, isLinking(v));
  }

  /** Whether a port was linked for a vCPU and the raise is not over. */
  private boolean isLinking(XenVcpu v) {
    for (Link link : links.values()) {
      XenQueue queue = link.queue;
      if (link.port != null && queue != null && queue.vcpu == v) {
        return true;
      }
    }
    return false;
  }

  private void broken(int rule, Strength strength, Finding finding) {
    reporter.broken(rule, strength, finding);
  }

  private static Finding finding(
      int rule,
      Event e,
      XenDomain domain,
      XenVcpu v,
      String message,
      String expected,
      String observed) {
    return Reporter.finding(rule, e, "raise", domain.label, v.id, message, expected, observed);
  }

  /** What a raise found and did, in words. */
  static String text(Event e) {
    return (e.get(NEWLY, 0) != 0 ? "newly pending" : "was pending")
        + (e.get(MASKED, 0) != 0 ? ", masked" : "")
        + (e.get(SELECTOR, 0) != 0 ? ", bit newly set" : ", bit not newly set")
        + (e.get(UPCALL, 0) != 0 ? ", flag newly set" : ", flag not newly set");
  }
}

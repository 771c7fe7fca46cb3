package org.vgictrace.replay.evtchn;

import static org.vgictrace.replay.evtchn.ChannelCase.broken;
import static org.vgictrace.replay.evtchn.ChannelCase.holds;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_70;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_71;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_72;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_73;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_74;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_75;
import static org.vgictrace.replay.rule.EvtchnGuestRules.EV_76;

import java.util.List;
import org.vgictrace.replay.ReplayResult;

/** What a Linux guest does right and wrong. */
final class GuestCases {
  private static final int CALLFUNCSINGLE = 2;

  static final List<ChannelCase> ALL =
      List.of(
          holds(EV_70, "timer of the own CPU", () -> timers().result()),
          broken(
              EV_70,
              "LB-09, a virtual interrupt bound again is handled by another CPU",
              () -> timers().on(1).event(1, 24, "timer0").result()),
          holds(
              EV_70,
              "port moved, one last event where it was",
              () -> moved().on(0).lateEvent(27, 46).lateEnd(46).unmask(27).result()),
          broken(
              EV_70,
              "LB-04, port scanned by a CPU that no longer owns it",
              GuestCases::handledWhereItWas),
          holds(
              EV_71,
              "ended before the next event",
              () -> late(GuestTrace.fifo(), 3, true).result()),
          broken(
              EV_71,
              "LB-01, storm: handled again before the backend has ended it",
              () -> late(GuestTrace.fifo(), 2, true).lateEvent(27, 46).lateEvent(27, 46).result()),
          holds(EV_72, "on one CPU after the other", () -> timers().result()),
          broken(EV_72, "LB-04, handler on two CPUs", GuestCases::onTwoCpus),
          holds(EV_73, "unmasked by the end", () -> late(GuestTrace.fifo(), 3, true).result()),
          broken(
              EV_73,
              "LB-03, unmasked with the end pending",
              () -> late(late(GuestTrace.fifo(), 2, true), 4, false).result()),
          broken(EV_73, "handled while masked", GuestCases::handledWhileMasked),
          holds(EV_74, "IPIs handled", () -> ipis(GuestTrace.fifo(), 3, true).result()),
          broken(
              EV_74,
              "LB-02, event of the FIFO ABI lost",
              () -> ipis(ipis(GuestTrace.fifo(), 2, true), 3, false).result()),
          broken(
              EV_74,
              "LB-05, event of the two-level ABI lost",
              () -> ipis(ipis(GuestTrace.twoLevel(), 2, true), 3, false).result()),
          broken(EV_75, "LB-06, unbounded upcall", () -> crowd(257).result()),
          holds(EV_76, "handled by the interrupt it is bound to", () -> rebound(false)),
          broken(EV_76, "LB-07, handled by the interrupt before", () -> rebound(true)));

  private GuestCases() {}

  private static GuestTrace timers() {
    GuestTrace trace = GuestTrace.fifo();
    for (int i = 0; i < 3; i++) {
      trace.on(0).event(1, 24, "timer0").on(1).event(7, 30, "timer1");
    }
    return trace;
  }

  private static GuestTrace late(GuestTrace trace, int times, boolean ended) {
    trace.on(1).enable(27);
    for (int i = 0; i < times; i++) {
      trace.lateEvent(27, 46);
      if (ended) {
        trace.lateEnd(46);
      }
      trace.unmask(27);
    }
    return trace;
  }

  private static GuestTrace moved() {
    return late(GuestTrace.fifo(), 1, true)
        .move(27, 0)
        .on(0)
        .lateEvent(27, 46)
        .lateEnd(46)
        .unmask(27);
  }

  private static ReplayResult handledWhereItWas() {
    GuestTrace trace = moved();
    for (int i = 0; i < 3; i++) {
      trace.on(1).lateEvent(27, 46).lateEnd(46).unmask(27);
      trace.on(0).lateEvent(27, 46).lateEnd(46).unmask(27);
    }
    return trace.result();
  }

  private static ReplayResult onTwoCpus() {
    GuestTrace trace = timers();
    trace.on(0).event(5, 40, "blkif").event(5, 40, "blkif");
    trace.on(0).upcall().handle(5).ack(5).enter(40, "blkif");
    trace.on(1).upcall().handle(5).ack(5).enter(40, "blkif");
    for (int i = 0; i < 1000; i++) {
      trace.call("evtchn_fifo_is_pending", "port=9");
    }
    trace.leave(40).on(0).leave(40);
    return trace.result();
  }

  private static ReplayResult handledWhileMasked() {
    GuestTrace trace = timers();
    for (int i = 0; i < 3; i++) {
      trace.on(0).mask(5).unmask(5).event(5, 40, "blkif");
      trace.on(0).mask(5).call("evtchn_fifo_is_pending", "port=9").event(5, 40, "blkif");
    }
    return trace.result();
  }

  private static GuestTrace ipis(GuestTrace trace, int times, boolean handled) {
    for (int i = 0; i < times; i++) {
      trace.on(1).ipi(0, CALLFUNCSINGLE).on(1).mask(99);
      for (int upcall = 0; upcall < 3; upcall++) {
        trace.on(0);
        if (handled && upcall == 0) {
          trace.event(6, 28, "callfuncsingle0").event(6, 28, "callfuncsingle0");
        } else {
          trace.event(1, 24, "timer0");
        }
      }
    }
    return trace;
  }

  private static GuestTrace crowd(int events) {
    GuestTrace trace = timers();
    trace.on(0).upcall();
    for (int i = 0; i < events; i++) {
      trace.handle(40).ack(40).enter(60, "vif").leave(60);
    }
    return trace;
  }

  private static ReplayResult rebound(boolean wrongly) {
    GuestTrace trace = timers();
    trace.on(0).bind(9, 50, 0).event(9, 50, "a").bind(9, 51, 0).event(9, 51, "b");
    if (wrongly) {
      trace.event(9, 50, "a");
    }
    return trace.event(9, 51, "b").result();
  }
}

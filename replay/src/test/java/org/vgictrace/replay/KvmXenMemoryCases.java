package org.vgictrace.replay;

import static org.vgictrace.replay.KvmXenCase.broken;
import static org.vgictrace.replay.KvmXenCase.holds;
import static org.vgictrace.replay.KvmXenCase.running;
import static org.vgictrace.replay.KvmXenCase.vector;
import static org.vgictrace.replay.KvmXenTrace.INTERRUPT;

import java.util.List;
import org.vgictrace.replay.rule.EvtchnQueueRules;
import org.vgictrace.replay.rule.KvmXenRules;

/** Cases of the rules about bits in guest memory. */
final class KvmXenMemoryCases {
  static final List<KvmXenCase> ALL =
      List.of(
          holds(
              EvtchnQueueRules.EV_20,
              "the selector points to a pending port",
              t -> t.words(70, 0, 1, 0, 2, 0, 1)),
          holds(EvtchnQueueRules.EV_20, "its shadow does", t -> t.words(70, 0, 1, 0, 0, 2, 0)),
          holds(EvtchnQueueRules.EV_20, "a masked port waits", t -> t.words(70, 0, 1, 1, 0, 0, 0)),
          broken(
              EvtchnQueueRules.EV_20,
              "the selector bit is lost",
              t -> t.words(70, 0, 1, 0, 1, 0, 1),
              """
              EV-20 vcpu 0 INTID null x1: An event is pending that no selector bit points to
                at state at rest
                expected 0x2 in the selector or in its shadow
                observed port 70 pending, selector 0x1, shadow 0x0
              """,
              "KB-01"),
          holds(EvtchnQueueRules.EV_21, "selector and upcall", t -> t.words(70, 0, 1, 0, 2, 0, 1)),
          broken(
              EvtchnQueueRules.EV_21,
              "no upcall",
              t -> t.words(70, 0, 1, 0, 2, 0, 0),
              """
              EV-21 vcpu 0 INTID null x1: A vCPU has a selector set and no upcall
                at state at rest
                expected upcall 1
                observed selector 0x2, upcall 0
              """,
              "KB-01"),
          holds(
              EvtchnQueueRules.EV_22,
              "nothing is sent for a pending port",
              t -> vector(running(t)).deliver(70, 0, 0)),
          broken(
              EvtchnQueueRules.EV_22,
              "a vector is sent for one",
              t -> vector(running(t)).user().fast(70, 0).accept(0).ret(0),
              """
              EV-22 vcpu 0 INTID null x1: A port that was pending notifies its vCPU again
                at delivery returns 0
                expected no upcall vector
                observed 0 for port 70 to vCPU 0 and its upcall vector
                because delivery of port 70 to vCPU 0
              """),
          broken(
              EvtchnQueueRules.EV_22,
              "a pending port is raised",
              t -> running(t).user().fast(70, 0).ret(1, " pending=1 masked=0"),
              """
              EV-22 vcpu 0 INTID null x1: A pending port is raised anew
                at delivery returns 1
                expected 0
                observed 1 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """),
          holds(
              EvtchnQueueRules.EV_23,
              "nothing is sent for a masked port",
              t -> vector(running(t)).deliver(70, 0, -107)),
          broken(
              EvtchnQueueRules.EV_23,
              "a masked port is delivered",
              t -> running(t).user().fast(70, 0).ret(1, " pending=0 masked=1"),
              """
              EV-23 vcpu 0 INTID null x1: A masked port is delivered
                at delivery returns 1
                expected -107
                observed 1 for port 70 to vCPU 0
                because delivery of port 70 to vCPU 0
              """,
              "KB-20"),
          broken(
              EvtchnQueueRules.EV_23,
              "a masked port notifies",
              t -> vector(running(t)).user().fast(70, 0).accept(0).ret(-107),
              """
              EV-23 vcpu 0 INTID null x1: A masked port notifies its vCPU
                at delivery returns -107
                expected no upcall vector
                observed -107 for port 70 to vCPU 0 and its upcall vector
                because delivery of port 70 to vCPU 0
              """,
              "KB-20"),
          holds(
              KvmXenRules.EV_52,
              "flushed after the entry that raced",
              t ->
                  running(t)
                      .user()
                      .fast(70, 0)
                      .ret(1, " shadow=0x2")
                      .exit(0, INTERRUPT)
                      .entry(0)
                      .exit(0, INTERRUPT)
                      .flush(0, 2)
                      .flushRet(0, 2, 0, 1)
                      .entry(0)),
          broken(
              KvmXenRules.EV_52,
              "two entries without a flush",
              t ->
                  running(t)
                      .user()
                      .fast(70, 0)
                      .ret(1, " shadow=0x2")
                      .exit(0, INTERRUPT)
                      .entry(0)
                      .exit(0, INTERRUPT)
                      .entry(0)
                      .user()
                      .fast(71, 0)
                      .ret(1, " shadow=0x2"),
              """
              EV-52 vcpu 0 INTID null x1: A vCPU runs on while its shadow selector is set
                at shadow 0x2
                expected a flush before its next entry
                observed 0x2 still in the shadow after 2 entries
                because delivery returns 1
              """,
              "KB-01"),
          holds(
              KvmXenRules.EV_53,
              "all bits are moved, a new one stays",
              t ->
                  running(t)
                      .exit(0, INTERRUPT)
                      .flush(0, 2)
                      .user()
                      .fast(300, 0)
                      .ret(1, " shadow=0x12")
                      .flushRet(0, 2, 0x10, 1)),
          broken(
              KvmXenRules.EV_53,
              "the shadow is cleared by a store",
              t ->
                  running(t)
                      .exit(0, INTERRUPT)
                      .flush(0, 2)
                      .user()
                      .fast(300, 0)
                      .ret(1, " shadow=0x12")
                      .flushRet(0, 2, 0, 1),
              """
              EV-53 vcpu 0 INTID null x1: A flush of the shadow loses selector bits
                at flush ends
                expected 0x10 in the selector
                observed selector 0x2, shadow 0x0, upcall 1
                because delivery returns 1
              """,
              "KB-01"),
          broken(
              KvmXenRules.EV_53,
              "no upcall",
              t -> running(t).exit(0, INTERRUPT).flush(0, 2).flushRet(0, 2, 0, 0),
              """
              EV-53 vcpu 0 INTID null x1: A flush of the shadow does not set the upcall flag
                at flush ends
                expected upcall 1
                observed selector 0x2, shadow 0x0, upcall 0
              """,
              "KB-01"));

  private KvmXenMemoryCases() {}
}

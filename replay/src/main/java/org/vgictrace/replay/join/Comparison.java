package org.vgictrace.replay.join;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.gic.Lr;
import org.vgictrace.replay.rule.JoinRules;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;

/** Sums up what became of the writes of all CPUs, and keeps the first disagreement of each kind. */
final class Comparison {
  private static final int MATCHES_FIRST = 1024;

  /** Counts of a thread. */
  private static final class Counts {
    long agree;
    long differ;
    long missing;
    long undecided;
  }

  /** Disagreements of one rule about one list register. */
  private static final class Disagreement {
    final Finding first;
    long times;

    Disagreement(Finding first) {
      this.first = first;
    }
  }

  private final JoinSide trace;
  private final JoinSide log;
  private final boolean v3;
  private final SortedMap<Integer, Counts> byPid = new TreeMap<>();
  private final SortedMap<Integer, Disagreement> different = new TreeMap<>();
  private final SortedMap<Integer, Disagreement> missing = new TreeMap<>();
  private final Map<Reason, Long> undecided = new EnumMap<>(Reason.class);
  private long[] matchedTs = new long[MATCHES_FIRST];
  private long[] matchedApart = new long[MATCHES_FIRST];
  private int matched;

  Comparison(JoinSide trace, JoinSide log) {
    this.trace = trace;
    this.log = log;
    this.v3 = log.writes().isV3();
  }

  /** Compares a CPU. */
  void add(Writes written, Writes seen, ClockFit fit) {
    // Of what lies outside the other recording nothing is known.
    int from = written.from(log.firstTs() - fit.at(trace.firstTs()));
    int to = written.from(log.lastTs() - fit.at(trace.lastTs()) + 1);
    for (int i = 0; i < written.size(); i++) {
      if (i < from || i >= to) {
        undecided(written.pid(i), Reason.TRACE_START);
      }
    }
    int fromSeen = seen.from(fit.toLog(trace.firstTs()));
    int toSeen = seen.from(fit.toLog(trace.lastTs()) + 1);
    Sums sums = new Sums(written, seen);
    new WriteMatcher(written, from, to, seen, fromSeen, toSeen, fit).run(sums);
    sums.end();
  }

  /** A CPU of which the log has nothing. */
  void addAlone(Writes written) {
    for (int i = 0; i < written.size(); i++) {
      undecided(written.pid(i), Reason.TRACE_START);
    }
  }

  /** Number of writes that both have. */
  int matched() {
    return matched;
  }

  /** The line through the times of the writes that both have, at least one. */
  ClockFit fit() {
    return ClockFit.through(
        Arrays.copyOf(matchedTs, matched), Arrays.copyOf(matchedApart, matched));
  }

  /** The outcome. */
  JoinResult result(ClockFit fit, Map<Integer, Integer> cpus) {
    List<Finding> findings = new ArrayList<>();
    List<RuleCount> rules = List.of(differing(findings), missing(findings));
    List<Agreement> vcpus = new ArrayList<>();
    byPid.forEach(
        (pid, c) ->
            vcpus.add(
                new Agreement(
                    trace.writes().vcpu(pid), pid, c.agree, c.differ, c.missing, c.undecided)));
    return new JoinResult(trace.file(), log.file(), null, fit, cpus, vcpus, rules, findings);
  }

  private boolean hasGaps() {
    return trace.gaps() > 0 || log.gaps() > 0;
  }

  /** Two values at one place stand unless lines are known to be missing here and there. */
  private RuleCount differing(List<Finding> findings) {
    long times = times(different);
    Map<Reason, Long> reasons = new EnumMap<>(undecided);
    boolean stand = !hasGaps();
    if (stand) {
      different.values().forEach(d -> findings.add(d.first.repeated(d.times)));
    } else if (times > 0) {
      reasons.merge(Reason.UNMARKED_LOSS, times, Long::sum);
    }
    return new RuleCount(JoinRules.JOIN_1, matched, stand ? times : 0, reasons);
  }

  /** One write that is missing may be a line that is; only often it is a finding. */
  private RuleCount missing(List<Finding> findings) {
    long times = times(missing);
    boolean stand =
        !hasGaps()
            && times >= Ledger.ABSENCES_MIN
            && times * Ledger.INSTANCES_PER_ABSENCE_MAX >= matched;
    Map<Reason, Long> reasons = new EnumMap<>(undecided);
    if (stand) {
      missing.values().forEach(d -> findings.add(d.first.repeated(d.times)));
    } else if (times > 0) {
      reasons.merge(Reason.UNMARKED_LOSS, times, Long::sum);
    }
    return new RuleCount(JoinRules.JOIN_2, matched, stand ? times : 0, reasons);
  }

  private static long times(Map<Integer, Disagreement> disagreements) {
    return disagreements.values().stream().mapToLong(d -> d.times).sum();
  }

  private Counts counts(int pid) {
    return byPid.computeIfAbsent(pid, key -> new Counts());
  }

  private void undecided(int pid, Reason reason) {
    counts(pid).undecided++;
    undecided.merge(reason, 1L, Long::sum);
  }

  private Finding finding(
      Rule rule, Writes from, int i, String message, String expected, String observed) {
    boolean ofTrace = from.cpu >= 0;
    int vcpu = ofTrace ? trace.writes().vcpu(from.pid(i)) : -1;
    return new Finding(
        rule,
        message,
        new EventRef(from.seq(i), from.ts(i), from.cpu, text(from, i)),
        List.of(),
        from.pid(i),
        null,
        vcpu < 0 ? null : vcpu,
        Lr.intid(from.value(i), v3, false),
        expected,
        observed,
        "host-gic=" + (v3 ? "v3" : "v2"),
        1);
  }

  private String text(Writes writes, int i) {
    long value = writes.value(i);
    return "LR"
        + writes.lr(i)
        + " = "
        + Lr.text(value, v3, !v3)
        + " (0x"
        + Long.toHexString(value)
        + ")";
  }

  /** What becomes of the writes of one CPU. */
  private final class Sums implements WriteMatcher.Outcome {
    private static final int OF_LOG = 1;
    private static final int NEXT_TO_LOSS = 2;

    private final Writes written;
    private final Writes seen;

    /** Writes that only one recording has since the last that both have: position and two flags. */
    private final IntArrayList alone = new IntArrayList();

    private boolean begun;

    /** Thread of the latest write that both have. */
    private int pid = -1;

    Sums(Writes written, Writes seen) {
      this.written = written;
      this.seen = seen;
    }

    @Override
    public void same(int i, int j) {
      settle();
      if (matched == matchedTs.length) {
        matchedTs = Arrays.copyOf(matchedTs, matched * 2);
        matchedApart = Arrays.copyOf(matchedApart, matched * 2);
      }
      matchedTs[matched] = written.ts(i);
      matchedApart[matched++] = seen.ts(j) - written.ts(i);
      pid = written.pid(i);
      counts(pid).agree++;
    }

    @Override
    public void different(int i, int j) {
      settle();
      counts(written.pid(i)).differ++;
      different.computeIfAbsent(
              written.lr(i),
              lr ->
                  new Disagreement(
                      finding(
                          JoinRules.JOIN_1,
                          written,
                          i,
                          "LR"
                              + lr
                              + " of CPU "
                              + seen.cpu
                              + " is given another value than KVM wrote",
                          text(written, i),
                          text(seen, j) + " at seq " + seen.seq(j) + " of " + log.file())))
          .times++;
    }

    @Override
    public void onlyWritten(int i, boolean lost) {
      alone.addInt(i << 2 | (lost ? NEXT_TO_LOSS : 0));
    }

    @Override
    public void onlySeen(int j, boolean lost) {
      alone.addInt(j << 2 | OF_LOG | (lost ? NEXT_TO_LOSS : 0));
    }

    /** Both recordings go on: what only one of them has in between is missing in the other. */
    private void settle() {
      for (int k = 0; k < alone.size(); k++) {
        int flags = alone.getInt(k);
        boolean ofLog = (flags & OF_LOG) != 0;
        int at = flags >>> 2;
        int thread = ofLog ? pid : written.pid(at);
        if (!begun) {
          undecided(thread, Reason.TRACE_START);
        } else if ((flags & NEXT_TO_LOSS) != 0) {
          undecided(thread, Reason.LOST_EVENTS);
        } else if (ofLog && !trace.writes().showsAll()) {
          undecided(thread, Reason.NO_LR_IMAGE);
        } else {
          missing(ofLog ? seen : written, at, ofLog, thread);
        }
      }
      alone.clear();
      begun = true;
    }

    private void missing(Writes from, int at, boolean ofLog, int thread) {
      counts(thread).missing++;
      Comparison.this.missing.computeIfAbsent(
              from.lr(at),
              lr ->
                  new Disagreement(
                      finding(
                          JoinRules.JOIN_2,
                          from,
                          at,
                          "a write of LR"
                              + lr
                              + " of CPU "
                              + from.cpu
                              + " is only in "
                              + (ofLog ? "the hardware's log" : "the capture of KVM"),
                          "the same write in " + (ofLog ? trace.file() : log.file()),
                          "none")))
          .times++;
    }

    /** One recording ends before the other. */
    void end() {
      for (int k = 0; k < alone.size(); k++) {
        boolean ofLog = (alone.getInt(k) & OF_LOG) != 0;
        undecided(ofLog ? pid : written.pid(alone.getInt(k) >>> 2), Reason.TRACE_START);
      }
    }
  }
}

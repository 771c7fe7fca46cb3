package org.vgictrace.replay.engine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.FindingListener;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/**
 * Counts the verdicts of every rule and keeps the findings: the first of each rule and VM in full,
 * the others as repetitions.
 *
 * <p>Rules are addressed by their {@linkplain #index position in the catalogue}, so that counting
 * is one array access. Contradictions weaker than {@link Strength#HARD} are kept apart until {@link
 * #close} knows whether the recording had gaps. Not thread-safe.
 */
public final class Ledger {
  /** How often something must be missing before it is a finding. */
  public static final int ABSENCES_MIN = 3;

  /** How large a share of a rule's instances must be missing, as one in so many. */
  public static final int INSTANCES_PER_ABSENCE_MAX = 20;

  /**
   * One gap in so many entries makes a recording too thin for contradictions between neighbours.
   */
  public static final int ENTRIES_PER_GAP_MIN = 50;

  private static final Map<Rule, Integer> INDEXES = indexes();

  /** Which rules judge the hardware's log, by catalogue position. Its gaps are counted apart. */
  private static final boolean[] OF_HARDWARE = ofHardware();

  /** Which rules are judged by parts that know themselves what losses and clocks allow. */
  private static final boolean[] CAREFUL = careful();

  private static final Reason[] REASONS = Reason.values();
  private static final Transition[] TRANSITIONS = Transition.values();

  private final FindingListener listener;
  private final boolean[] judged;
  private final long[] consistent;
  private final long[][] inconsistent;
  private final long[][] indeterminate;
  private final long[] exercised = new long[TRANSITIONS.length];
  private final List<Candidate> candidates = new ArrayList<>();
  private final Map<Key, Candidate> byKey = new HashMap<>();

  private boolean contradicted;
  private @Nullable Reason blindness;
  private long hardwareGaps;
  private long hardwareEntries;
  private boolean decidedNow;
  private @Nullable Strength violatedNow;
  private boolean touchedNow;
  private long transitions;
  private long transitionsConsistent;
  private final long[] transitionsInconsistent = new long[Strength.values().length];

  /** A finding that may still be withdrawn. */
  private static final class Candidate {
    final Finding finding;
    final Strength strength;
    long times = 1;

    Candidate(Finding finding, Strength strength) {
      this.finding = finding;
      this.strength = strength;
    }
  }

  private record Key(Rule rule, @Nullable String vm, Strength strength) {}

  /**
   * @param judged which rules count, by catalogue position
   * @param listener told of every first finding at once
   */
  public Ledger(boolean[] judged, FindingListener listener) {
    this.judged = judged.clone();
    this.listener = listener;
    int rules = Catalogue.rules().size();
    this.consistent = new long[rules];
    this.inconsistent = new long[rules][Strength.values().length];
    this.indeterminate = new long[rules][REASONS.length];
  }

  /** Position of a rule in the catalogue. */
  public static int index(Rule rule) {
    Integer index = INDEXES.get(rule);
    if (index == null) {
      throw new AssertionError(rule.id() + " is not in the catalogue");
    }
    return index;
  }

  /**
   * Opens the judgement of one recorded transition; verdicts until {@link #endTransition} are about
   * it.
   */
  public void beginTransition() {
    decidedNow = false;
    violatedNow = null;
    touchedNow = false;
  }

  /** Closes the judgement. A transition that no rule had anything to say about is not counted. */
  public void endTransition() {
    if (!touchedNow) {
      return;
    }
    transitions++;
    if (violatedNow != null) {
      transitionsInconsistent[violatedNow.ordinal()]++;
    } else if (decidedNow) {
      transitionsConsistent++;
    }
  }

  /** The rule held. */
  public void consistent(int rule) {
    if (judged[rule]) {
      consistent[rule]++;
      decidedNow = true;
      touchedNow = true;
    }
  }

  /** The rule could not be decided. */
  public void indeterminate(int rule, Reason reason) {
    if (judged[rule]) {
      indeterminate[rule][reason.ordinal()]++;
      touchedNow = true;
    }
  }

  /** The recording shows that a step of the model was taken. Has no bearing on any rule. */
  public void exercised(Transition transition) {
    exercised[transition.ordinal()]++;
  }

  /** How often each step of the model was taken, in the order of the model. */
  public List<TransitionCount> exercised() {
    List<TransitionCount> counts = new ArrayList<>();
    for (Transition transition : TRANSITIONS) {
      counts.add(new TransitionCount(transition, exercised[transition.ordinal()]));
    }
    return counts;
  }

  /** Whether the rule counts at all. */
  public boolean isJudged(int rule) {
    return judged[rule];
  }

  /**
   * Says why nothing can be concluded at present from two events of different CPUs or from what is
   * missing: some CPU's events are, or the clock does not order them.
   *
   * @param reason null if it can
   */
  public void setBlind(@Nullable Reason reason) {
    this.blindness = reason;
  }

  /** That reason does not hold, as the events show; if there is another one, it stays. */
  public void liftBlindness(Reason reason) {
    if (blindness == reason) {
      blindness = null;
    }
  }

  /** The rule was broken. */
  public void violated(int rule, Strength strength, Finding finding) {
    if (!judged[rule]) {
      return;
    }
    if (blindness != null && !CAREFUL[rule] && restsOnOthers(strength, finding)) {
      indeterminate(rule, blindness);
      return;
    }
    inconsistent[rule][strength.ordinal()]++;
    decidedNow = true;
    touchedNow = true;
    boolean quirk = finding.rule().severity() == Severity.QUIRK;
    contradicted |= strength == Strength.HARD && finding.rule().severity() == Severity.ERROR;
    if (!quirk && (violatedNow == null || strength.compareTo(violatedNow) < 0)) {
      violatedNow = strength;
    }
    Key key = new Key(finding.rule(), finding.vm(), strength);
    Candidate known = byKey.get(key);
    if (known != null) {
      known.times++;
      return;
    }
    Candidate candidate = new Candidate(finding, strength);
    byKey.put(key, candidate);
    candidates.add(candidate);
    listener.found(finding);
  }

  /** Whether the contradiction needs the events of several CPUs, complete and in order. */
  private boolean restsOnOthers(Strength strength, Finding finding) {
    if (strength == Strength.PAIR && blindness == Reason.RACE_WINDOW) {
      int cpu = finding.at().cpu();
      return finding.because().isEmpty()
          || finding.because().stream().anyMatch(ref -> ref.cpu() != cpu);
    }
    return strength == Strength.SOFT || strength == Strength.ABSENCE;
  }

  /** Lines are missing in the hardware's log without a mark: one would explain what it shows. */
  public void hardwareGap() {
    hardwareGaps++;
  }

  /** A guest of the hardware's log runs. */
  public void hardwareEntry() {
    hardwareEntries++;
  }

  /** Places where lines of the hardware's log are missing without a mark. */
  public long hardwareGaps() {
    return hardwareGaps;
  }

  /** Whether some event contradicts itself under a rule of severity error. */
  public boolean isContradicted() {
    return contradicted;
  }

  /**
   * Events were lost after that position, on a CPU that is only now known to have lost some: what
   * was concluded since from two events, or from something missing, may rest on them.
   */
  public void withdrawSince(long seq) {
    for (int i = candidates.size() - 1; i >= 0; i--) {
      Candidate candidate = candidates.get(i);
      Strength strength = candidate.strength;
      boolean weak = strength == Strength.SOFT || strength == Strength.ABSENCE;
      Finding finding = candidate.finding;
      int rule = index(finding.rule());
      if (weak && !OF_HARDWARE[rule] && finding.at().seq() > seq) {
        candidates.remove(i);
        byKey.remove(new Key(finding.rule(), finding.vm(), strength));
        inconsistent[rule][strength.ordinal()] -= candidate.times;
        indeterminate[rule][Reason.LOST_EVENTS.ordinal()] += candidate.times;
        int s = strength.ordinal();
        transitionsInconsistent[s] = Math.max(0, transitionsInconsistent[s] - candidate.times);
      }
    }
  }

  /** Transitions judged so far. */
  public long transitions() {
    return transitions;
  }

  public long transitionsConsistent() {
    return transitionsConsistent;
  }

  /**
   * Transitions that break a rule, for a contradiction that stands.
   *
   * @param gaps as for {@link #close}
   * @param entries as for {@link #close}
   */
  public long transitionsInconsistent(long gaps, long entries) {
    long sum = 0;
    for (Strength strength : Strength.values()) {
      boolean any =
          candidates.stream().anyMatch(c -> c.strength == strength && stands(c, gaps, entries));
      sum += any ? transitionsInconsistent[strength.ordinal()] : 0;
    }
    return sum;
  }

  /**
   * Decides which findings stand. An absence must be systematic: a few lost events in a long
   * recording leave a few absences.
   *
   * @param gaps places where events are missing without a mark
   * @param entries guest entries recorded
   */
  public Verdicts close(long gaps, long entries) {
    Map<Key, Finding> standing = new HashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (!stands(candidate, gaps, entries)) {
        continue;
      }
      Finding finding = candidate.finding;
      Key key = new Key(finding.rule(), finding.vm(), Strength.HARD);
      if (standing.putIfAbsent(key, finding) == null) {
        findings.add(finding.repeated(timesOf(finding, gaps, entries)));
      }
    }
    return new Verdicts(List.copyOf(findings), counts(gaps, entries));
  }

  private boolean stands(Candidate candidate, long kvmGaps, long kvmEntries) {
    int rule = index(candidate.finding.rule());
    long gaps = OF_HARDWARE[rule] ? hardwareGaps : kvmGaps;
    long entries = OF_HARDWARE[rule] ? hardwareEntries : kvmEntries;
    return switch (candidate.strength) {
      case HARD -> true;
      case PAIR -> gaps == 0 || entries / gaps >= ENTRIES_PER_GAP_MIN;
      case SOFT -> gaps == 0;
      case ABSENCE ->
          gaps == 0
              && candidate.times >= ABSENCES_MIN
              && candidate.times * INSTANCES_PER_ABSENCE_MAX >= consistent[rule];
    };
  }

  private long timesOf(Finding finding, long gaps, long entries) {
    long times = 0;
    for (Candidate candidate : candidates) {
      if (candidate.finding.rule().equals(finding.rule())
          && Objects.equals(candidate.finding.vm(), finding.vm())
          && stands(candidate, gaps, entries)) {
        times += candidate.times;
      }
    }
    return times;
  }

  private List<RuleCount> counts(long gaps, long entries) {
    long[] withdrawn = new long[consistent.length];
    for (Candidate candidate : candidates) {
      if (!stands(candidate, gaps, entries)) {
        withdrawn[index(candidate.finding.rule())] += candidate.times;
      }
    }
    List<RuleCount> counts = new ArrayList<>();
    for (Rule rule : Catalogue.rules()) {
      int i = index(rule);
      EnumMap<Reason, Long> undecided = new EnumMap<>(Reason.class);
      for (Reason reason : REASONS) {
        if (indeterminate[i][reason.ordinal()] > 0) {
          undecided.put(reason, indeterminate[i][reason.ordinal()]);
        }
      }
      if (withdrawn[i] > 0) {
        undecided.merge(Reason.UNMARKED_LOSS, withdrawn[i], Long::sum);
      }
      long broken = 0;
      for (long times : inconsistent[i]) {
        broken += times;
      }
      counts.add(new RuleCount(rule, consistent[i], broken - withdrawn[i], undecided));
    }
    return counts;
  }

  private static boolean[] ofHardware() {
    List<Rule> rules = Catalogue.rules();
    boolean[] ofHardware = new boolean[rules.size()];
    for (int i = 0; i < ofHardware.length; i++) {
      ofHardware[i] = rules.get(i).needs().contains(Observation.HARDWARE);
    }
    return ofHardware;
  }

  private static boolean[] careful() {
    Set<Observation> apart =
        EnumSet.of(
            Observation.HARDWARE,
            Observation.GUEST_UPCALL,
            Observation.GUEST_PORT,
            Observation.XEN_PORTS,
            Observation.XEN_STEPS,
            Observation.XEN_LOCKS);
    List<Rule> rules = Catalogue.rules();
    boolean[] careful = new boolean[rules.size()];
    for (int i = 0; i < careful.length; i++) {
      careful[i] = rules.get(i).needs().stream().anyMatch(apart::contains);
    }
    return careful;
  }

  private static Map<Rule, Integer> indexes() {
    Map<Rule, Integer> indexes = new HashMap<>();
    List<Rule> rules = Catalogue.rules();
    for (int i = 0; i < rules.size(); i++) {
      indexes.put(rules.get(i), i);
    }
    return indexes;
  }

  /**
   * The final verdicts.
   *
   * @param findings findings that stand, in the order of the capture
   * @param counts counts per rule, in catalogue order
   */
  public record Verdicts(List<Finding> findings, List<RuleCount> counts) {}

  /** An event to refer to. */
  public static EventRef ref(Event event, String text) {
    return new EventRef(event.seq, event.ts, event.cpu, text);
  }
}

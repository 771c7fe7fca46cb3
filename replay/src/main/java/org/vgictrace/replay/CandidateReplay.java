package org.vgictrace.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.verdict.CandidateOutcome;
import org.vgictrace.replay.verdict.CandidateOutcome.Fate;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.FindingListener;
import org.vgictrace.replay.xen.Writer;

/**
 * Replays a capture whose generation may be unknown: every generation that can have been it is
 * replayed beside the others, until the events exclude it or it breaks a rule that another keeps.
 * The result is that of the newest one that explains the capture best; what the survivors do not
 * agree on is undecided. Not thread-safe.
 */
public final class CandidateReplay {
  /** A generation and its replay. */
  private record Run(Generation generation, Replay replay) {}

  /** A candidate at the end, and what it found wrong. */
  private record Ended(Generation generation, ReplayResult result, List<Finding> errors) {}

  private final @Nullable Generation forced;
  private final @Nullable Replay sole;
  private final List<Run> running = new ArrayList<>();
  private final Map<Generation, CandidateOutcome> gone = new EnumMap<>(Generation.class);
  private final Evidence evidence = new Evidence();

  /**
   * @param options how to replay
   * @param listener told of findings of every candidate while their events are at hand
   * @throws IllegalArgumentException if the options name a profile or rule that does not exist
   */
  public CandidateReplay(ReplayOptions options, FindingListener listener) {
    boolean xen = Writer.ofProfile(options.profile()) != null;
    Profile profile = Profile.choose(xen ? null : options.profile(), options.release());
    forced = options.profile() == null || xen ? null : profile.generation();
    sole = xen || profile.isKnown() ? new Replay(options, listener) : null;
    if (sole == null) {
      for (Generation generation : Generation.values()) {
        running.add(new Run(generation, new Replay(options.as(generation), listener)));
      }
    }
  }

  /** The kinds a replay looks at; a reader need not decode the others. */
  public Set<Kind> kinds() {
    return sole == null ? running.get(0).replay().kinds() : sole.kinds();
  }

  /** Replays the events of a batch. */
  public void accept(Batch batch) {
    if (sole != null) {
      if (forced != null) {
        evidence.observe(batch);
      }
      sole.accept(batch);
      return;
    }
    if (running.size() > 1) {
      evidence.observe(batch);
      exclude();
    }
    for (Run run : running) {
      run.replay().accept(batch);
    }
    if (running.size() > 1) {
      recognise();
    }
    if (running.size() > 1) {
      refute();
    }
  }

  /** Xen is no generation of KVM: one replay is enough to judge it. */
  private void recognise() {
    if (running.get(0).replay().writer().isXen()) {
      running.subList(1, running.size()).clear();
    }
  }

  /** Drops the candidates that the events exclude, unless that leaves none. */
  private void exclude() {
    Map<Generation, String> excluded = evidence.excluded();
    if (running.stream().allMatch(run -> excluded.containsKey(run.generation()))) {
      return;
    }
    for (Run run : List.copyOf(running)) {
      String by = excluded.get(run.generation());
      if (by != null) {
        running.remove(run);
        gone.put(run.generation(), new CandidateOutcome(run.generation(), Fate.EXCLUDED, by));
      }
    }
  }

  /** Drops the candidates that are wrong for certain while another has nothing against it. */
  private void refute() {
    if (running.stream().allMatch(run -> run.replay().isContradicted())) {
      return;
    }
    for (Run run : List.copyOf(running)) {
      if (run.replay().isContradicted()) {
        List<Finding> errors = errors(run.replay().finish());
        if (!errors.isEmpty()) {
          running.remove(run);
          gone.put(run.generation(), refuted(run.generation(), errors));
        }
      }
    }
  }

  private static CandidateOutcome refuted(Generation generation, List<Finding> errors) {
    Finding first = errors.get(0);
    return new CandidateOutcome(
        generation, Fate.REFUTED, first.rule().id() + " at seq " + first.at().seq());
  }

  private static List<Finding> errors(ReplayResult result) {
    return result.findings().stream()
        .filter(finding -> finding.rule().severity() == Severity.ERROR)
        .toList();
  }

  /** The outcome. No batch may be fed afterwards. */
  public ReplayResult finish() {
    if (sole != null) {
      ReplayResult result = sole.finish();
      String against = forced == null ? null : evidence.excluded().get(forced);
      return against == null
          ? result
          : result.judgedAs(
              forced + " (forced, although the capture has " + against + ")", List.of());
    }
    List<Ended> ended = new ArrayList<>();
    for (Run run : running) {
      ReplayResult result = run.replay().finish();
      ended.add(new Ended(run.generation(), result, errors(result)));
    }
    return best(ended);
  }

  private ReplayResult best(List<Ended> ended) {
    if (running.get(0).replay().writer().isXen()) {
      return ended.get(0).result();
    }
    int least = ended.stream().mapToInt(each -> each.errors().size()).min().orElse(0);
    List<Ended> survivors = new ArrayList<>();
    List<CandidateOutcome> outcomes = new ArrayList<>(gone.values());
    for (Ended each : ended) {
      if (each.errors().size() > least) {
        outcomes.add(refuted(each.generation(), each.errors()));
      } else {
        survivors.add(each);
        outcomes.add(
            least == 0
                ? new CandidateOutcome(each.generation(), Fate.EXPLAINS, "")
                : refuted(each.generation(), each.errors()));
      }
    }
    outcomes.sort(Comparator.comparing(CandidateOutcome::generation));
    Ended chosen = survivors.get(survivors.size() - 1);
    ReplayResult result = chosen.result();
    for (Ended other : survivors.subList(0, survivors.size() - 1)) {
      result = result.agreedWith(other.result());
    }
    return result.judgedAs(chosen.generation() + " (" + reason(chosen, outcomes) + ")", outcomes);
  }

  private static String reason(Ended chosen, List<CandidateOutcome> outcomes) {
    Map<String, String> others = new LinkedHashMap<>();
    for (CandidateOutcome outcome : outcomes) {
      if (outcome.generation() != chosen.generation()) {
        others.merge(outcome.words(), outcome.generation().name(), (a, b) -> a + " and " + b);
      }
    }
    return "release unknown; "
        + others.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining("; "));
  }

  /** Findings that are the same but for the profile they are judged by. */
  static List<Finding> common(List<Finding> ours, List<Finding> theirs) {
    record Seen(String rule, long seq, @Nullable String vm) {}
    Set<Seen> seen = new HashSet<>();
    for (Finding finding : theirs) {
      seen.add(new Seen(finding.rule().id(), finding.at().seq(), finding.vm()));
    }
    return ours.stream()
        .filter(f -> seen.contains(new Seen(f.rule().id(), f.at().seq(), f.vm())))
        .toList();
  }
}

package org.vgictrace.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Batch;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.replay.engine.Event;
import org.vgictrace.replay.engine.Ledger;
import org.vgictrace.replay.engine.Part;
import org.vgictrace.replay.evtchn.GuestPart;
import org.vgictrace.replay.evtchn.XenEventsPart;
import org.vgictrace.replay.hw.HardwarePart;
import org.vgictrace.replay.kvm.AccessMarks;
import org.vgictrace.replay.kvm.Companions;
import org.vgictrace.replay.kvm.DeviceMarks;
import org.vgictrace.replay.kvm.KvmModel;
import org.vgictrace.replay.kvm.Machine;
import org.vgictrace.replay.kvm.Profile;
import org.vgictrace.replay.kvm.Reporter;
import org.vgictrace.replay.kvm.SleepChecks;
import org.vgictrace.replay.kvm.StepMarks;
import org.vgictrace.replay.kvm.gicv4.VlpiModel;
import org.vgictrace.replay.kvm.lock.LockPart;
import org.vgictrace.replay.kvm.lpi.LpiModel;
import org.vgictrace.replay.kvm.nested.NestedPart;
import org.vgictrace.replay.kvm.pmu.OwnershipModel;
import org.vgictrace.replay.kvm.timer.TimerModel;
import org.vgictrace.replay.kvmxen.KvmXenPart;
import org.vgictrace.replay.kvmxen.XenStepMarks;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.rule.Subject;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.runstate.RunStatePart;
import org.vgictrace.replay.verdict.FindingListener;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;
import org.vgictrace.replay.xen.Writer;
import org.vgictrace.replay.xen.XenPart;
import org.vgictrace.replay.xen.dump.DumpPart;
import org.vgictrace.replay.xen.inside.InsidePart;

/**
 * Replays one capture under one profile. Feed it every batch in order with {@link #accept}, then
 * ask for the {@link #finish result}. It reads a batch during the call only; whoever owns the batch
 * recycles it. Not thread-safe.
 */
public final class Replay {
  private static final Kind[] KINDS = Kind.values();
  private static final Set<Subject> ANYTHING = EnumSet.allOf(Subject.class);

  private final Ledger ledger;
  private final KvmModel model;
  private final List<Part> all;
  private final XenPart xen;
  private final @Nullable Writer forced;

  /** The parts that look at a kind, by its ordinal; the model of the vGIC comes first. */
  private final Part[][] parts = new Part[KINDS.length][];

  private final int[] cursors = new int[KINDS.length];
  private final Event event = new Event();

  /**
   * @param options how to replay
   * @param listener told of findings while their events are at hand
   * @throws IllegalArgumentException if the options name a profile or rule that does not exist
   */
  public Replay(ReplayOptions options, FindingListener listener) {
    ledger = new Ledger(judged(options), listener);
    forced = Writer.ofProfile(options.profile());
    Profile profile =
        forced == null
            ? Profile.choose(options.profile(), options.release())
            : Profile.choose(null, null);
    model = new KvmModel(profile, options.order(), ledger);
    Machine machine = model.machine();
    Reporter reporter = model.reporter();
    HardwarePart hardware = new HardwarePart(machine, ledger);
    xen = new XenPart(hardware, ledger, forced);
    all = forced == null ? kvm(options, machine, reporter) : new ArrayList<>();
    all.addAll(
        List.of(
            xen,
            hardware,
            new RunStatePart(machine, ledger),
            new KvmXenPart(machine, ledger),
            new XenStepMarks(ledger),
            new GuestPart(machine, ledger),
            new XenEventsPart(machine, ledger),
            new InsidePart(machine, ledger),
            new DumpPart(machine, ledger)));
    for (Kind kind : KINDS) {
      parts[kind.ordinal()] =
          all.stream().filter(part -> part.kinds().contains(kind)).toArray(Part[]::new);
    }
  }

  /** The parts that know KVM's vGIC. */
  private List<Part> kvm(ReplayOptions options, Machine machine, Reporter reporter) {
    return new ArrayList<>(
        List.of(
            model,
            new StepMarks(model),
            new AccessMarks(model),
            new DeviceMarks(model),
            new SleepChecks(machine, reporter),
            new Companions(model),
            new LpiModel(machine, reporter, options.release()),
            new VlpiModel(machine, reporter),
            new OwnershipModel(machine, reporter),
            new TimerModel(machine, reporter),
            new LockPart(machine, reporter),
            new NestedPart(model)));
  }

  /** The hypervisor that a log of the hardware is by, as far as that is known. */
  Writer writer() {
    return xen.writer();
  }

  /** The kinds a replay looks at; a reader need not decode the others. */
  public Set<Kind> kinds() {
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (Kind kind : KINDS) {
      if (parts[kind.ordinal()].length > 0) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private static boolean[] judged(ReplayOptions options) {
    List<Rule> rules = Catalogue.rules();
    boolean[] judged = new boolean[rules.size()];
    Set<Rule> only = resolve(options.only());
    Set<Rule> ignored = resolve(options.ignored());
    for (int i = 0; i < judged.length; i++) {
      Rule rule = rules.get(i);
      judged[i] = (only.isEmpty() || only.contains(rule)) && !ignored.contains(rule);
    }
    return judged;
  }

  private static Set<Rule> resolve(Set<String> ids) {
    Set<Rule> rules = new HashSet<>();
    for (String id : ids) {
      Rule rule = Catalogue.find(id);
      if (rule == null) {
        throw new IllegalArgumentException("no rule " + id);
      }
      rules.add(rule);
    }
    return rules;
  }

  /** Replays the events of a batch. */
  public void accept(Batch batch) {
    Arrays.fill(cursors, 0);
    byte[] order = batch.order();
    int size = batch.size();
    for (int i = 0; i < size; i++) {
      int ordinal = order[i];
      int row = cursors[ordinal]++;
      Part[] interested = parts[ordinal];
      if (interested.length > 0) {
        event.moveTo(batch.table(ordinal), row);
        for (Part part : interested) {
          part.step(KINDS[ordinal], event, batch.names());
        }
      }
    }
  }

  /** Whether an event was found that contradicts itself under a rule of severity error. */
  boolean isContradicted() {
    return ledger.isContradicted();
  }

  /** The outcome. No batch may be fed afterwards. */
  public ReplayResult finish() {
    all.forEach(Part::finish);
    if (xen.writer().isXen()) {
      model.machine().saw(Observation.XEN_ACCESSES);
    }
    Ledger.Verdicts verdicts = ledger.close(model.gaps(), model.entries());
    long inconsistent = ledger.transitionsInconsistent(model.gaps(), model.entries());
    long undecided = ledger.transitions() - ledger.transitionsConsistent() - inconsistent;
    return new ReplayResult(
        profile(),
        List.of(),
        model.hostGic(),
        ledger.transitions(),
        ledger.transitionsConsistent(),
        inconsistent,
        undecided,
        verdicts.counts(),
        steps(),
        verdicts.findings(),
        model.observed(),
        missing(verdicts.counts()),
        model.gaps() + ledger.hardwareGaps(),
        model.vms(),
        xen.writer().isXen() ? xen.vcpus() : model.vcpus());
  }

  private String profile() {
    if (!xen.writer().isXen()) {
      return model.profile();
    }
    String by = forced == null ? "recognised by its register accesses" : "forced";
    return xen.writer() + " (" + by + ")";
  }

  /**
   * How often each step was taken, of the models of which any was; if none was, of those of what
   * the capture is of, which may be none, and of all if it shows nothing.
   */
  private List<TransitionCount> steps() {
    Generation generation = model.machine().profile().generation();
    List<TransitionCount> counts = ledger.exercised();
    EnumSet<Transition.Model> models = EnumSet.noneOf(Transition.Model.class);
    for (TransitionCount count : counts) {
      if (count.times() > 0) {
        models.add(count.transition().model());
      }
    }
    List<Observation> observed = model.observed();
    if (models.isEmpty()) {
      models.addAll(Transition.Model.of(observed.isEmpty() ? ANYTHING : Subject.of(observed)));
    }
    return counts.stream()
        .filter(count -> count.times() > 0 || isOpen(count.transition(), models, generation))
        .toList();
  }

  /** Whether a step that was not taken belongs to what a capture could have shown. */
  private static boolean isOpen(
      Transition step, Set<Transition.Model> models, @Nullable Generation generation) {
    boolean exists = step.model() != Transition.Model.KVM || step.existsIn(generation);
    return exists && models.contains(step.model());
  }

  /** Observations that undecided instances wanted, the recording never showed, and probes can. */
  private List<Observation> missing(List<RuleCount> counts) {
    EnumSet<Observation> wanted = EnumSet.noneOf(Observation.class);
    Set<Subject> subjects = Subject.of(model.observed());
    for (RuleCount count : counts) {
      boolean undecided =
          count.indeterminate().containsKey(Reason.PROBE_MISSING)
              || count.indeterminate().containsKey(Reason.NO_IRQ_SNAPSHOT)
              || count.indeterminate().containsKey(Reason.NO_LR_IMAGE);
      boolean unseen = count.total() == 0 && isWorthRecording(count.rule());
      if ((undecided || unseen) && count.rule().isAbout(subjects)) {
        wanted.addAll(count.rule().needs());
      }
    }
    wanted.removeAll(model.observed());
    wanted.removeIf(observation -> !observation.isRecordable() || !model.canShow(observation));
    return new ArrayList<>(wanted);
  }

  /** Whether a rule without an instance is one that any busy guest gives instances of. */
  private static boolean isWorthRecording(Rule rule) {
    return rule.severity() == Severity.ERROR
        && !rule.needs().isEmpty()
        && rule.needs().stream().allMatch(need -> need.isRecordable() && need.isCommon());
  }
}

package org.vgictrace.analysis.report;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.check.WindowLine;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.Place;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Generation;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.rule.Severity;
import org.vgictrace.replay.rule.Transition;
import org.vgictrace.replay.verdict.CandidateOutcome;
import org.vgictrace.replay.verdict.CandidateOutcome.Fate;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/** Results to write reports of, made by hand so that they change only when a report does. */
final class Reports {
  /** What tests sign reports with. */
  static final Tool TOOL = new Tool("vgictrace", "1.2.3");

  /** A rule of severity error. */
  static final Rule STATE =
      Rule.rule("INV-HW-1", Severity.ERROR, "Impossible state change in the guest")
          .holds("A list register only goes where the architecture lets it go.")
          .why("The guest can only acknowledge and finish.")
          .catches("A lost save, or the image of another vCPU.")
          .needs(Observation.ENTRY_IMAGE, Observation.EXIT_IMAGE)
          .function("vgic_v2_save_state (arch/arm64/kvm/vgic/vgic-v2.c)")
          .function("__vgic_v3_save_state (arch/arm64/kvm/hyp/vgic-v3-sr.c)")
          .architecture("Arm IHI 0048 5.3.8 GICH_LRn.State")
          .architecture("Arm IHI 0069 ICH_LR<n>_EL2.State")
          .build();

  /** A rule of severity warning that shows in something missing. */
  static final Rule RATE =
      Rule.rule("INV-MAINT-1", Severity.WARNING, "Unexplained maintenance interrupt")
          .holds("Each maintenance interrupt has a cause.")
          .why("The hardware raises it for a reason.")
          .catches("Wrong enable bits.")
          .needs(Observation.HOST_IRQ, Observation.EXIT_IMAGE)
          .function("vgic_maintenance_handler (arch/arm64/kvm/vgic/vgic-init.c)")
          .absence()
          .build();

  private Reports() {}

  /** A capture in which all is well. */
  static CheckReport healthy(String file) {
    return new CheckReport(
        meta(file, "6.12.107"),
        counts(Map.of("kvm:kvm_entry", 10L, "kvm:kvm_exit", 10L, "vgic:enter", 10L), 0),
        replay(
            "M612 (release 6.12.107)",
            List.of(
                new RuleCount(STATE, 10, 0, Map.of()),
                new RuleCount(
                    RATE, 0, 0, Map.of(Reason.PROBE_MISSING, 3L, Reason.LOST_EVENTS, 3L))),
            List.of(
                Observation.VCPU_ENTRY,
                Observation.VCPU_EXIT,
                Observation.ENTRY_IMAGE,
                Observation.EXIT_IMAGE),
            List.of(Observation.HOST_IRQ, Observation.LAST_LR_IRQ)),
        List.of());
  }

  /** A capture with a finding, losses, a complaint, and names that would do harm. */
  static CheckReport broken(String file) {
    String evil = "vcpu-1\u001b[31m\u202e";
    Finding finding =
        new Finding(
            STATE,
            "A list register went from pending to pending+active, which no guest can cause." + evil,
            new EventRef(
                6499,
                358_838_534_000L,
                1,
                "LR0 = 33 pending+active prio 50 grp1 (0xd050000000000021)"),
            List.of(
                new EventRef(
                    6495,
                    358_838_392_000L,
                    1,
                    "entry image used_lrs=4 hcr=0x1 lr0=0x5050000000000021 lr1=0x5070000000000023"
                        + " lr2=0x5090000000000025 lr3=0x50b0000000000027")),
            951,
            "vm0",
            1,
            33L,
            "LR0 = 33 pending prio 50 grp1, active or inactive",
            "LR0 = 33 pending+active prio 50 grp1",
            "profile=M612, host-gic=v3, lrs=4",
            17);
    List<WindowLine> window =
        List.of(
            line(6402, -954_000, 0, "queue", "33 edge latch prio 50 grp1", false),
            line(6488, -214_000, 1, "lr_write", "lr0: 33 edge latch prio 50 grp1", false),
            line(
                6495, -142_000, 1, "lr_image", "entry lr0: 33 pending prio 50 grp1 +3 other", true),
            line(6496, -131_000, 1, "vcpu_entry", "pc=0x40004b58", false),
            line(6499, 0, 1, "lr_image", "exit lr0: 33 pending+active prio 50 grp1 +3 other", true),
            line(6500, 15_000, 1, "lr_fold", "33", false));
    return new CheckReport(
        meta(file, "6.12.107-" + evil),
        counts(Map.of("kvm:kvm_entry", 10L, "evil\u001b[2J", 1L, "vgic:fold", 4L), 120),
        replay(
            "M612 (release 6.12.107)",
            List.of(
                new RuleCount(STATE, 9, 17, Map.of(Reason.LOST_EVENTS, 2L)),
                new RuleCount(RATE, 0, 0, Map.of())),
            List.of(Observation.VCPU_ENTRY, Observation.EXIT_IMAGE),
            List.of(Observation.ENTRY_IMAGE)),
        List.of(new FindingReport(file, finding, window)));
  }

  private static WindowLine line(
      long seq, long delta, int cpu, String kind, String brief, boolean marked) {
    return new WindowLine(
        seq, 358_838_534_000L + delta, cpu, kind, "vcpu1 " + brief, brief, marked);
  }

  private static CaptureMeta meta(String file, String release) {
    return new CaptureMeta(
        file,
        "trace.dat v7",
        release,
        "aarch64",
        "local",
        true,
        List.of(0, 1),
        "zstd",
        List.of("kvm:kvm_entry", "kvm:kvm_exit", "irq:irq_handler_entry"),
        0);
  }

  private static CaptureCounts counts(Map<String, Long> byName, long lost) {
    long events = byName.values().stream().mapToLong(Long::longValue).sum();
    List<Diagnostic> diagnostics =
        lost == 0
            ? List.of()
            : List.of(
                new Diagnostic(
                    "page-commit-too-large",
                    Diagnostic.Severity.ERROR,
                    Place.at(4096),
                    "page says 9999 bytes\u001b[0m"));
    return new CaptureCounts(
        events,
        events - 1,
        new TreeMap<>(byName),
        new TreeMap<>(Map.of(0, 3L, 1, events - 3)),
        lost == 0 ? new TreeMap<>() : new TreeMap<>(Map.of(1, lost)),
        lost == 0 ? 0 : 2,
        lost == 0 ? -1 : 7,
        lost == 0 ? 0 : 1,
        358_000_000_000L,
        359_500_000_000L,
        diagnostics,
        lost == 0 ? Map.of() : Map.of("page-commit-too-large", 1L));
  }

  private static ReplayResult replay(
      String profile,
      List<RuleCount> rules,
      List<Observation> observed,
      List<Observation> missing) {
    long good = rules.stream().mapToLong(RuleCount::consistent).sum();
    long bad = rules.stream().mapToLong(RuleCount::inconsistent).sum();
    long unknown = rules.stream().mapToLong(RuleCount::undecided).sum();
    List<Finding> findings = List.of();
    return new ReplayResult(
        profile,
        List.of(
            new CandidateOutcome(Generation.M61, Fate.EXCLUDED, "injection with a vCPU pointer"),
            new CandidateOutcome(Generation.M612, Fate.EXPLAINS, ""),
            new CandidateOutcome(Generation.M72, Fate.REFUTED, "INV-LRE-4 at seq 2275")),
        "GICv3",
        good + bad + unknown,
        good,
        bad,
        unknown,
        rules,
        List.of(
            new TransitionCount(Transition.POP_1, good),
            new TransitionCount(Transition.POP_2, bad),
            new TransitionCount(Transition.FOLD_1, 0),
            new TransitionCount(Transition.NV_1, 0)),
        findings,
        observed,
        missing,
        0,
        1,
        2);
  }
}

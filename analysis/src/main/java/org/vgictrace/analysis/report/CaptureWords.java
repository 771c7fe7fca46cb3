package org.vgictrace.analysis.report;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.coverage.XenAnswers;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Subject;

/** Phrases about a capture that several reports use. */
final class CaptureWords {
  private CaptureWords() {}

  /** Format, kernel and clock. */
  static String origin(CaptureMeta meta) {
    return format(meta) + ", kernel " + kernel(meta) + ", clock " + clock(meta);
  }

  static String format(CaptureMeta meta) {
    String compression = meta.compression();
    String inside =
        compression == null || compression.equals("none") ? "" : " (" + Clean.of(compression) + ")";
    return Clean.of(meta.format()) + inside;
  }

  /** Release and architecture, as far as recorded. */
  static String kernel(CaptureMeta meta) {
    String release = meta.release() == null ? "unknown" : Clean.of(meta.release());
    if (meta.release() == null && meta.arch() == null) {
      return "not recorded";
    }
    return meta.arch() == null ? release : release + " " + Clean.of(meta.arch());
  }

  /** Name of the clock and what it counts, if that is not nanoseconds. */
  static String clock(CaptureMeta meta) {
    String clock = meta.clock() == null ? "not recorded" : Clean.of(meta.clock());
    return meta.nanoseconds() ? clock : clock + " (raw units)";
  }

  /** The model that the capture was judged by. */
  static String model(CheckReport report) {
    Set<Subject> subjects = report.replay().subjects();
    if (isOfXen(report)) {
      return modelOfXen(subjects);
    }
    String profile = Clean.of(report.replay().profile());
    if (subjects.contains(Subject.XEN_VGIC)) {
      return "the architecture's virtual CPU interface, and " + profile;
    }
    return subjects.contains(Subject.KVM_VGIC) ? profile : docs(subjects);
  }

  private static String modelOfXen(Set<Subject> subjects) {
    if (subjects.contains(Subject.KVM_VGIC)) {
      return "none: a trace of Xen, which shows nothing to judge";
    }
    return subjects.equals(EnumSet.of(Subject.XEN_SCHEDULER))
        ? docs(subjects) + "; the trace shows no list register, interrupt or event channel"
        : docs(subjects);
  }

  private static String docs(Set<Subject> subjects) {
    return subjects.stream().map(Subject::doc).collect(Collectors.joining(" and "));
  }

  /** Whether the capture is of a Xen hypervisor, of which no model of KVM can say anything. */
  static boolean isOfXen(CheckReport report) {
    return XenAnswers.concern(report.meta(), report.counts());
  }

  /**
   * The hypervisor that the capture is about: {@code kvm}, {@code xen} (its guests included), or
   * {@code unknown} for a log of the hardware whose writer could not be told.
   */
  static String hypervisor(CheckReport report) {
    Set<Subject> subjects = report.replay().subjects();
    if (isOfXen(report)
        || subjects.contains(Subject.XEN_VGIC)
        || subjects.contains(Subject.GUEST_EVENTS) && !subjects.contains(Subject.KVM_XEN)) {
      return "xen";
    }
    return subjects.equals(EnumSet.of(Subject.VIRTUAL_INTERFACE)) ? "unknown" : "kvm";
  }

  /** Events, time span and CPUs. */
  static String extent(CaptureMeta meta, CaptureCounts counts) {
    return Figures.counted(counts.events(), "event")
        + " ("
        + counts.eventsModelled()
        + " modelled) in "
        + span(meta, counts)
        + " on "
        + Figures.counted(counts.eventsByCpu().size(), "CPU");
  }

  static String span(CaptureMeta meta, CaptureCounts counts) {
    return meta.nanoseconds()
        ? Figures.duration(counts.duration())
        : counts.duration() + " clock units";
  }

  /**
   * The host's GIC. The log of an emulated one tells by whose list registers are accessed: {@code
   * gicv3_ich_lr_write} and the like are the system registers of a GICv3 (QEMU's
   * hw/intc/trace-events), {@code gic_hyp_write} and {@code gic_lr_entry} the memory-mapped ones of
   * a GICv2.
   */
  static String hostGic(ReplayResult replay, CaptureCounts counts) {
    if (!replay.hostGic().equals("unknown")) {
      return replay.hostGic();
    }
    boolean third =
        counts.eventsByName().keySet().stream().anyMatch(e -> e.startsWith("gicv3_ich_"));
    boolean second =
        counts.eventsByName().keySet().stream()
            .anyMatch(e -> e.startsWith("gic_hyp_") || e.equals("gic_lr_entry"));
    return second == third ? "unknown" : second ? "GICv2" : "GICv3";
  }

  /** VMs and vCPUs. */
  static String machines(ReplayResult replay) {
    return Figures.counted(replay.vms(), "VM") + ", " + Figures.counted(replay.vcpus(), "vCPU");
  }

  /** One sentence per kind of loss and per diagnostic code; empty if the capture is whole. */
  static List<String> losses(CaptureCounts counts, ReplayResult replay) {
    List<String> losses = losses(counts);
    if (replay.gaps() > 0) {
      String places = Figures.counted(replay.gaps(), "place");
      losses.add("gaps: events are missing at " + places + " without a loss mark");
    }
    return losses;
  }

  /** The same without what only a replay notices. */
  static List<String> losses(CaptureCounts counts) {
    List<String> losses = new ArrayList<>();
    if (counts.lostMarks() > 0 || counts.lost() > 0) {
      losses.add("lost: " + lost(counts));
    }
    if (counts.overwritten() > 0) {
      losses.add(
          "overwritten: " + counts.overwritten() + " older events before the ring buffer was read");
    }
    if (counts.unparsed() > 0) {
      losses.add(
          "unparsed: " + Figures.counted(counts.unparsed(), "record or line") + " not understood");
    }
    for (Map.Entry<String, Long> code : counts.diagnosticCounts().entrySet()) {
      losses.add("note: " + diagnostic(counts, code.getKey(), code.getValue()));
    }
    return losses;
  }

  private static String lost(CaptureCounts counts) {
    String byCpu =
        counts.lostByCpu().entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(
                entry ->
                    (entry.getKey() < 0 ? "unknown CPU" : "CPU " + entry.getKey())
                        + ": "
                        + entry.getValue())
            .collect(Collectors.joining(", "));
    String places = " at " + Figures.counted(counts.lostMarks(), "place");
    if (counts.lost() == 0) {
      return "an unknown number of events" + places;
    }
    return Figures.counted(counts.lost(), "event") + places + " (" + byCpu + ")";
  }

  private static String diagnostic(CaptureCounts counts, String code, long times) {
    for (Diagnostic diagnostic : counts.diagnostics()) {
      if (diagnostic.code().equals(code)) {
        String more = times > 1 ? " (" + times + " times " + code + ")" : " (" + code + ")";
        return "at " + diagnostic.place() + ": " + Clean.of(diagnostic.message()) + more;
      }
    }
    return times + " times " + Clean.of(code);
  }
}

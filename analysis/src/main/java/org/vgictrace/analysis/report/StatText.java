package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vgictrace.analysis.stat.HardwareFigures;
import org.vgictrace.analysis.stat.InterruptFigures;
import org.vgictrace.analysis.stat.LatencyFigures;
import org.vgictrace.analysis.stat.RunStateFigures;
import org.vgictrace.analysis.stat.SendFigures;
import org.vgictrace.analysis.stat.StatReport;
import org.vgictrace.analysis.stat.VcpuFigures;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Intid;
import org.vgictrace.analysis.text.Layout;

/** Writes the figures of a capture for people: a block per vCPU, then a line per interrupt. */
public final class StatText {
  private static final int LABEL = 14;
  private static final int SPAN = 11;

  private final Style style;
  private final Lines lines;
  private boolean nanoseconds = true;

  public StatText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes the figures of one capture. */
  public void write(StatReport report) throws IOException {
    nanoseconds = report.meta().nanoseconds();
    lines.line(style.strong(Clean.of(report.meta().file())));
    lines.entry(2, 0, "", CaptureWords.origin(report.meta()));
    lines.entry(2, 0, "", CaptureWords.extent(report.meta(), report.counts()));
    for (String loss : CaptureWords.losses(report.counts())) {
      lines.entry(2, 0, "", loss);
    }
    if (!report.runStates().isEmpty()) {
      runStates(report.runStates());
    }
    if (!report.hardware().cpus().isEmpty()) {
      hardware(report.hardware());
    }
    if (report.vcpus().isEmpty()
        && report.runStates().isEmpty()
        && report.hardware().cpus().isEmpty()) {
      lines.blank().line("  No vCPU was seen.");
    }
    long duration = nanoseconds ? report.counts().duration() : 0;
    for (VcpuFigures vcpu : report.vcpus()) {
      vcpu(vcpu, duration, report.hostIrqsSeen());
    }
    if (!report.interrupts().isEmpty()) {
      interrupts(report.interrupts());
    }
    for (SendFigures sends : report.sends()) {
      sends(sends);
    }
    if (report.unattributed() > 0) {
      lines
          .blank()
          .entry(
              2,
              0,
              "",
              "Not attributed: "
                  + Figures.counted(report.unattributed(), "injection")
                  + " whose target is unknown.");
    }
  }

  private void vcpu(VcpuFigures vcpu, long duration, boolean hostIrqsSeen) throws IOException {
    lines
        .blank()
        .line(
            "  "
                + style.strong(vcpu.label())
                + (vcpu.pid() >= 0 ? " (pid " + vcpu.pid() + ")" : ""));
    field("entries", counted(vcpu.entries(), duration));
    field("exits", counted(vcpu.exitCount(), duration) + detail(vcpu.exits()));
    field(
        "maintenance",
        hostIrqsSeen
            ? counted(vcpu.maintenanceCount(), duration) + detail(vcpu.maintenance())
            : "unknown: record irq:irq_handler_entry to tell maintenance exits from others");
    field(
        "populations", vcpu.populations() + ", folds " + vcpu.folds() + ", kicks " + vcpu.kicks());
    if (vcpu.images() > 0) {
      field(
          "LRs in use", occupancy(vcpu) + "; underflow asked for " + vcpu.underflows() + " times");
    }
    if (vcpu.toLr().count() + vcpu.toRetire().count() > 0) {
      lines.line("    " + Layout.left("", LABEL) + latencyHead());
      latency("inject to LR", vcpu.toLr());
      latency("LR to retire", vcpu.toRetire());
    }
  }

  private static String occupancy(VcpuFigures vcpu) {
    StringBuilder text = new StringBuilder();
    for (int used = 0; used < vcpu.occupancy().size(); used++) {
      long entries = vcpu.occupancy().get(used);
      if (entries > 0) {
        text.append(text.length() == 0 ? "" : ", ")
            .append(used)
            .append(": ")
            .append(Figures.percent(entries, vcpu.images()));
      }
    }
    return text + " of " + Figures.counted(vcpu.images(), "entry image");
  }

  private void hardware(HardwareFigures figures) throws IOException {
    lines.blank().line("  " + style.strong("virtual CPU interfaces"));
    line("", "LRs written", "LRs read", "acks", "spurious", "EOIs", "DIRs", "maint.");
    for (HardwareFigures.Cpu cpu : figures.cpus()) {
      line(
          "CPU " + cpu.cpu(),
          cpu.written(),
          cpu.read(),
          cpu.acknowledged(),
          cpu.spurious(),
          cpu.ended(),
          cpu.deactivated(),
          cpu.maintenance());
    }
    lines
        .blank()
        .line(
            "  "
                + style.strong("interrupts")
                + "  (LR to ack, then ack to EOI: median and maximum)");
    line("", "in LRs", "acks", "EOIs", "p50", "max", "p50", "max");
    for (HardwareFigures.Interrupt interrupt : figures.interrupts()) {
      LatencyFigures toAck = interrupt.toAcknowledge();
      LatencyFigures toEnd = interrupt.toEnd();
      line(
          Intid.name(interrupt.intid()),
          interrupt.placed(),
          interrupt.acknowledged(),
          interrupt.ended(),
          span(toAck, toAck.p50()),
          span(toAck, toAck.max()),
          span(toEnd, toEnd.p50()),
          span(toEnd, toEnd.max()));
    }
  }

  /** A line of a table: a name, then a wide column and others. */
  private void line(String name, Object first, Object... others) throws IOException {
    StringBuilder line = new StringBuilder("  ").append(Layout.left(name, 11));
    line.append(Layout.right(first.toString(), 12));
    for (Object other : others) {
      line.append(Layout.right(other.toString(), 9));
    }
    lines.line(line.toString());
  }

  private void runStates(List<RunStateFigures> vcpus) throws IOException {
    lines
        .blank()
        .line(
            "  " + style.strong("run states") + "  (then runnable to running: median and maximum)");
    StringBuilder head = new StringBuilder("  ").append(Layout.left("", 11));
    RunStateFigures.STATES.forEach(state -> head.append(Layout.right(state, 10)));
    lines.line(head + Layout.right("runs", 8) + Layout.right("p50", 9) + Layout.right("max", 10));
    for (RunStateFigures vcpu : vcpus) {
      String name = "d" + vcpu.domain() + "v" + vcpu.vcpu();
      StringBuilder line = new StringBuilder("  ").append(Layout.left(name, 11));
      for (long time : vcpu.times()) {
        line.append(
            Layout.right(vcpu.total() == 0 ? "-" : Figures.percent(time, vcpu.total()), 10));
      }
      lines.line(
          line
              + Layout.right(Long.toString(vcpu.runs()), 8)
              + Layout.right(span(vcpu.waited(), vcpu.waited().p50()), 9)
              + Layout.right(span(vcpu.waited(), vcpu.waited().max()), 10));
    }
  }

  private void sends(SendFigures sends) throws IOException {
    nanoseconds = sends.nanoseconds();
    lines.blank().line("  " + style.strong("sends") + " of " + Clean.of(sends.guest()));
    String why = sends.why();
    if (why != null) {
      field("not aligned", why);
      return;
    }
    if (sends.toHypercall().count() == 0) {
      field("domain " + sends.domain(), "no send is recorded whose hypercall Xen records, too");
      return;
    }
    lines.line("    " + Layout.left("domain " + sends.domain(), LABEL) + latencyHead());
    latency("to hypercall", sends.toHypercall());
    latency("to wake", sends.toWake());
    latency("to running", sends.toRunning());
    latency("to upcall", sends.toUpcall());
    for (SendFigures.Target target : sends.targets()) {
      String vcpu = "d" + sends.domain() + "v" + target.vcpu();
      latency(vcpu + " woken", target.sendToWake());
      latency(vcpu + " upcall", target.sendToUpcall());
    }
    field(
        "",
        "Each step from the one before, those of a vCPU from the send on; all but the first of IPIs"
            + " to vCPUs that sleep.");
    if (sends.unsure() > 0) {
      String unsure =
          nanoseconds
              ? Figures.duration(sends.unsure())
              : Figures.counted(sends.unsure(), "clock unit");
      field("", "From one capture to the other give or take " + unsure + ".");
    }
  }

  private void interrupts(List<InterruptFigures> interrupts) throws IOException {
    lines
        .blank()
        .line(
            "  "
                + style.strong("interrupts")
                + "  (inject to LR, then LR to retire: median and maximum)");
    lines.line(
        "  "
            + Layout.left("", 17)
            + Layout.right("injected", 9)
            + Layout.right("in LRs", 8)
            + Layout.right("retired", 8)
            + Layout.right("p50", 9)
            + Layout.right("max", 9)
            + Layout.right("p50", 9)
            + Layout.right("max", 9));
    for (InterruptFigures interrupt : interrupts) {
      lines.line(
          "  "
              + Layout.left(name(interrupt), 17)
              + Layout.right(Long.toString(interrupt.injections()), 9)
              + Layout.right(Long.toString(interrupt.populations()), 8)
              + Layout.right(Long.toString(interrupt.retirements()), 8)
              + Layout.right(span(interrupt.toLr(), interrupt.toLr().p50()), 9)
              + Layout.right(span(interrupt.toLr(), interrupt.toLr().max()), 9)
              + Layout.right(span(interrupt.toRetire(), interrupt.toRetire().p50()), 9)
              + Layout.right(span(interrupt.toRetire(), interrupt.toRetire().max()), 9));
    }
  }

  /** {@code vm0/1 PPI 27}, {@code vm0 SPI 40}. */
  static String name(InterruptFigures interrupt) {
    String owner = interrupt.vm() == null ? "vm?" : interrupt.vm();
    String vcpu = interrupt.vcpu() == null ? "" : "/" + interrupt.vcpu();
    return interrupt.intid() < 0
        ? "all others"
        : owner + vcpu + " " + Intid.name(interrupt.intid());
  }

  private static String latencyHead() {
    StringBuilder text = new StringBuilder(Layout.right("count", 8));
    for (String name : List.of("p50", "p90", "p99", "max")) {
      text.append(Layout.right(name, SPAN));
    }
    return text.toString();
  }

  private void latency(String label, LatencyFigures latency) throws IOException {
    StringBuilder text = new StringBuilder("    ").append(Layout.left(label, LABEL));
    text.append(Layout.right(Long.toString(latency.count()), 8));
    for (long value : new long[] {latency.p50(), latency.p90(), latency.p99(), latency.max()}) {
      text.append(Layout.right(span(latency, value), SPAN));
    }
    lines.line(text.toString());
  }

  private String span(LatencyFigures latency, long value) {
    if (latency.count() == 0) {
      return "-";
    }
    return nanoseconds ? Figures.duration(value) : Long.toString(value);
  }

  private static String counted(long count, long duration) {
    return count + (duration > 0 ? " (" + Figures.rate(count, duration) + "/s)" : "");
  }

  private static String detail(Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return "";
    }
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", ", ": ", ""));
  }

  private void field(String label, String text) throws IOException {
    lines.entry(4, LABEL, label, text);
  }
}

package org.vgictrace.analysis.report;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.replay.join.Agreement;
import org.vgictrace.replay.join.ClockFit;
import org.vgictrace.replay.join.JoinResult;

/** Writes how a capture of KVM and the log of its hardware compare. */
final class JoinText {
  private static final int INDENT = 2;
  private static final int LABEL = 13;

  private JoinText() {}

  static void write(Lines lines, Style style, JoinResult join) throws IOException {
    lines.line(style.strong("  compared with each other"));
    lines.entry(INDENT, LABEL, "KVM", Clean.of(join.trace()));
    lines.entry(INDENT, LABEL, "hardware", Clean.of(join.log()));
    ClockFit clock = join.clock();
    if (clock == null) {
      lines.entry(INDENT, LABEL, "not aligned", String.valueOf(join.why()));
      return;
    }
    lines.entry(
        INDENT,
        LABEL,
        "aligned",
        "time in the log = trace time + "
            + BigDecimal.valueOf(clock.toLog(clock.origin()) - clock.origin(), 9)
            + " s; drift "
            + BigDecimal.valueOf(clock.driftPpb(), 3)
            + " ppm; "
            + clock.pairs()
            + " writes lie "
            + Figures.duration(clock.residualMedian())
            + " from that in the median, "
            + Figures.duration(clock.residual99())
            + " at most in 99 of 100, "
            + Figures.duration(clock.residualMax())
            + " in all");
    lines.entry(INDENT, LABEL, "writes", words(join.total()));
    for (Map.Entry<Integer, Agreement> vcpu : byVcpu(join).entrySet()) {
      String name = vcpu.getKey() < 0 ? "unknown vCPU" : "vCPU " + vcpu.getKey();
      lines.entry(INDENT, LABEL, name, words(vcpu.getValue()));
    }
  }

  /** vCPUs of several VMs that have one number are one line. */
  private static Map<Integer, Agreement> byVcpu(JoinResult join) {
    Map<Integer, Agreement> sums = new TreeMap<>();
    for (Agreement one : join.vcpus()) {
      sums.merge(one.vcpu(), one, Agreement::plus);
    }
    return sums;
  }

  private static String words(Agreement agreement) {
    return agreement.compared()
        + " compared: "
        + Figures.percent(agreement.agree(), agreement.compared())
        + " agree, "
        + agreement.differ()
        + " differ, "
        + agreement.missing()
        + " on one side only; "
        + agreement.undecided()
        + " undecided";
  }
}

package org.vgictrace.analysis.report;

import java.io.IOException;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.replay.both.Alignment;
import org.vgictrace.replay.both.BothResult;
import org.vgictrace.replay.both.ClockLine;
import org.vgictrace.replay.both.Delay;

/** Writes how a guest's capture and the trace of its hypervisor lie on one time line. */
final class BothText {
  private static final int INDENT = 2;
  private static final int LABEL = 13;

  private BothText() {}

  static void write(Lines lines, Style style, BothResult both) throws IOException {
    lines.line(style.strong("  both sides of a run"));
    lines.entry(INDENT, LABEL, "Xen", Clean.of(both.hypervisor()));
    lines.entry(INDENT, LABEL, "guest", Clean.of(both.guest()));
    Alignment alignment = both.alignment();
    if (alignment == null) {
      lines.entry(INDENT, LABEL, "not aligned", both.why() + "; each is checked by itself");
      return;
    }
    lines.entry(INDENT, LABEL, "domain", domain(alignment));
    lines.entry(INDENT, LABEL, "clocks", clocks(alignment, both.nsPerUnit()));
    lines.entry(INDENT, LABEL, "records", records(alignment));
    lines.entry(
        INDENT,
        LABEL,
        "upcalls",
        both.upcallsWithin() + " of " + both.upcalls() + " while their vCPU runs");
    if (both.sends() > 0) {
      lines.entry(
          INDENT,
          LABEL,
          "sends",
          both.sendsSeen() + " of " + both.sends() + " with the hypercall in Xen");
    }
    for (Delay delay : both.delays()) {
      if (delay.count() > 0) {
        lines.entry(INDENT, LABEL, "", delay(delay, both.nsPerUnit()));
      }
    }
  }

  private static String domain(Alignment alignment) {
    return "the guest is domain "
        + alignment.domain()
        + ", its CPU n is vCPU n: "
        + Figures.percent(alignment.within(), alignment.within() + alignment.apart())
        + " of its records lie where these run; the next best domain fits "
        + Math.round(alignment.runnerUp() * 100)
        + " % of the time";
  }

  private static String clocks(Alignment alignment, double nsPerUnit) {
    ClockLine clock = alignment.clock();
    String bounds =
        "; the records allow "
            + span(alignment.low(), nsPerUnit)
            + " to "
            + span(alignment.high(), nsPerUnit)
            + " more or less";
    if (clock.isSame()) {
      return "one clock on both sides" + bounds;
    }
    return "time "
        + clock.guestOrigin()
        + " of the guest is "
        + clock.xenOrigin()
        + " in Xen's trace"
        + (clock.rate() == 1 ? "" : ", one unit of it " + Figures.decimal(clock.rate(), 9))
        + bounds
        + "; judged is what is more than "
        + span(alignment.slack(), nsPerUnit)
        + " off";
  }

  private static String records(Alignment alignment) {
    long all = alignment.within() + alignment.apart() + alignment.unknown() + alignment.outside();
    return all
        + " of the guest: "
        + (alignment.within() + alignment.apart())
        + " at times at which Xen's run state is known, "
        + alignment.unknown()
        + " at others, "
        + alignment.outside()
        + " before or after the trace of Xen";
  }

  private static String delay(Delay delay, double nsPerUnit) {
    return delay.step()
        + ": "
        + delay.count()
        + ", median "
        + span(delay.median(), nsPerUnit)
        + ", p99 "
        + span(delay.p99(), nsPerUnit)
        + ", max "
        + span(delay.max(), nsPerUnit)
        + (delay.unsure() > 0 ? ", give or take " + span(delay.unsure(), nsPerUnit) : "");
  }

  /** A time span, in nanoseconds if that is known. */
  private static String span(long units, double nsPerUnit) {
    return nsPerUnit > 0
        ? Figures.duration(Math.round(units * nsPerUnit))
        : Figures.counted(units, "clock unit");
  }
}

package org.vgictrace.analysis.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.check.WindowLine;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Intid;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;

/**
 * A finding as a bug report that stands alone in a mail: at most {@value #LINES_MAX} lines of
 * {@link Layout#WIDTH} columns. What is wrong, the events that contradict each other, expected and
 * observed, the events around, and where the rule comes from. The events around get the lines that
 * the rest leaves.
 */
public final class FindingText {
  /** Most lines of a finding. */
  public static final int LINES_MAX = 25;

  private static final int INDENT = 2;
  private static final int LABEL = 10;
  private static final int BECAUSE_MAX = 2;

  private FindingText() {}

  /**
   * The lines of a finding.
   *
   * @param meta the capture's head
   */
  public static List<String> lines(FindingReport report, CaptureMeta meta, Style style) {
    Finding finding = report.finding();
    Boolean ownTimes = report.nanoseconds();
    boolean nanoseconds = ownTimes == null ? meta.nanoseconds() : ownTimes;
    Rule rule = finding.rule();
    List<String> head = new ArrayList<>();
    String severity = rule.severity().name().toUpperCase(Locale.ROOT);
    head.add(style.severity(rule.severity(), severity + " " + rule.id()) + ": " + rule.title());
    head.add("  " + Layout.cut(about(finding, meta), Layout.WIDTH - INDENT));
    for (String line : Layout.wrap(Clean.of(finding.message()), Layout.WIDTH - INDENT, 3)) {
      head.add("  " + line);
    }
    // Where it is about one interrupt the finding's own words say which list register shows it.
    String shown = finding.intid() == null ? decoded(finding.at(), report) : finding.at().text();
    event(head, "shown by", finding.at(), shown, report.file(), nanoseconds);
    String label = "against";
    for (EventRef because : finding.because().stream().limit(BECAUSE_MAX).toList()) {
      event(head, label, because, decoded(because, report), report.file(), nanoseconds);
      label = "and";
    }
    add(head, "expected", finding.expected(), 2);
    add(head, "observed", finding.observed(), 2);

    List<String> tail = new ArrayList<>();
    add(tail, "kernel", String.join(", ", ofHost(rule.functions(), finding)), 1);
    if (!rule.architecture().isEmpty()) {
      add(tail, "spec", String.join(", ", ofHost(rule.architecture(), finding)), 1);
    }
    add(tail, "judged by", finding.switches(), 1);
    if (finding.repetitions() > 1) {
      add(tail, "repeated", finding.repetitions() + " times in this capture", 1);
    }

    int room = LINES_MAX - head.size() - tail.size();
    List<String> lines = new ArrayList<>(head);
    window(lines, finding, report.window(), room, nanoseconds, style);
    lines.addAll(tail);
    return lines;
  }

  /** An earlier event, decoded in view of the interrupt if it was still at hand. */
  private static String decoded(EventRef event, FindingReport report) {
    for (WindowLine line : report.window()) {
      if (line.seq() == event.seq() && report.nanoseconds() == null) {
        return line.kind() + " " + (report.finding().intid() == null ? line.text() : line.brief());
      }
    }
    return event.text();
  }

  /** Leaves out what belongs to the other generation of the GIC, unless nothing else is there. */
  private static List<String> ofHost(List<String> sources, Finding finding) {
    boolean v2 = finding.switches().contains("host-gic=v2");
    boolean v3 = finding.switches().contains("host-gic=v3");
    List<String> kept =
        sources.stream()
            .filter(
                source -> !(v3 && (source.contains("vgic-v2.c") || source.contains("IHI 0048"))))
            .filter(source -> !(v2 && (source.contains("vgic-v3") || source.contains("IHI 0069"))))
            .toList();
    return kept.isEmpty() ? sources : kept;
  }

  private static String about(Finding finding, CaptureMeta meta) {
    List<String> words = new ArrayList<>();
    if (finding.vm() != null) {
      words.add(Clean.of(finding.vm()));
    }
    if (finding.vcpu() != null) {
      words.add("vcpu" + finding.vcpu());
    }
    if (finding.pid() >= 0) {
      words.add("pid " + finding.pid());
    }
    if (finding.intid() != null) {
      words.add(Intid.name(finding.intid()));
    }
    if (meta.release() != null) {
      words.add("kernel " + Clean.of(meta.release()));
    }
    return words.isEmpty() ? "vCPU unknown" : String.join(", ", words);
  }

  private static void event(
      List<String> lines,
      String label,
      EventRef event,
      String text,
      String file,
      boolean nanoseconds) {
    String place =
        "seq "
            + event.seq()
            + ", CPU "
            + event.cpu()
            + ", "
            + Figures.time(event.ts(), nanoseconds)
            + ", ";
    int room = Layout.WIDTH - INDENT - LABEL - place.length();
    add(lines, label, place + tail(Clean.of(file), Math.max(room, 12)), 1);
    add(lines, "", text, 2);
  }

  /** The end of a file name, which tells more than its beginning. */
  private static String tail(String file, int width) {
    return file.length() <= width ? file : "..." + file.substring(file.length() - width + 3);
  }

  private static void add(List<String> lines, String label, String text, int linesMax) {
    lines.addAll(Lines.labelled(INDENT, LABEL, label, Clean.of(text), linesMax));
  }

  private static void window(
      List<String> lines,
      Finding finding,
      List<WindowLine> window,
      int room,
      boolean nanoseconds,
      Style style) {
    List<WindowLine> shown = nearest(window, finding.at().seq(), room - 1);
    if (shown.isEmpty()) {
      return;
    }
    lines.add("  around    (time from the event that shows it)");
    int width = String.valueOf(shown.get(shown.size() - 1).seq()).length();
    for (WindowLine line : shown) {
      long delta = line.ts() - finding.at().ts();
      String time = nanoseconds ? Figures.duration(delta) : String.valueOf(delta);
      String text =
          Layout.cut(
              (line.marked() ? "  > " : "    ")
                  + Layout.right(String.valueOf(line.seq()), width)
                  + " "
                  + Layout.right(time, 9)
                  + (line.cpu() == finding.at().cpu() ? " " : " cpu" + line.cpu() + " ")
                  + line.kind()
                  + " "
                  + line.brief(),
              Layout.WIDTH);
      lines.add(line.marked() ? style.strong(text) : text);
    }
  }

  /** The lines nearest to the finding, and among the rest rather one before than one after. */
  private static List<WindowLine> nearest(List<WindowLine> window, long at, int room) {
    if (room <= 0) {
      return List.of();
    }
    List<WindowLine> kept = new ArrayList<>(window);
    int afterMax = Math.max(1, room / 3);
    while (kept.size() > room) {
      long after = kept.stream().filter(line -> line.seq() > at).count();
      int drop = kept.size() - 1;
      if (after <= afterMax) {
        drop = 0;
        while (drop < kept.size() - 1 && kept.get(drop).marked()) {
          drop++;
        }
      }
      kept.remove(drop);
    }
    return kept;
  }
}

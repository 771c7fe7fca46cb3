package org.vgictrace.analysis.report;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.coverage.Coverage;
import org.vgictrace.analysis.coverage.Coverage.Entry;
import org.vgictrace.analysis.coverage.GuestAnswers;
import org.vgictrace.analysis.coverage.Hint;
import org.vgictrace.analysis.coverage.KvmXenAnswers;
import org.vgictrace.analysis.coverage.XenAnswers;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.analysis.text.Figures;
import org.vgictrace.analysis.text.Layout;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Catalogue;
import org.vgictrace.replay.rule.Observation;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.rule.Rule;
import org.vgictrace.replay.verdict.RuleCount;

/** Writes what a capture is, what it shows, and what can be checked with it. */
public final class InfoText {
  private static final int LABEL = 12;
  private static final int COUNT = 11;
  private static final int ANSWER = 24;

  private final Style style;
  private final Lines lines;

  public InfoText(Appendable out, Style style) {
    this.style = style;
    this.lines = new Lines(out);
  }

  /** Writes the description of one capture. */
  public void write(CheckReport report, Coverage coverage) throws IOException {
    CaptureMeta meta = report.meta();
    CaptureCounts counts = report.counts();
    lines.line(style.strong(Clean.of(meta.file())));
    head(report);
    List<String> losses = CaptureWords.losses(counts, report.replay());
    field("losses", losses.isEmpty() ? "none seen" : losses.get(0));
    for (String loss : losses.subList(Math.min(1, losses.size()), losses.size())) {
      field("", loss);
    }
    events(counts);
    if (CaptureWords.isOfXen(report)) {
      answers(XenAnswers.of(meta, counts));
    } else if (KvmXenAnswers.concern(counts)) {
      answers(KvmXenAnswers.of(counts));
    } else if (GuestAnswers.concern(counts)) {
      answers(GuestAnswers.of(counts));
    } else {
      coverage(report.replay(), coverage);
    }
    checkable(report, coverage);
  }

  private void head(CheckReport report) throws IOException {
    CaptureMeta meta = report.meta();
    CaptureCounts counts = report.counts();
    ReplayResult replay = report.replay();
    field("format", CaptureWords.format(meta));
    field("kernel", CaptureWords.kernel(meta));
    String recorder = meta.recorder();
    if (recorder != null) {
      field("recorded", Clean.of(recorder));
    }
    field("clock", CaptureWords.clock(meta));
    String cpus =
        counts.eventsByCpu().entrySet().stream()
            .map(entry -> "CPU " + entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining(", "));
    field(
        "cpus",
        counts.eventsByCpu().size() + " with events" + (cpus.isEmpty() ? "" : " (" + cpus + ")"));
    field(
        "time",
        Figures.time(counts.firstTs(), meta.nanoseconds())
            + " to "
            + Figures.time(counts.lastTs(), meta.nanoseconds())
            + ", "
            + CaptureWords.span(meta, counts));
    field(
        "events",
        counts.events()
            + ": "
            + counts.eventsModelled()
            + " modelled, "
            + (counts.events() - counts.eventsModelled())
            + " of no use to the model");
    field(
        "machines",
        CaptureWords.machines(replay) + ", host " + CaptureWords.hostGic(replay, counts));
    field("model", CaptureWords.model(report));
  }

  private void events(CaptureCounts counts) throws IOException {
    lines.blank().line(style.strong("  events by name"));
    List<Map.Entry<String, Long>> byCount =
        counts.eventsByName().entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    for (Map.Entry<String, Long> event : byCount) {
      lines.line(
          Layout.right(event.getValue().toString(), COUNT) + "  " + Clean.of(event.getKey()));
    }
  }

  private void answers(List<XenAnswers.Answer> answers) throws IOException {
    lines.blank().line(style.strong("  what it can answer"));
    for (XenAnswers.Answer answer : answers) {
      lines.entry(4, ANSWER, answer.question(), answer.answer());
    }
  }

  private void coverage(ReplayResult replay, Coverage coverage) throws IOException {
    lines.blank().line(style.strong("  what the model can see"));
    for (Entry entry : coverage.entries()) {
      if (entry.state() == Coverage.State.MISSING && !isOfUse(entry.observation(), replay)) {
        continue;
      }
      String state =
          switch (entry.state()) {
            case SEEN -> "seen";
            case DEFINED -> "never";
            case MISSING -> "missing";
          };
      lines.entry(4, 9, state, entry.observation().doc() + shownBy(entry));
    }
  }

  /** Whether some rule about what the capture is of needs it. */
  private static boolean isOfUse(Observation observation, ReplayResult replay) {
    return Catalogue.rules().stream()
        .anyMatch(rule -> rule.isAbout(replay.subjects()) && rule.needs().contains(observation));
  }

  private static String shownBy(Entry entry) {
    String events =
        entry.events().entrySet().stream()
            .filter(event -> entry.state() != Coverage.State.SEEN || event.getValue() > 0)
            .map(event -> Clean.of(event.getKey()) + " " + event.getValue())
            .collect(Collectors.joining(", "));
    return switch (entry.state()) {
      case SEEN -> events.isEmpty() ? "" : ": " + events;
      case DEFINED -> ": recorded, but did not occur: " + events;
      case MISSING -> "";
    };
  }

  private void checkable(CheckReport report, Coverage coverage) throws IOException {
    ReplayResult replay = report.replay();
    lines.blank().line(style.strong("  what can be checked with it"));
    long total = replay.rules().stream().mapToLong(RuleCount::total).sum();
    long undecided = replay.rules().stream().mapToLong(RuleCount::undecided).sum();
    long judged = replay.rules().stream().filter(rule -> rule.total() > 0).count();
    long idle =
        replay.rules().stream()
            .filter(count -> count.total() == 0 && count.rule().isAbout(replay.subjects()))
            .count();
    field(
        "decided",
        Figures.percent(total - undecided, total)
            + " of "
            + total
            + " instances of "
            + Figures.counted(judged, "rule")
            + "; nothing to judge for "
            + idle);
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    for (RuleCount rule : replay.rules()) {
      rule.indeterminate().forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
    }
    String label = "undecided";
    for (Map.Entry<Reason, Long> reason : reasons.entrySet()) {
      if (reason.getValue() > 0) {
        field(label, reason.getValue() + " because " + reason.getKey().doc());
        label = "";
      }
    }
    List<String> unseen =
        replay.rules().stream()
            .filter(count -> count.total() == count.undecided())
            .map(RuleCount::rule)
            .filter(rule -> rule.isAbout(replay.subjects()) && !coverage.lacking(rule).isEmpty())
            .map(Rule::id)
            .toList();
    if (!unseen.isEmpty() && !CaptureWords.isOfXen(report)) {
      field(
          "not judged",
          Figures.counted(unseen.size(), "rule")
              + " of which something is not seen above: "
              + String.join(", ", unseen));
    }
    List<Hint> hints = Hint.of(report);
    if (!hints.isEmpty()) {
      lines.blank().line(style.strong("  to decide more, record next time"));
      for (Hint hint : hints) {
        lines.entry(4, 2, "-", hint.text());
      }
    }
  }

  private void field(String label, String text) throws IOException {
    lines.entry(2, LABEL, label, text);
  }
}

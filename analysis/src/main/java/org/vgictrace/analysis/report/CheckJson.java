package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.FindingReport;
import org.vgictrace.analysis.check.WindowLine;
import org.vgictrace.analysis.coverage.Hint;
import org.vgictrace.analysis.coverage.StepCoverage;
import org.vgictrace.analysis.text.Clean;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.replay.ReplayResult;
import org.vgictrace.replay.rule.Reason;
import org.vgictrace.replay.verdict.CandidateOutcome;
import org.vgictrace.replay.verdict.EventRef;
import org.vgictrace.replay.verdict.Finding;
import org.vgictrace.replay.verdict.RuleCount;
import org.vgictrace.replay.verdict.TransitionCount;

/**
 * Writes checks as JSON of schema {@code vgictrace.check/1}. Several captures make one document:
 * rule counts, transitions and steps are summed, each finding names its file. Fields may be added;
 * none is renamed or removed without a new schema number.
 */
public final class CheckJson {
  /** Schema name and number. */
  public static final String SCHEMA = "vgictrace.check/1";

  private static final int DIAGNOSTICS_MAX = 100;

  private final JsonGenerator json;

  private CheckJson(JsonGenerator json) {
    this.json = json;
  }

  /**
   * Writes a document.
   *
   * @param reports one per capture that could be read
   * @param unreadable error line per capture that could not, by file
   */
  public static void write(
      Writer out, Tool tool, List<CheckReport> reports, Map<String, String> unreadable)
      throws IOException {
    Json.document(out, SCHEMA, tool, json -> new CheckJson(json).body(reports, unreadable));
  }

  /** Writes the fields of a document into an object that has been started. */
  static void writeBody(JsonGenerator json, List<CheckReport> reports) throws IOException {
    new CheckJson(json).body(reports, Map.of());
  }

  private void body(List<CheckReport> reports, Map<String, String> unreadable) throws IOException {
    json.writeArrayFieldStart("inputs");
    for (CheckReport report : reports) {
      input(report);
    }
    json.writeEndArray();
    if (!unreadable.isEmpty()) {
      json.writeArrayFieldStart("unreadable");
      for (Map.Entry<String, String> entry : unreadable.entrySet()) {
        json.writeStartObject();
        json.writeStringField("file", entry.getKey());
        json.writeStringField("error", Clean.of(entry.getValue()));
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeStringField("verdict", CheckReport.verdict(reports).label());
    transitions(reports);
    json.writeArrayFieldStart("rules");
    for (RuleCount count : sum(reports)) {
      rule(count);
    }
    json.writeEndArray();
    steps(json, reports);
    json.writeArrayFieldStart("findings");
    for (CheckReport report : reports) {
      for (FindingReport finding : report.findings()) {
        finding(finding);
      }
    }
    json.writeEndArray();
  }

  private void input(CheckReport report) throws IOException {
    CaptureMeta meta = report.meta();
    CaptureCounts counts = report.counts();
    ReplayResult replay = report.replay();
    json.writeStartObject();
    json.writeStringField("file", meta.file());
    json.writeStringField("format", meta.format());
    json.writeStringField("hypervisor", CaptureWords.hypervisor(report));
    Json.string(json, "release", meta.release());
    json.writeStringField("profile", replay.profile());
    if (!replay.candidates().isEmpty()) {
      candidates(replay.candidates());
    }
    json.writeStringField("host_gic", CaptureWords.hostGic(replay, counts));
    Json.string(json, "clock", meta.clock());
    json.writeNumberField("cpus", counts.eventsByCpu().size());
    json.writeNumberField("vms", replay.vms());
    json.writeNumberField("vcpus", replay.vcpus());
    json.writeNumberField("duration_ns", counts.duration());
    json.writeNumberField("events", counts.events());
    json.writeNumberField("events_modelled", counts.eventsModelled());
    json.writeNumberField("events_other", counts.events() - counts.eventsModelled());
    json.writeNumberField("events_lost", counts.lost());
    json.writeNumberField("lost_marks", counts.lostMarks());
    if (counts.overwritten() < 0) {
      json.writeNullField("events_overwritten");
    } else {
      json.writeNumberField("events_overwritten", counts.overwritten());
    }
    json.writeNumberField("unparsed", counts.unparsed());
    json.writeNumberField("gaps", replay.gaps());
    json.writeStringField("verdict", report.verdict().label());
    if (report.join() != null) {
      JoinJson.write(json, report.join());
    }
    BothJson.write(json, report.both());
    diagnostics(counts);
    json.writeArrayFieldStart("record_next_time");
    for (Hint hint : Hint.of(report)) {
      json.writeStartObject();
      json.writeStringField("record", hint.record());
      json.writeStringField("reason", hint.reason());
      strings("rules", hint.rules());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void candidates(List<CandidateOutcome> candidates) throws IOException {
    json.writeArrayFieldStart("candidates");
    for (CandidateOutcome candidate : candidates) {
      json.writeStartObject();
      json.writeStringField("profile", candidate.generation().name());
      json.writeStringField("fate", candidate.fate().name().toLowerCase(Locale.ROOT));
      if (!candidate.by().isEmpty()) {
        json.writeStringField("by", candidate.by());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void diagnostics(CaptureCounts counts) throws IOException {
    json.writeArrayFieldStart("diagnostics");
    for (Diagnostic diagnostic : counts.diagnostics().stream().limit(DIAGNOSTICS_MAX).toList()) {
      json.writeStartObject();
      json.writeStringField("code", diagnostic.code());
      json.writeStringField("severity", diagnostic.severity().name().toLowerCase(Locale.ROOT));
      json.writeStringField("place", diagnostic.place().toString());
      json.writeStringField("message", Clean.of(diagnostic.message()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void transitions(List<CheckReport> reports) throws IOException {
    json.writeObjectFieldStart("transitions");
    json.writeNumberField("total", reports.stream().mapToLong(r -> r.replay().transitions()).sum());
    json.writeNumberField(
        "consistent", reports.stream().mapToLong(r -> r.replay().consistent()).sum());
    json.writeNumberField(
        "inconsistent", reports.stream().mapToLong(r -> r.replay().inconsistent()).sum());
    json.writeNumberField(
        "indeterminate", reports.stream().mapToLong(r -> r.replay().indeterminate()).sum());
    json.writeEndObject();
  }

  /** Writes how often each step of the model was exercised. */
  static void steps(JsonGenerator json, List<CheckReport> reports) throws IOException {
    json.writeArrayFieldStart("steps");
    for (TransitionCount count : StepCoverage.of(reports).counts()) {
      json.writeStartObject();
      json.writeStringField("id", count.transition().id());
      json.writeNumberField("exercised", count.times());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void rule(RuleCount count) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", count.rule().id());
    json.writeStringField("severity", count.rule().severity().label());
    json.writeNumberField("consistent", count.consistent());
    json.writeNumberField("inconsistent", count.inconsistent());
    json.writeNumberField("indeterminate", count.undecided());
    json.writeObjectFieldStart("indeterminate_reasons");
    for (Map.Entry<Reason, Long> reason : new TreeMap<>(count.indeterminate()).entrySet()) {
      json.writeNumberField(reason.getKey().label(), reason.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void finding(FindingReport report) throws IOException {
    Finding finding = report.finding();
    json.writeStartObject();
    json.writeStringField("rule", finding.rule().id());
    json.writeStringField("severity", finding.rule().severity().label());
    json.writeStringField("title", finding.rule().title());
    json.writeStringField("message", Clean.of(finding.message()));
    json.writeStringField("file", report.file());
    json.writeNumberField("seq", finding.at().seq());
    json.writeNumberField("ts_ns", finding.at().ts());
    json.writeNumberField("cpu", finding.at().cpu());
    Json.string(json, "vm", finding.vm());
    Json.number(json, "vcpu", finding.vcpu());
    Json.number(json, "intid", finding.intid());
    json.writeStringField("expected", Clean.of(finding.expected()));
    json.writeStringField("observed", Clean.of(finding.observed()));
    json.writeNumberField("repetitions", finding.repetitions());
    json.writeStringField("switches", Clean.of(finding.switches()));
    json.writeStringField("text", Clean.of(finding.at().text()));
    json.writeArrayFieldStart("because_seq");
    for (EventRef because : finding.because()) {
      json.writeNumber(because.seq());
    }
    json.writeEndArray();
    strings("functions", finding.rule().functions());
    strings("architecture", finding.rule().architecture());
    json.writeArrayFieldStart("window");
    for (WindowLine line : report.window()) {
      window(line);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void window(WindowLine line) throws IOException {
    json.writeStartObject();
    json.writeNumberField("seq", line.seq());
    json.writeNumberField("ts_ns", line.ts());
    json.writeNumberField("cpu", line.cpu());
    json.writeStringField("kind", line.kind());
    json.writeStringField("text", line.text());
    json.writeBooleanField("marked", line.marked());
    json.writeEndObject();
  }

  private void strings(String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** The counts of all captures, rule by rule in catalogue order. */
  private static List<RuleCount> sum(List<CheckReport> reports) {
    Map<String, RuleCount> sums = new LinkedHashMap<>();
    for (CheckReport report : reports) {
      for (RuleCount count : report.replay().rules()) {
        sums.merge(count.rule().id(), count, RuleCount::plus);
      }
    }
    return new ArrayList<>(sums.values());
  }
}

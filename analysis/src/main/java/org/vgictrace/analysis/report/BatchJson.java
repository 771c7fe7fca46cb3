package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import org.vgictrace.analysis.batch.BatchReport;
import org.vgictrace.analysis.batch.Outcome;
import org.vgictrace.analysis.check.CheckReport;
import org.vgictrace.analysis.check.Verdict;
import org.vgictrace.analysis.text.Clean;

/**
 * Writes many checks as JSON of schema {@code vgictrace.batch/1}: the sums, and what {@link
 * CheckJson} says of each.
 */
public final class BatchJson {
  /** Schema name and number. */
  public static final String SCHEMA = "vgictrace.batch/1";

  private BatchJson() {}

  /** Writes a document. */
  public static void write(Writer out, Tool tool, BatchReport report) throws IOException {
    Json.document(out, SCHEMA, tool, json -> body(json, report));
  }

  private static void body(JsonGenerator json, BatchReport report) throws IOException {
    json.writeObjectFieldStart("captures");
    json.writeNumberField("total", report.outcomes().size());
    for (Verdict verdict : Verdict.values()) {
      long count = report.reports().stream().filter(each -> each.verdict() == verdict).count();
      json.writeNumberField(verdict.label(), count);
    }
    json.writeNumberField("unreadable", report.unreadable());
    json.writeNumberField("skipped", report.skipped().size());
    json.writeEndObject();
    CheckJson.steps(json, report.reports());
    json.writeArrayFieldStart("results");
    for (Outcome outcome : report.outcomes()) {
      outcome(json, outcome);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("skipped");
    for (String file : report.skipped()) {
      json.writeString(file);
    }
    json.writeEndArray();
  }

  private static void outcome(JsonGenerator json, Outcome outcome) throws IOException {
    json.writeStartObject();
    json.writeStringField("file", outcome.file());
    CheckReport check = outcome.report();
    if (check == null) {
      json.writeStringField("error", Clean.of(String.valueOf(outcome.error())));
    } else {
      CheckJson.writeBody(json, List.of(check));
    }
    json.writeEndObject();
  }
}

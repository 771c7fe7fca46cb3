package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.analysis.diff.Comparison;
import org.vgictrace.analysis.diff.Delta;
import org.vgictrace.analysis.diff.RuleDelta;
import org.vgictrace.analysis.diff.Side;

/** Writes a comparison as JSON of schema {@code vgictrace.diff/1}. */
public final class DiffJson {
  /** Schema name and number. */
  public static final String SCHEMA = "vgictrace.diff/1";

  private final JsonGenerator json;

  private DiffJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes a document. */
  public static void write(Writer out, Tool tool, Comparison comparison) throws IOException {
    Json.document(out, SCHEMA, tool, json -> new DiffJson(json).body(comparison));
  }

  private void body(Comparison comparison) throws IOException {
    side("a", comparison.a());
    side("b", comparison.b());
    json.writeBooleanField("regression", comparison.isRegression());
    json.writeArrayFieldStart("rules");
    for (RuleDelta rule : comparison.rules()) {
      rule(rule);
    }
    json.writeEndArray();
    events("events_only_a", comparison.eventsOnlyA());
    events("events_only_b", comparison.eventsOnlyB());
    deltas("figures", comparison.figures());
    deltas("interrupts_inject_to_lr_p50", comparison.interrupts());
  }

  private void side(String name, Side side) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("file", side.check().meta().file());
    Json.string(json, "release", side.check().meta().release());
    json.writeStringField("profile", side.check().replay().profile());
    json.writeStringField(
        "host_gic", CaptureWords.hostGic(side.check().replay(), side.check().counts()));
    json.writeStringField("verdict", side.check().verdict().label());
    json.writeNumberField("findings", side.check().findings().size());
    json.writeNumberField("duration_ns", side.check().counts().duration());
    json.writeNumberField("events", side.check().counts().events());
    json.writeNumberField("events_lost", side.check().counts().lost());
    json.writeEndObject();
  }

  private void rule(RuleDelta rule) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", rule.rule().id());
    json.writeStringField("severity", rule.rule().severity().label());
    json.writeNumberField("total_a", rule.totalA());
    json.writeNumberField("total_b", rule.totalB());
    json.writeNumberField("inconsistent_a", rule.inconsistentA());
    json.writeNumberField("inconsistent_b", rule.inconsistentB());
    json.writeNumberField("indeterminate_a", rule.undecidedA());
    json.writeNumberField("indeterminate_b", rule.undecidedB());
    json.writeEndObject();
  }

  private void events(String name, Map<String, Long> events) throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> event : events.entrySet()) {
      json.writeNumberField(event.getKey(), event.getValue());
    }
    json.writeEndObject();
  }

  private void deltas(String name, List<Delta> deltas) throws IOException {
    json.writeArrayFieldStart(name);
    for (Delta delta : deltas) {
      json.writeStartObject();
      json.writeStringField("name", delta.name());
      json.writeStringField("unit", delta.unit().name().toLowerCase(Locale.ROOT));
      value("a", delta.a());
      value("b", delta.b());
      value("change", delta.change());
      value("relative", delta.relative());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void value(String name, @Nullable Double value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }
}

package org.vgictrace.parser.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.ToolVersion;
import org.vgictrace.parser.diag.Diagnostic;

/**
 * What {@code capture.json} of a converted capture holds: everything a capture says of itself and
 * what reading it found. Written by {@link #write}, read by {@link CaptureFileReader}.
 *
 * @param layout how the tables are written
 * @param meta the capture's head; its file and format are those of the input that was converted
 * @param counts what reading the input found
 * @param rows number of rows of each table that has a file, by table name
 */
record CaptureFile(
    TableLayout layout, CaptureMeta meta, CaptureCounts counts, SortedMap<String, Long> rows) {

  /** Name of the file. */
  static final String NAME = "capture.json";

  /** Value of {@code schema}. */
  static final String SCHEMA = "vgictrace.capture/1";

  void write(Path file) throws IOException {
    // Line ends must not depend on the machine.
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    try (Writer out = Files.newBufferedWriter(file);
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(printer);
      json.writeStartObject();
      json.writeStringField("schema", SCHEMA);
      json.writeObjectFieldStart("tool");
      json.writeStringField("name", "vgictrace");
      json.writeStringField("version", ToolVersion.text());
      json.writeEndObject();
      json.writeStringField("layout", layout.label());
      writeMeta(json);
      writeCounts(json);
      writeNumbers(json, "rows", rows);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  private void writeMeta(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("capture");
    Path name = Path.of(meta.file()).getFileName();
    json.writeStringField("file", name == null ? meta.file() : name.toString());
    json.writeStringField("format", meta.format());
    json.writeStringField("release", meta.release());
    json.writeStringField("arch", meta.arch());
    json.writeStringField("clock", meta.clock());
    json.writeBooleanField("nanoseconds", meta.nanoseconds());
    json.writeArrayFieldStart("cpus");
    for (int cpu : meta.cpus()) {
      json.writeNumber(cpu);
    }
    json.writeEndArray();
    json.writeStringField("compression", meta.compression());
    json.writeArrayFieldStart("defined_events");
    for (String event : meta.definedEvents()) {
      json.writeString(event);
    }
    json.writeEndArray();
    json.writeNumberField("wall_offset_ns", meta.wallOffsetNs());
    if (meta.recorder() != null) {
      json.writeStringField("recorder", meta.recorder());
    }
    json.writeEndObject();
  }

  private void writeCounts(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("counts");
    json.writeNumberField("events", counts.events());
    json.writeNumberField("events_modelled", counts.eventsModelled());
    json.writeNumberField("lost_marks", counts.lostMarks());
    json.writeNumberField("overwritten", counts.overwritten());
    json.writeNumberField("unparsed", counts.unparsed());
    json.writeNumberField("first_ts", counts.firstTs());
    json.writeNumberField("last_ts", counts.lastTs());
    writeNumbers(json, "events_by_name", counts.eventsByName());
    writeNumbers(json, "events_by_cpu", counts.eventsByCpu());
    writeNumbers(json, "lost_by_cpu", counts.lostByCpu());
    writeNumbers(json, "diagnostic_counts", counts.diagnosticCounts());
    json.writeArrayFieldStart("diagnostics");
    for (Diagnostic diagnostic : counts.diagnostics()) {
      json.writeStartObject();
      json.writeStringField("code", diagnostic.code());
      json.writeStringField("severity", diagnostic.severity().name());
      json.writeStringField("unit", diagnostic.place().unit().name());
      json.writeNumberField("number", diagnostic.place().number());
      if (!diagnostic.place().file().isEmpty()) {
        json.writeStringField("file", diagnostic.place().file());
      }
      json.writeStringField("message", diagnostic.message());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeNumbers(JsonGenerator json, String name, Map<?, Long> numbers)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<?, Long> entry : numbers.entrySet()) {
      json.writeNumberField(entry.getKey().toString(), entry.getValue());
    }
    json.writeEndObject();
  }
}

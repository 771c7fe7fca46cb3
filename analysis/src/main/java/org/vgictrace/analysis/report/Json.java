package org.vgictrace.analysis.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/**
 * JSON in one form: pure ASCII, two blanks, line feeds; what is not ASCII is escaped, so nothing in
 * it is hostile.
 */
final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  private Json() {}

  /** The fields of a document. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * Writes a document of a schema, and a line feed; leaves the writer open.
   *
   * @param body writes what comes after the schema and the tool
   */
  static void document(Writer out, String schema, Tool tool, Body body) throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    try (JsonGenerator json = FACTORY.createGenerator(out).setPrettyPrinter(printer)) {
      json.writeStartObject();
      json.writeStringField("schema", schema);
      json.writeObjectFieldStart("tool");
      json.writeStringField("name", tool.name());
      json.writeStringField("version", tool.version());
      json.writeEndObject();
      body.write(json);
      json.writeEndObject();
    }
    out.write('\n');
  }

  /** A string field, or null. */
  static void string(JsonGenerator json, String name, @Nullable String value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, value);
    }
  }

  /** A whole number field, or null. */
  static void number(JsonGenerator json, String name, @Nullable Number value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value.longValue());
    }
  }
}

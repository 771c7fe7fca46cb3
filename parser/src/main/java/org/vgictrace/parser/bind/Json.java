package org.vgictrace.parser.bind;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/**
 * A JSON value that knows its line and its path, so that every complaint about it can name both.
 * Small documents only: at most {@value #DOCUMENT_MAX} bytes, nested {@value #DEPTH_MAX} deep.
 * {@code //} and {@code /* *}{@code /} comments are allowed, as packs are written by people.
 */
final class Json {
  static final long DOCUMENT_MAX = 4L << 20;
  static final int DEPTH_MAX = 8;
  private static final int STRING_MAX = 4096;
  private static final int NAME_MAX = 256;
  private static final int NUMBER_MAX = 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxDocumentLength(DOCUMENT_MAX)
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(STRING_MAX)
                  .maxNameLength(NAME_MAX)
                  .maxNumberLength(NUMBER_MAX)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
          .build();

  private final String file;
  private final String path;
  private final int line;

  /** {@code Map<String, Json>}, {@code List<Json>}, String, Long, Boolean, or null. */
  private final @Nullable Object value;

  private Json(String file, String path, int line, @Nullable Object value) {
    this.file = file;
    this.path = path;
    this.line = line;
    this.value = value;
  }

  /** Reads one document. */
  static Json read(String file, InputStream in) throws IOException {
    try (JsonParser parser = FACTORY.createParser(in)) {
      if (parser.nextToken() == null) {
        throw new InputException(file, "empty, expected a JSON object");
      }
      Json json = value(file, "", parser);
      if (parser.nextToken() != null) {
        throw new InputException(
            file, Place.line(line(parser)), "more after the end of the JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      String what = e.getOriginalMessage().lines().findFirst().orElse("malformed");
      throw new InputException(
          file, Place.line(Math.max(line, 1)), oneLine("not valid JSON: " + what));
    }
  }

  private static Json value(String file, String path, JsonParser parser) throws IOException {
    int line = line(parser);
    Object value =
        switch (parser.currentToken()) {
          case START_OBJECT -> members(file, path, parser);
          case START_ARRAY -> elements(file, path, parser);
          case VALUE_STRING -> parser.getText();
          case VALUE_NUMBER_INT -> parser.getLongValue();
          case VALUE_TRUE -> true;
          case VALUE_FALSE -> false;
          case VALUE_NULL -> null;
          default ->
              throw new InputException(
                  file,
                  Place.line(line),
                  oneLine(at(path) + "expected a value, not " + parser.getText()));
        };
    return new Json(file, path, line, value);
  }

  private static Map<String, Json> members(String file, String path, JsonParser parser)
      throws IOException {
    Map<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      members.put(name, value(file, path.isEmpty() ? name : path + "." + name, parser));
    }
    return members;
  }

  private static List<Json> elements(String file, String path, JsonParser parser)
      throws IOException {
    List<Json> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(file, path + "[" + elements.size() + "]", parser));
    }
    return elements;
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  /** A complaint about this value, to be thrown. */
  InputException wrong(String what) {
    return new InputException(file, Place.line(line), oneLine(at(path) + what));
  }

  /** The members of an object that has no others than the ones named. */
  Map<String, Json> object(Collection<String> allowed) throws InputException {
    Map<String, Json> members = object();
    for (Map.Entry<String, Json> member : members.entrySet()) {
      if (!allowed.contains(member.getKey())) {
        throw member
            .getValue()
            .wrong("unknown member; nearest: " + Nearest.to(member.getKey(), allowed));
      }
    }
    return members;
  }

  /** The members of an object, in order. */
  @SuppressWarnings("unchecked") // an object is always built by members()
  Map<String, Json> object() throws InputException {
    if (value instanceof Map) {
      return (Map<String, Json>) value;
    }
    throw wrong("expected an object, not " + shown());
  }

  /** The elements of an array. */
  @SuppressWarnings("unchecked") // an array is always built by elements()
  List<Json> array() throws InputException {
    if (value instanceof List) {
      return (List<Json>) value;
    }
    throw wrong("expected an array, not " + shown());
  }

  /** The elements of an array, or the value itself as the only one. */
  List<Json> oneOrMore() throws InputException {
    return value instanceof List ? array() : List.of(this);
  }

  /** A text that is not empty. */
  String string() throws InputException {
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw wrong("expected a text, not " + shown());
  }

  /** A text or null. */
  @Nullable String stringOrNull() throws InputException {
    return value == null ? null : string();
  }

  /** A truth value. */
  boolean truth() throws InputException {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw wrong("expected true or false, not " + shown());
  }

  /**
   * A whole number, a truth value as 0 or 1, or a text with a {@code 0x} number; null if it is
   * another text.
   */
  @Nullable Long number() throws InputException {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Boolean truth) {
      return truth ? 1L : 0L;
    }
    String text = string();
    if (!text.startsWith("0x")) {
      return null;
    }
    try {
      return Long.parseUnsignedLong(text.substring(2), 16);
    } catch (NumberFormatException e) {
      throw wrong("not a hexadecimal number: " + shown());
    }
  }

  /** The value as a complaint shows it. */
  String shown() {
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "an array";
    }
    return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
  }

  /** Without the control characters that names and texts of the document may hold. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      line.append(Character.isISOControl(c) ? '?' : c);
    }
    return line.toString();
  }

  private static String at(String path) {
    return path.isEmpty() ? "" : path + ": ";
  }
}

package org.vgictrace.parser.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Rows as JSON objects, one in a line. */
final class JsonRows implements RowSyntax {
  /** Control characters stand in task names as they are: a script does not escape them. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private static final String COMM = "\"comm\":\"";
  private static final String EVENT = "\",\"event\":\"";
  private static final int ELEMENTS_MAX = 1024;
  private static final int MESSAGE_MAX = 120;

  /** Where the library begins to say what it would have accepted, or how it is configured. */
  private static final List<String> MESSAGE_ENDS = List.of(": was expecting", " (start marker");

  @Override
  public String format() {
    return "json lines";
  }

  @Override
  public LineClass read(String text, Fields fields) throws RowException {
    if (!text.stripLeading().startsWith("{")) {
      return text.startsWith("#") ? LineClass.NOTE : LineClass.FOREIGN;
    }
    try {
      return row(text, fields);
    } catch (RowException e) {
      String escaped = escaped(text);
      if (escaped.equals(text)) {
        throw e;
      }
      return row(escaped, fields);
    }
  }

  /**
   * The text with what JSON gives a meaning taken literally in a task's name: a script cannot but
   * print the name as it is. Only the script that {@code vgictrace probes} writes is known to have
   * the event behind the name.
   */
  private static String escaped(String text) {
    int name = text.indexOf(COMM) + COMM.length();
    int end = text.lastIndexOf(EVENT);
    if (name < COMM.length() || end < name) {
      return text;
    }
    String comm = text.substring(name, end).replace("\\", "\\\\").replace("\"", "\\\"");
    return text.substring(0, name) + comm + text.substring(end);
  }

  private static LineClass row(String text, Fields fields) throws RowException {
    fields.clear(false);
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        if (fields.size() == Fields.FIELDS_MAX) {
          throw new RowException("has more than " + Fields.FIELDS_MAX + " members");
        }
        String name = parser.currentName();
        parser.nextToken();
        value(name, parser, fields);
      }
      if (parser.nextToken() != null) {
        throw new RowException("has more after the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new RowException("is not a JSON object: " + reason(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    return LineClass.ROW;
  }

  /** The part of the library's message that is of this input. */
  private static String reason(String message) {
    String first = message.lines().findFirst().orElse("malformed");
    for (String end : MESSAGE_ENDS) {
      int at = first.indexOf(end);
      first = at > 0 ? first.substring(0, at) : first;
    }
    return RowReports.oneLine(first, MESSAGE_MAX);
  }

  private static void value(String name, JsonParser parser, Fields fields) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_NULL -> fields.addNone(name);
      case VALUE_TRUE -> fields.addText(name, "1");
      case VALUE_FALSE -> fields.addText(name, "0");
      // The text of a number is read as that of a cell is: it may have 64 bits and no sign.
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          fields.addText(name, parser.getText());
      case START_ARRAY -> array(name, parser, fields);
      default -> {
        parser.skipChildren();
        fields.addOther(name, "an object");
      }
    }
  }

  private static void array(String name, JsonParser parser, Fields fields) throws IOException {
    long[] numbers = new long[8];
    int size = 0;
    boolean whole = true;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken().isStructStart()) {
        parser.skipChildren();
        whole = false;
        continue;
      }
      String text = parser.getText();
      whole &= size < ELEMENTS_MAX && Numbers.isNumber(text);
      if (whole) {
        if (size == numbers.length) {
          numbers = Arrays.copyOf(numbers, size * 2);
        }
        numbers[size++] = Numbers.parse(text);
      }
    }
    if (whole) {
      fields.addArray(name, Arrays.copyOf(numbers, size));
    } else {
      fields.addOther(name, "an array of other things than numbers");
    }
  }
}

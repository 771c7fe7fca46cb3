package org.vgictrace.parser.rows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What bpftrace says of itself: {@code Attaching 9 probes...}, {@code Lost 45 events} and, at the
 * end, {@code @map[7]: 1}, or with {@code -f json} an object of {@code type} and {@code data}
 * (src/output.cpp of bpftrace 0.9 to 0.23).
 *
 * @param printed what the script printed, empty for every other message
 * @param lost how many events were lost
 */
record BpftraceMessage(String printed, long lost) {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final String LOST = "Lost ";
  private static final String EVENTS = " events";
  private static final String ATTACHING = "Attaching ";
  private static final String TYPE = "{\"type\"";
  private static final int DIGITS_MAX = 18;

  private static final BpftraceMessage OTHER = new BpftraceMessage("", 0);

  /** The message of a line, null if the line is something else. */
  static @Nullable BpftraceMessage of(String line) {
    if (line.startsWith(LOST) && line.endsWith(EVENTS)) {
      long lost =
          count(
              line.substring(
                  LOST.length(), Math.max(LOST.length(), line.length() - EVENTS.length())));
      return lost > 0 ? new BpftraceMessage("", lost) : null;
    }
    if (line.startsWith(ATTACHING) && (line.endsWith(" probes...") || line.endsWith(" probe..."))) {
      return OTHER;
    }
    return line.startsWith(TYPE) ? wrapped(line) : isMap(line) ? OTHER : null;
  }

  /** Whether a line is {@code @name: 1} or {@code @name[7, a]: 1}. */
  private static boolean isMap(String line) {
    if (!line.startsWith("@")) {
      return false;
    }
    int name = 1;
    while (name < line.length()
        && (Character.isLetterOrDigit(line.charAt(name)) || line.charAt(name) == '_')) {
      name++;
    }
    return line.startsWith(": ", name)
        || line.startsWith("[", name) && line.indexOf("]: ", name) > 0;
  }

  private static @Nullable BpftraceMessage wrapped(String line) {
    try (JsonParser json = FACTORY.createParser(line)) {
      json.nextToken();
      json.nextToken();
      String type = json.nextTextValue();
      if (type == null || !"data".equals(json.nextFieldName())) {
        return null;
      }
      JsonToken value = json.nextToken();
      BpftraceMessage message = OTHER;
      if (type.equals("printf") && value == JsonToken.VALUE_STRING) {
        message = new BpftraceMessage(json.getText(), 0);
      } else if (type.equals("lost_events") && value == JsonToken.START_OBJECT) {
        message = lost(json);
      } else {
        json.skipChildren();
      }
      // A row has more members.
      return json.nextToken() == JsonToken.END_OBJECT && json.nextToken() == null ? message : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static BpftraceMessage lost(JsonParser json) throws IOException {
    long lost = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean events = json.currentName().equals("events");
      if (json.nextToken() == JsonToken.VALUE_NUMBER_INT && events) {
        lost = count(json.getText());
      } else {
        json.skipChildren();
      }
    }
    return lost > 0 ? new BpftraceMessage("", lost) : OTHER;
  }

  private static long count(String text) {
    boolean digits = !text.isEmpty() && text.length() <= DIGITS_MAX;
    for (int i = 0; i < text.length() && digits; i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    return digits ? Long.parseLong(text) : 0;
  }
}

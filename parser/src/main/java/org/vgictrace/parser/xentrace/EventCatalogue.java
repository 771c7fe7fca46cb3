package org.vgictrace.parser.xentrace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.event.Kind;

/**
 * The events that are known by their id, as the resource {@code events.txt} declares them; its head
 * explains the notation.
 */
public final class EventCatalogue {
  /** What stands before the name of an event where it is counted. */
  public static final String SYSTEM = "xen:";

  /** Most payload words of a record. */
  static final int WORDS_MAX = 7;

  private static final Map<Integer, Declared> BY_ID = read();

  /** One event: a layout for each number of payload words that it has been recorded with. */
  static final class Declared {
    final int id;
    final String name;
    final Kind kind;
    private final @Nullable String[] columns = new @Nullable String[WORDS_MAX + 1];
    private final @Nullable Layout[] layouts = new @Nullable Layout[WORDS_MAX + 1];

    Declared(int id, String name, Kind kind) {
      this.id = id;
      this.name = name;
      this.kind = kind;
    }

    /** One of its layouts, for what they have in common. */
    Layout anyLayout() {
      for (int words = 0; words <= WORDS_MAX; words++) {
        Layout layout = layout(words);
        if (layout != null) {
          return layout;
        }
      }
      throw new AssertionError(name + " has no layout");
    }

    /** The layout of a record with that many payload words; null if there is none. */
    @Nullable Layout layout(int words) {
      String text = columns[words];
      Layout layout = layouts[words];
      if (layout == null && text != null) {
        layout = Layout.of(kind, text, words);
        layouts[words] = layout;
      }
      return layout;
    }
  }

  private EventCatalogue() {}

  /** The event with that id; null if it is not known. */
  static @Nullable Declared find(int id) {
    return BY_ID.get(id);
  }

  /**
   * The event with that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Declared named(String name) {
    for (Declared event : BY_ID.values()) {
      if (event.name.equals(name)) {
        return event;
      }
    }
    throw new IllegalArgumentException("no event " + name);
  }

  /** All events. */
  static Collection<Declared> all() {
    return BY_ID.values();
  }

  /** The names of the events that become rows of a kind, in the order of their ids. */
  public static Set<String> namesOf(Kind kind) {
    Set<String> names = new LinkedHashSet<>();
    for (Declared event : BY_ID.values()) {
      if (event.kind == kind) {
        names.add(SYSTEM + event.name);
      }
    }
    return names;
  }

  private static Map<Integer, Declared> read() {
    Map<Integer, Declared> events = new LinkedHashMap<>();
    try (InputStream in = EventCatalogue.class.getResourceAsStream("events.txt")) {
      if (in == null) {
        throw new AssertionError("events.txt is missing");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isEmpty() && line.charAt(0) != '#') {
          declare(events, line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return events;
  }

  private static void declare(Map<Integer, Declared> events, String line) {
    List<String> parts = Layout.words(line, 4);
    String key = parts.get(0);
    int slash = key.indexOf('/');
    int id = Integer.parseInt(key.substring(0, slash), 16);
    int words = Integer.parseInt(key.substring(slash + 1));
    Kind kind = Kind.named(parts.get(2));
    if (kind == null) {
      throw new AssertionError("no kind " + parts.get(2));
    }
    Declared event = events.computeIfAbsent(id, unused -> new Declared(id, parts.get(1), kind));
    if (!event.name.equals(parts.get(1)) || event.kind != kind || event.columns[words] != null) {
      throw new AssertionError("declared twice: " + line);
    }
    event.columns[words] = parts.size() > 3 ? parts.get(3) : "";
  }

  /** Every layout of every event compiled, for a test. */
  static List<Layout> layouts() {
    List<Layout> layouts = new ArrayList<>();
    for (Declared event : BY_ID.values()) {
      for (int words = 0; words <= WORDS_MAX; words++) {
        Layout layout = event.layout(words);
        if (layout != null) {
          layouts.add(layout);
        }
      }
    }
    return layouts;
  }
}

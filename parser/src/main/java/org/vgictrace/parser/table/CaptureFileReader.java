package org.vgictrace.parser.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.CaptureCounts;
import org.vgictrace.parser.CaptureMeta;
import org.vgictrace.parser.diag.Diagnostic;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.diag.Place;

/**
 * Reads {@code capture.json}. Members it does not know are passed over, so that later versions may
 * add some. At most {@value #DOCUMENT_MAX} bytes.
 */
final class CaptureFileReader implements Closeable {
  private static final long DOCUMENT_MAX = 64L << 20;
  private static final int DEPTH_MAX = 16;
  private static final int STRING_MAX = 1 << 16;
  private static final int NUMBER_MAX = 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxDocumentLength(DOCUMENT_MAX)
                  .maxNestingDepth(DEPTH_MAX)
                  .maxStringLength(STRING_MAX)
                  .maxNameLength(STRING_MAX)
                  .maxNumberLength(NUMBER_MAX)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final String directory;
  private final String file;
  private final JsonParser json;

  private @Nullable String schema;
  private @Nullable TableLayout layout;
  private @Nullable MetaMembers meta;
  private @Nullable CaptureCounts counts;
  private SortedMap<String, Long> rows = new TreeMap<>();

  private CaptureFileReader(String directory, String file, InputStream in) throws IOException {
    this.directory = directory;
    this.file = file;
    this.json = FACTORY.createParser(in);
  }

  /**
   * Reads the file of a converted capture. In the result, {@code meta} names the directory as file
   * and the layout as format.
   *
   * @return null if the directory has no such file
   * @throws InputException if it is damaged
   */
  static @Nullable CaptureFile read(Path directory) throws IOException {
    Path path = directory.resolve(CaptureFile.NAME);
    try (InputStream in = Files.newInputStream(path);
        CaptureFileReader reader =
            new CaptureFileReader(directory.toString(), path.toString(), in)) {
      return reader.document();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    json.close();
  }

  /** Reads one member's value; the parser stands on its first token. */
  private interface Member {
    void read(String name) throws IOException;
  }

  private CaptureFile document() throws IOException {
    try {
      json.nextToken();
      members(this::documentMember);
      if (json.nextToken() != null) {
        throw wrong("more after the end");
      }
    } catch (JsonProcessingException e) {
      String what = e.getOriginalMessage().lines().findFirst().orElse("malformed");
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new InputException(file, Place.line(Math.max(line, 1)), "not valid JSON: " + what);
    }
    if (!CaptureFile.SCHEMA.equals(schema)) {
      throw new InputException(
          file, "schema is " + schema + ", this version reads " + CaptureFile.SCHEMA);
    }
    if (layout == null || meta == null || counts == null) {
      String missing = layout == null ? "layout" : meta == null ? "capture" : "counts";
      throw new InputException(file, missing + " is missing");
    }
    return new CaptureFile(layout, meta.toMeta(directory, layout.label()), counts, rows);
  }

  private void documentMember(String name) throws IOException {
    switch (name) {
      case "schema" -> schema = text();
      case "layout" -> {
        layout = TableLayout.named(text());
        if (layout == null) {
          throw wrong("layout is not one that this version reads");
        }
      }
      case "capture" -> meta = meta();
      case "counts" -> counts = counts();
      case "rows" -> rows = numbers();
      default -> json.skipChildren();
    }
  }

  private MetaMembers meta() throws IOException {
    MetaMembers m = new MetaMembers();
    members(
        name -> {
          switch (name) {
            case "release" -> m.release = textOrNull();
            case "arch" -> m.arch = textOrNull();
            case "clock" -> m.clock = textOrNull();
            case "nanoseconds" -> m.nanoseconds = truth();
            case "cpus" -> elements(() -> m.cpus.add(integer()));
            case "compression" -> m.compression = textOrNull();
            case "defined_events" -> elements(() -> m.definedEvents.add(text()));
            case "wall_offset_ns" -> m.wallOffsetNs = number();
            case "recorder" -> m.recorder = textOrNull();
            default -> json.skipChildren();
          }
        });
    return m;
  }

  private static final class MetaMembers {
    @Nullable String release;
    @Nullable String arch;
    @Nullable String clock;
    boolean nanoseconds = true;
    final List<Integer> cpus = new ArrayList<>();
    @Nullable String compression;
    final List<String> definedEvents = new ArrayList<>();
    long wallOffsetNs;
    @Nullable String recorder;

    CaptureMeta toMeta(String file, String format) {
      return new CaptureMeta(
          file,
          format,
          release,
          arch,
          clock,
          nanoseconds,
          cpus,
          compression,
          definedEvents,
          wallOffsetNs,
          recorder);
    }
  }

  private CaptureCounts counts() throws IOException {
    SortedMap<String, Long> scalars = new TreeMap<>();
    SortedMap<String, SortedMap<String, Long>> maps = new TreeMap<>();
    List<Diagnostic> diagnostics = new ArrayList<>();
    members(
        name -> {
          switch (name) {
            case "events_by_name", "events_by_cpu", "lost_by_cpu", "diagnostic_counts" ->
                maps.put(name, numbers());
            case "diagnostics" -> elements(() -> diagnostics.add(diagnostic()));
            default -> {
              if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                scalars.put(name, number());
              } else {
                json.skipChildren();
              }
            }
          }
        });
    return new CaptureCounts(
        required(scalars, "events"),
        required(scalars, "events_modelled"),
        required(maps, "events_by_name"),
        byCpu(required(maps, "events_by_cpu")),
        byCpu(required(maps, "lost_by_cpu")),
        required(scalars, "lost_marks"),
        required(scalars, "overwritten"),
        required(scalars, "unparsed"),
        required(scalars, "first_ts"),
        required(scalars, "last_ts"),
        List.copyOf(diagnostics),
        required(maps, "diagnostic_counts"));
  }

  private Diagnostic diagnostic() throws IOException {
    SortedMap<String, String> texts = new TreeMap<>();
    long[] number = new long[1];
    members(
        name -> {
          if (json.currentToken() == JsonToken.VALUE_STRING) {
            texts.put(name, text());
          } else if (name.equals("number")) {
            number[0] = number();
          } else {
            json.skipChildren();
          }
        });
    try {
      return new Diagnostic(
          required(texts, "code"),
          Diagnostic.Severity.valueOf(required(texts, "severity")),
          new Place(
              Place.Unit.valueOf(required(texts, "unit")),
              number[0],
              texts.getOrDefault("file", "")),
          required(texts, "message"));
    } catch (IllegalArgumentException e) {
      throw wrong("diagnostic has an unknown severity or unit");
    }
  }

  private <T> T required(SortedMap<String, T> members, String name) throws InputException {
    T value = members.get(name);
    if (value == null) {
      throw wrong(name + " is missing");
    }
    return value;
  }

  private SortedMap<Integer, Long> byCpu(SortedMap<String, Long> numbers) throws InputException {
    SortedMap<Integer, Long> result = new TreeMap<>();
    for (var entry : numbers.entrySet()) {
      try {
        result.put(Integer.valueOf(entry.getKey()), entry.getValue());
      } catch (NumberFormatException e) {
        throw wrong("'" + Printable.of(entry.getKey()) + "' is not a CPU number");
      }
    }
    return result;
  }

  private void members(Member member) throws IOException {
    expect(JsonToken.START_OBJECT, "an object");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      member.read(name);
    }
  }

  /** Reads one element; the parser stands on its first token. */
  private interface Element {
    void read() throws IOException;
  }

  private void elements(Element element) throws IOException {
    expect(JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      element.read();
    }
  }

  private SortedMap<String, Long> numbers() throws IOException {
    SortedMap<String, Long> numbers = new TreeMap<>();
    members(name -> numbers.put(name, number()));
    return numbers;
  }

  private String text() throws IOException {
    expect(JsonToken.VALUE_STRING, "a string");
    return json.getText();
  }

  private @Nullable String textOrNull() throws IOException {
    return json.currentToken() == JsonToken.VALUE_NULL ? null : text();
  }

  private long number() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    return json.getLongValue();
  }

  private int integer() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    return json.getIntValue();
  }

  private boolean truth() throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrong("expected true or false");
    };
  }

  private void expect(JsonToken token, String what) throws InputException {
    if (json.currentToken() != token) {
      throw wrong("expected " + what);
    }
  }

  private InputException wrong(String what) {
    return new InputException(file, Place.line(json.currentTokenLocation().getLineNr()), what);
  }
}

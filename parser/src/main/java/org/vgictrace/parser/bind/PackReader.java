package org.vgictrace.parser.bind;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding.Constant;
import org.vgictrace.parser.bind.Binding.FieldBinding;
import org.vgictrace.parser.diag.InputException;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;

/**
 * Reads binding packs.
 *
 * <pre>{@code
 * { "pack": "mine",
 *   "doc": "Probes of my script.",
 *   "system": "kprobes",                        // default of the entries; null or absent: any system
 *   "shared": {"state": {"pending": "P"}},      // field lists used by several entries
 *   "events": [
 *     { "event": "lr_set",                      // or a list of names
 *       "kind": "lr_write",
 *       "use": "state",                         // or a list
 *       "fields": {"intid": "irq", "lr": "n", "value": "lr[0]", "active": "bits.4", "group": "w.28:1"},
 *       "set": {},                              // constants; choices by their label
 *       "namesakes": true,                      // false: only the columns listed, whatever else is recorded
 *       "requires": ["n"],                      // applies only if these fields are recorded
 *       "text": ["IRQ {irq} in LR {n}"] } ],    // layouts of texts that are not key=value
 *   "other": [{"why": "No kind stands for it.", "events": ["foo"]}] }
 * }</pre>
 *
 * <p>A field is given as {@code name}, {@code name[i]} (element of an array), {@code name.s} (the
 * one bit s) or {@code name.s:n} (n bits from bit s). A column that is neither listed nor set takes
 * the recorded field of its own name, unless that field is listed for another column. Every mistake
 * is reported as one line that names file, line, JSON path and the nearest valid names.
 */
public final class PackReader {
  private static final Set<String> PACK_MEMBERS =
      Set.of("pack", "doc", "system", "shared", "events", "other");
  private static final Set<String> EVENT_MEMBERS =
      Set.of("event", "system", "kind", "use", "fields", "set", "namesakes", "requires", "text");
  private static final Set<String> OTHER_MEMBERS = Set.of("why", "events");

  private final Map<String, Json> shared = new HashMap<>();
  private final List<Binding> bindings = new ArrayList<>();
  private @Nullable String system;

  private PackReader() {}

  /**
   * Reads a pack from a file.
   *
   * @throws InputException if the file cannot be read or is not a valid pack
   */
  public static BindingPack read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (NoSuchFileException e) {
      throw new InputException(file.toString(), "no such file");
    }
  }

  /**
   * Reads a pack.
   *
   * @param name how complaints call the input
   */
  public static BindingPack read(String name, InputStream in) throws IOException {
    return new PackReader().pack(Json.read(name, in));
  }

  private BindingPack pack(Json json) throws InputException {
    Map<String, Json> members = json.object(PACK_MEMBERS);
    String name = required(json, members, "pack").string();
    Json doc = members.get("doc");
    Json systemMember = members.get("system");
    system = systemMember == null ? null : systemMember.stringOrNull();
    Json sharedMember = members.get("shared");
    if (sharedMember != null) {
      shared.putAll(sharedMember.object());
    }
    for (Json event : required(json, members, "events").array()) {
      event(event);
    }
    List<BindingPack.Unbound> others = new ArrayList<>();
    Json otherMember = members.get("other");
    if (otherMember != null) {
      for (Json other : otherMember.array()) {
        Map<String, Json> parts = other.object(OTHER_MEMBERS);
        others.add(
            new BindingPack.Unbound(
                required(other, parts, "why").string(), names(required(other, parts, "events"))));
      }
    }
    return new BindingPack(name, doc == null ? "" : doc.string(), bindings, others);
  }

  private void event(Json json) throws InputException {
    Map<String, Json> members = json.object(EVENT_MEMBERS);
    Kind kind = kind(required(json, members, "kind"));
    Map<Integer, FieldBinding> fields = listedFields(kind, members);
    List<Constant> constants = constants(kind, members.get("set"), fields.keySet());
    Json namesakes = members.get("namesakes");
    if (namesakes == null || namesakes.truth()) {
      addNamesakes(kind, fields, constants);
    }
    Json requiresMember = members.get("requires");
    List<String> requires = requiresMember == null ? List.of() : names(requiresMember);
    List<String> text = templates(members.get("text"), fields, requires);
    Json systemMember = members.get("system");
    for (String name : names(required(json, members, "event"))) {
      add(
          json,
          new Binding(
              systemMember == null ? system : systemMember.stringOrNull(),
              name,
              kind,
              List.copyOf(fields.values()),
              constants,
              requires,
              text));
    }
  }

  /** The columns an entry lists, itself or by the shared lists it uses; its own win. */
  private Map<Integer, FieldBinding> listedFields(Kind kind, Map<String, Json> members)
      throws InputException {
    Map<Integer, FieldBinding> fields = new TreeMap<>();
    Json use = members.get("use");
    if (use != null) {
      for (Json name : use.oneOrMore()) {
        Json list = shared.get(name.string());
        if (list == null) {
          throw name.wrong(
              "no shared list " + name.shown() + nearest(name.string(), shared.keySet()));
        }
        fields(kind, list, fields);
      }
    }
    Json own = members.get("fields");
    if (own != null) {
      fields(kind, own, fields);
    }
    return fields;
  }

  /** Refuses a binding that an earlier one of the same event always precedes. */
  private void add(Json json, Binding binding) throws InputException {
    for (Binding earlier : bindings) {
      if (earlier.event().equals(binding.event())
          && (earlier.system() == null || Objects.equals(earlier.system(), binding.system()))
          && binding.requires().containsAll(earlier.requires())) {
        throw json.wrong(
            "never used: an earlier entry for "
                + binding.event()
                + " applies whenever this one does");
      }
    }
    bindings.add(binding);
  }

  private static Kind kind(Json json) throws InputException {
    String name = json.string();
    Kind kind = Kind.named(name);
    if (kind == Kind.OTHER || kind == Kind.LOST) {
      throw json.wrong("events cannot be bound to " + name);
    }
    if (kind == null) {
      List<String> names = new ArrayList<>();
      for (Kind each : Kind.values()) {
        if (each != Kind.OTHER && each != Kind.LOST) {
          names.add(each.tableName());
        }
      }
      throw json.wrong("no kind " + json.shown() + nearest(name, names));
    }
    return kind;
  }

  private static void fields(Kind kind, Json json, Map<Integer, FieldBinding> fields)
      throws InputException {
    for (Map.Entry<String, Json> member : json.object().entrySet()) {
      int column = column(kind, member.getKey(), member.getValue());
      FieldBinding field = FieldSpec.parse(column, member.getValue());
      ColumnType type = kind.columns().get(column).type();
      if (field.bits() != Long.SIZE && (type == ColumnType.NAME || type == ColumnType.BYTES)) {
        throw member.getValue().wrong("bits of a field cannot become a text column");
      }
      fields.put(column, field);
    }
  }

  private static List<Constant> constants(Kind kind, @Nullable Json json, Set<Integer> taken)
      throws InputException {
    List<Constant> constants = new ArrayList<>();
    if (json != null) {
      for (Map.Entry<String, Json> member : json.object().entrySet()) {
        Json value = member.getValue();
        int column = column(kind, member.getKey(), value);
        if (taken.contains(column)) {
          throw value.wrong("column is fed from a field as well");
        }
        constants.add(new Constant(column, constant(kind.columns().get(column), value)));
      }
    }
    return constants;
  }

  private static long constant(Column column, Json json) throws InputException {
    if (column.type() == ColumnType.ENUM) {
      String label = json.string();
      int code = column.labels().indexOf(label);
      if (code < 0) {
        throw json.wrong("no label " + json.shown() + nearest(label, column.labels()));
      }
      return code;
    }
    if (column.type() == ColumnType.NAME || column.type() == ColumnType.BYTES) {
      throw json.wrong("a text column cannot be set");
    }
    Long number = json.number();
    if (number == null || !fits(column.type(), number)) {
      throw json.wrong("expected a value of type " + column.type() + ", not " + json.shown());
    }
    return number;
  }

  private static boolean fits(ColumnType type, long value) {
    return switch (type) {
      case BOOL -> value >>> 1 == 0;
      case UINT8 -> value >>> 8 == 0;
      case UINT16 -> value >>> 16 == 0;
      case UINT32, HEX32 -> value >>> 32 == 0;
      case INT32 -> value == (int) value;
      case INT64, HEX64 -> true;
      case ENUM, NAME, BYTES -> false;
    };
  }

  /**
   * Columns nobody listed take the field of their own name, if it is not known to mean something
   * else.
   */
  private static void addNamesakes(
      Kind kind, Map<Integer, FieldBinding> fields, List<Constant> constants) {
    Set<String> sources = new HashSet<>();
    fields.values().forEach(field -> sources.add(field.field()));
    Set<Integer> constantColumns = new HashSet<>();
    constants.forEach(constant -> constantColumns.add(constant.column()));
    for (int i = 0; i < kind.columns().size(); i++) {
      String name = kind.columns().get(i).name();
      if (!fields.containsKey(i) && !constantColumns.contains(i) && !sources.contains(name)) {
        fields.put(i, FieldBinding.whole(i, name));
      }
    }
  }

  private static List<String> templates(
      @Nullable Json json, Map<Integer, FieldBinding> fields, List<String> required)
      throws InputException {
    List<String> templates = new ArrayList<>();
    if (json != null) {
      Set<String> wanted = new HashSet<>();
      fields.values().forEach(field -> wanted.add(field.field()));
      for (Json template : json.oneOrMore()) {
        templates.add(TemplateCheck.check(template, wanted, required));
      }
    }
    return templates;
  }

  private static int column(Kind kind, String name, Json json) throws InputException {
    int column = kind.columnOrMinusOne(name);
    if (column < 0) {
      throw json.wrong(
          "no column \""
              + name
              + "\" in "
              + kind.tableName()
              + nearest(name, kind.columns().stream().map(Column::name).toList()));
    }
    return column;
  }

  private static Json required(Json json, Map<String, Json> members, String name)
      throws InputException {
    Json member = members.get(name);
    if (member == null) {
      throw json.wrong("member \"" + name + "\" is missing");
    }
    return member;
  }

  private static List<String> names(Json json) throws InputException {
    List<String> names = new ArrayList<>();
    for (Json name : json.oneOrMore()) {
      names.add(name.string());
    }
    return names;
  }

  private static String nearest(String wrong, java.util.Collection<String> names) {
    return names.isEmpty() ? "" : "; nearest: " + Nearest.to(wrong, names);
  }
}

package org.vgictrace.parser.rows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vgictrace.parser.bind.Binding;
import org.vgictrace.parser.bind.BindingPacks;
import org.vgictrace.parser.bind.Target;
import org.vgictrace.parser.diag.Diagnostic.Severity;
import org.vgictrace.parser.event.Column;
import org.vgictrace.parser.event.ColumnType;
import org.vgictrace.parser.event.Kind;
import org.vgictrace.parser.event.Names;
import org.vgictrace.parser.rows.Fields.Shape;

/** Makes rows of fields, and reports every field that could not be taken over. */
final class RowDecoder {
  private static final String KIND = "kind";
  static final String EVENT = "event";
  private static final String KEPT = "; its rows are kept as other";

  /** Layouts kept for one kind or event; a text with more is looked up anew each time. */
  private static final int LAYOUTS_MAX = 16;

  /** Kinds and events that are told apart; a kernel has some 3000 tracepoints. */
  private static final int LABELS_MAX = 1 << 15;

  private static final int OTHER_NAME = Kind.OTHER.column("name");
  private static final int OTHER_PAYLOAD = Kind.OTHER.column("payload");

  /** Where the common columns get their values from, in their order. */
  private static final List<Target> COMMON =
      Kind.COMMON.stream().map(each -> new Target(0, each, -1, 0, Long.SIZE)).toList();

  private static final List<String> KIND_NAMES =
      Arrays.stream(Kind.values()).map(Kind::tableName).toList();

  private final BindingPacks packs;
  private final Set<Kind> wanted;
  private final Names names;
  private final RowReports reports;
  private final Map<String, List<RowLayout>> layouts = new HashMap<>();
  private final Map<String, Label> labels = new HashMap<>();

  /** A kind or event that rows name. */
  static final class Label {
    final String text;
    private final @Nullable Kind kind;
    private final List<Binding> bindings;
    long count;

    private Label(String text, @Nullable Kind kind, List<Binding> bindings) {
      this.text = text;
      this.kind = kind;
      this.bindings = bindings;
    }

    /** The name that its rows are counted by. */
    String countedAs() {
      String system = bindings.isEmpty() ? null : bindings.get(0).system();
      boolean bare = text.indexOf(':') <= 0;
      boolean one =
          bindings.stream().allMatch(each -> system != null && system.equals(each.system()));
      return system != null && bare && one ? system + ':' + text : text;
    }
  }

  RowDecoder(BindingPacks packs, Set<Kind> wanted, Names names, RowReports reports) {
    this.packs = packs;
    this.wanted = wanted;
    this.names = names;
    this.reports = reports;
  }

  /** The kinds and events so far. */
  Iterable<Label> labels() {
    return labels.values();
  }

  /**
   * Makes a row.
   *
   * @param text the line, which is the payload of a row that no kind stands for
   * @return what the row is counted by, null if it has no place in the capture and was reported
   */
  @Nullable Label decode(Fields fields, String text, long line, HeldRow row) {
    Label label = label(fields, line);
    if (label == null) {
      return null;
    }
    Binding binding = label.kind == null ? binding(label.bindings, fields) : null;
    Kind kind = label.kind != null ? label.kind : binding == null ? Kind.OTHER : binding.kind();
    boolean known = label.kind != null || binding != null;
    row.clear(kind);
    row.line = line;
    row.wanted = wanted.contains(kind);
    RowLayout layout = layout(label, kind, binding, fields);
    if (!common(layout, fields, row, line)) {
      return null;
    }
    if (!known) {
      unknown(label, fields, line);
      row.put(OTHER_NAME, names.intern(label.text));
      row.payload = text.getBytes(StandardCharsets.UTF_8);
      row.put(OTHER_PAYLOAD, 0);
    } else {
      own(layout, fields, row, line);
    }
    return label;
  }

  /** What a row says it is, null if it does not. */
  private @Nullable Label label(Fields fields, long line) {
    String kind = fields.textOf(KIND);
    String name = kind == null ? fields.textOf(EVENT) : kind;
    if (name == null || name.isEmpty()) {
      reports.unparsed("row-unparsed", line, "has neither kind nor event");
      return null;
    }
    String key = kind == null ? EVENT + name : KIND + name;
    Label label = labels.get(key);
    if (label == null) {
      String bounded = labels.size() < LABELS_MAX ? name : Names.OVERFLOW;
      Kind named = kind == null ? null : Kind.named(name);
      List<Binding> bindings = kind == null ? packs.byRecordedName(name) : List.of();
      label = new Label(bounded, named, bindings);
      if (labels.size() < LABELS_MAX) {
        labels.put(key, label);
      } else {
        label =
            labels.computeIfAbsent(
                Names.OVERFLOW, overflow -> new Label(overflow, null, List.of()));
      }
    }
    return label;
  }

  /** The first binding whose fields are all there. */
  private static @Nullable Binding binding(List<Binding> bindings, Fields fields) {
    for (Binding each : bindings) {
      boolean complete = true;
      for (String field : each.requires()) {
        complete &= has(fields, field);
      }
      if (complete) {
        return each;
      }
    }
    return null;
  }

  private static boolean has(Fields fields, String field) {
    return fields.indexOf(RowLayout.marked(field)) >= 0
        || fields.indexOf(field) >= 0 && !field.equals(EVENT);
  }

  private RowLayout layout(Label label, Kind kind, @Nullable Binding binding, Fields fields) {
    String key = label.kind == null ? EVENT + label.text : KIND + label.text;
    List<RowLayout> known = layouts.computeIfAbsent(key, name -> new ArrayList<>(1));
    for (RowLayout each : known) {
      if (each.kind == kind && each.fits(binding, fields)) {
        return each;
      }
    }
    RowLayout layout = new RowLayout(label.text, kind, binding, fields.names());
    if (known.size() == LAYOUTS_MAX) {
      known.remove(0);
    }
    known.add(layout);
    return layout;
  }

  /** Takes time, CPU and so on; false if there is no time. */
  private boolean common(RowLayout layout, Fields fields, HeldRow row, long line) {
    boolean timed = false;
    boolean numbered = false;
    for (int i = 0; i < fields.size(); i++) {
      int column = layout.common(i);
      if (column < 0 || fields.shape(i) == Shape.NONE) {
        continue;
      }
      Column declared = Kind.COMMON.get(column);
      if (declared.type() == ColumnType.NAME) {
        int name = intern(fields, i);
        if (declared.name().equals("comm")) {
          row.comm = name;
        } else {
          row.buffer = name;
        }
        continue;
      }
      Target target = COMMON.get(column);
      if (!fields.isNumber(i) || !target.fits(fields.number(i))) {
        bad(declared, fields, i, line);
        continue;
      }
      long held = target.held(fields.number(i));
      switch (declared.name()) {
        case "ts" -> {
          row.ts = held;
          timed = true;
        }
        case "seq" -> {
          row.key = held;
          numbered = true;
        }
        case "cpu" -> row.cpu = (int) held;
        case "pid" -> row.pid = (int) held;
        case "flags" -> row.flags = (int) held;
        default -> row.preempt = (int) held;
      }
    }
    if (!timed) {
      reports.unparsed("row-unparsed", line, "has no ts, the time in nanoseconds");
      return false;
    }
    if (!numbered) {
      row.key = row.ts;
    }
    return true;
  }

  /** Takes the kind's own columns. */
  private void own(RowLayout layout, Fields fields, HeldRow row, long line) {
    Binding binding = layout.binding;
    if (binding != null) {
      for (Binding.Constant each : binding.constants()) {
        row.put(each.column(), each.value());
      }
    }
    for (int i = 0; i < fields.size(); i++) {
      if (fields.shape(i) == Shape.NONE) {
        continue;
      }
      Target[] targets = layout.targets(i);
      for (Target target : targets) {
        Column declared = layout.kind.columns().get(target.column);
        if (!put(target, declared, fields, i, row)) {
          bad(declared, fields, i, line);
        }
      }
      if (targets.length == 0 && layout.common(i) < 0) {
        unused(layout, fields.name(i), line);
      }
    }
  }

  private int intern(Fields fields, int i) {
    byte[] bytes = fields.bytes(i);
    return names.intern(bytes, 0, bytes.length);
  }

  private boolean put(Target target, Column declared, Fields fields, int i, HeldRow row) {
    String text = fields.text(i);
    boolean isBytes = declared.type() == ColumnType.BYTES;
    if (isBytes || target.isText()) {
      if (fields.shape(i) != Shape.TEXT) {
        return false;
      }
      row.payload = isBytes ? fields.bytes(i) : row.payload;
      row.put(target.column, isBytes ? 0 : intern(fields, i));
      return true;
    }
    if (declared.type() == ColumnType.ENUM && declared.labels().contains(text)) {
      row.put(target.column, declared.labels().indexOf(text));
      return true;
    }
    long value;
    if (target.element >= 0) {
      long[] array = fields.array(i);
      if (array == null || target.element >= array.length) {
        return array != null;
      }
      value = array[target.element];
    } else if (fields.isNumber(i)) {
      value = fields.number(i);
    } else {
      return false;
    }
    if (!target.fits(value)) {
      return false;
    }
    row.put(target.column, target.held(value));
    return true;
  }

  private void bad(Column column, Fields fields, int i, long line) {
    reports.warning(
        "value-bad",
        line,
        () ->
            "'"
                + fields.name(i)
                + "' is "
                + RowReports.shown(fields.text(i))
                + ", expected "
                + expected(column));
  }

  private static String expected(Column column) {
    return switch (column.type()) {
      case NAME, BYTES -> "a text";
      case ENUM -> "one of " + String.join(", ", column.labels());
      default -> "a number of type " + column.type();
    };
  }

  private void unused(RowLayout layout, String name, long line) {
    if (name.equals(KIND) || name.equals(EVENT)) {
      return;
    }
    Binding binding = layout.binding;
    String key = layout.label + ' ' + name;
    if (binding == null) {
      reports.once(
          "column-unknown",
          Severity.WARNING,
          line,
          key,
          () ->
              "no column "
                  + RowReports.shown(name)
                  + " in "
                  + layout.label
                  + RowReports.nearest(
                      name, layout.kind.columns().stream().map(Column::name).toList()));
    } else {
      reports.once(
          "field-unused",
          Severity.INFO,
          line,
          key,
          () ->
              "the binding of "
                  + RowReports.shown(layout.label)
                  + " has no use for "
                  + RowReports.shown(name)
                  + RowReports.nearest(
                      name, binding.fields().stream().map(Binding.FieldBinding::field).toList()));
    }
  }

  private void unknown(Label label, Fields fields, long line) {
    if (fields.indexOf(KIND) >= 0) {
      reports.once(
          "kind-unknown",
          Severity.WARNING,
          line,
          label.text,
          () ->
              "no kind "
                  + RowReports.shown(label.text)
                  + RowReports.nearest(label.text, KIND_NAMES)
                  + KEPT);
    } else if (label.bindings.isEmpty()) {
      String kind = Kind.named(label.text) == null ? "" : ", which is a kind: name the column kind";
      reports.once(
          "event-unbound",
          Severity.INFO,
          line,
          label.text,
          () -> "no binding pack knows the event " + RowReports.shown(label.text) + kind + KEPT);
    } else {
      reports.once(
          "event-unbound",
          Severity.WARNING,
          line,
          label.text,
          () ->
              "the event "
                  + RowReports.shown(label.text)
                  + " lacks "
                  + missing(label.bindings, fields)
                  + ", without which no binding applies"
                  + KEPT);
    }
  }

  private static String missing(List<Binding> bindings, Fields fields) {
    Set<String> missing = new TreeSet<>();
    for (Binding each : bindings) {
      for (String field : each.requires()) {
        if (!has(fields, field)) {
          missing.add("'" + field + "'");
        }
      }
    }
    return String.join(" or ", missing);
  }
}
